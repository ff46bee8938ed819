//! How far a writing has come, from what probe-rs tells of it.

use crate::instrument::probe::Progress;
use probe_rs::flashing::{ProgressEvent, ProgressOperation};

pub fn name_of_stage(progress: Progress) -> &'static str {
    match progress {
        Progress::Erasing { .. } => "erasing",
        Progress::Programming { .. } => "programming",
        Progress::Verifying { .. } => "verifying",
    }
}

/// Adds up probe-rs's progress events to shares of the whole.
#[derive(Default)]
pub struct Meter {
    /// Total and done, in bytes: erase, program, verify.
    stages: [(u64, u64); 3],
}

impl Meter {
    /// `None`: the event says nothing of how far it has come.
    pub fn take(&mut self, event: &ProgressEvent) -> Option<Progress> {
        match event {
            ProgressEvent::AddProgressBar { operation, total } => {
                self.stages.get_mut(index(*operation)?)?.0 = total.unwrap_or(0);
                None
            }
            ProgressEvent::Started(operation) => self.share(*operation),
            ProgressEvent::Progress { operation, size, .. } => {
                self.stages.get_mut(index(*operation)?)?.1 += size;
                self.share(*operation)
            }
            _ => None,
        }
    }

    fn share(&self, operation: ProgressOperation) -> Option<Progress> {
        let (total, done) = *self.stages.get(index(operation)?)?;
        let done = if total == 0 { 0.0 } else { (done as f64 / total as f64).min(1.0) };
        match operation {
            ProgressOperation::Erase => Some(Progress::Erasing { done }),
            ProgressOperation::Program => Some(Progress::Programming { done }),
            ProgressOperation::Verify => Some(Progress::Verifying { done }),
            ProgressOperation::Fill => None,
        }
    }
}

fn index(operation: ProgressOperation) -> Option<usize> {
    match operation {
        ProgressOperation::Erase => Some(0),
        ProgressOperation::Program => Some(1),
        ProgressOperation::Verify => Some(2),
        ProgressOperation::Fill => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_is_a_share_of_the_whole_stage() {
        let mut meter = Meter::default();
        let erase = ProgressOperation::Erase;
        let time = std::time::Duration::ZERO;
        assert_eq!(meter.take(&ProgressEvent::AddProgressBar { operation: erase, total: Some(4096) }), None);
        assert_eq!(meter.take(&ProgressEvent::Started(erase)), Some(Progress::Erasing { done: 0.0 }));
        let half = ProgressEvent::Progress { operation: erase, size: 2048, time };
        assert_eq!(meter.take(&half), Some(Progress::Erasing { done: 0.5 }));
        assert_eq!(meter.take(&half), Some(Progress::Erasing { done: 1.0 }));
    }
}
