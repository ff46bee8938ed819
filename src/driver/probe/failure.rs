//! What a failure inside probe-rs means for the bench. Its errors are chains of boxed causes; the decisive one may
//! stand anywhere in them.

use probe_rs::architecture::arm::{ArmError, DapError};
use probe_rs::flashing::FlashError;
use probe_rs::probe::DebugProbeError;
use std::error::Error;

/// Whose side of the wire failed. Ordered: where a chain holds several signs, the later one explains the earlier ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Failure {
    /// The target answers, but does not do what it is told.
    Refused,
    /// The target does not answer.
    Silent,
    /// The probe, its lead or the bench's own settings. Also what nothing is known about: an instrument may only blame
    /// the bench.
    Bench,
}

pub fn classify(error: &(dyn Error + 'static)) -> Failure {
    causes(error).filter_map(sign).max().unwrap_or(Failure::Bench)
}

/// The whole chain as one line.
pub fn chain(error: &(dyn Error + 'static)) -> String {
    let mut texts: Vec<String> = Vec::new();
    for cause in causes(error) {
        let text = cause.to_string();
        // Transparent errors repeat what they wrap.
        if texts.last() != Some(&text) {
            texts.push(text);
        }
    }
    texts.join(": ")
}

/// Whether somewhere in the chain a deadline of the debugger's own passed.
pub(super) fn ran_out_of_time(error: &(dyn Error + 'static)) -> bool {
    causes(error).any(|cause| {
        matches!(cause.downcast_ref::<ArmError>(), Some(ArmError::Timeout))
            || matches!(
                cause.downcast_ref::<probe_rs::Error>(),
                Some(probe_rs::Error::Timeout | probe_rs::Error::Arm(ArmError::Timeout))
            )
    })
}

fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |&error| error.source())
}

/// What a single link of the chain says, if it says anything.
fn sign(cause: &(dyn Error + 'static)) -> Option<Failure> {
    if let Some(error) = cause.downcast_ref::<ArmError>() {
        return arm(error);
    }
    if let Some(error) = cause.downcast_ref::<FlashError>() {
        return flash(error);
    }
    if let Some(error) = cause.downcast_ref::<probe_rs::Error>() {
        return match error {
            probe_rs::Error::Probe(error) => probe(error),
            probe_rs::Error::Arm(error) => arm(error),
            probe_rs::Error::Timeout => Some(Failure::Refused),
            _ => None,
        };
    }
    if let Some(error) = cause.downcast_ref::<DebugProbeError>() {
        return probe(error);
    }
    cause.downcast_ref::<DapError>().map(wire)
}

fn arm(error: &ArmError) -> Option<Failure> {
    match error {
        ArmError::Dap(error) => Some(wire(error)),
        ArmError::Probe(error) => probe(error),
        ArmError::NoTargetResponse { .. } => Some(Failure::Silent),
        ArmError::Timeout | ArmError::CoreDisabled | ArmError::CoreNotHalted => Some(Failure::Refused),
        _ => None,
    }
}

fn wire(error: &DapError) -> Failure {
    match error {
        DapError::NoAcknowledge => Failure::Silent,
        _ => Failure::Refused,
    }
}

fn probe(error: &DebugProbeError) -> Option<Failure> {
    match error {
        DebugProbeError::TargetNotFound => Some(Failure::Silent),
        // Its source may still be the target's silence, wrapped by a driver.
        DebugProbeError::ProbeSpecific(_) | DebugProbeError::Other(_) => None,
        _ => Some(Failure::Bench),
    }
}

fn flash(error: &FlashError) -> Option<Failure> {
    match error {
        FlashError::Verify
        | FlashError::RoutineCallFailed { .. }
        | FlashError::UnexpectedCoreStatus { .. }
        | FlashError::FlashAlgorithmNotLoaded
        | FlashError::StackOverflowDetected { .. } => Some(Failure::Refused),
        FlashError::NoSuitableNvm { .. } | FlashError::DataOverlaps { .. } => Some(Failure::Bench),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(error: &(dyn Error + 'static), expected: Failure) {
        assert_eq!(classify(error), expected, "{}", chain(error));
    }

    #[test]
    fn the_decisive_cause_may_stand_anywhere_in_the_chain() {
        let erase = |source: Box<dyn Error + Send + Sync>| FlashError::EraseFailed { sector_address: 0x0800_0000, source };
        let unplugged = || DebugProbeError::Usb(std::io::Error::other("gone"));
        check(&FlashError::Verify, Failure::Refused);
        check(&erase(Box::new(ArmError::Dap(DapError::NoAcknowledge))), Failure::Silent);
        check(&erase(Box::new(ArmError::Probe(unplugged()))), Failure::Bench);
        check(&erase(Box::new(FlashError::Core(probe_rs::Error::Timeout))), Failure::Refused);
        check(&FlashError::Core(probe_rs::Error::Probe(unplugged())), Failure::Bench);
        check(&FlashError::ResetAndHalt(probe_rs::Error::Arm(ArmError::Timeout)), Failure::Refused);
    }

    #[test]
    fn the_unknown_blames_the_bench() {
        check(&std::io::Error::other("what?"), Failure::Bench);
    }
}
