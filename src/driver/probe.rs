//! The debug probe through probe-rs: any probe it supports, any chip in its catalogue.
//!
//! Every call opens a session of its own: the target may have lost power in between, and an old session would not know. Knows nothing of
//! posts, nor of which probe (or twin) answers.

mod failure;

use crate::clock::{Clock, Instant};
use crate::image::{self, Chip, Core, Image};
use crate::instrument::probe::{DebugProbe, FlashError, Flashed, Progress};
use crate::instrument::{Identity, Instrument, InstrumentError, Result};
use crate::problem::Problem;
use failure::Failure;
use probe_rs::config::{CoreType, MemoryRegion, Registry, Target};
use probe_rs::flashing::{DownloadOptions, FlashProgress, ProgressEvent, ProgressOperation};
use probe_rs::probe::list::Lister;
use probe_rs::probe::{DebugProbeSelector, Probe};
use probe_rs::{MemoryInterface, Permissions, Session};
use std::cell::Cell;
use std::ops::Range;
use std::sync::Arc;

/// Below this the chip cannot run (STM32F0: 2.0 V, DS9826, table 20; others need no less than 1.6 V).
const LEAST_VOLTS: f32 = 1.6;
/// probe-rs waits for each page by the clock on the wall, some chips' 100 ms being short on a busy machine. Not a time a healthy part needs.
const LEAST_PAGE_TIMEOUT_MS: u32 = 5_000;

pub struct ProbeRs {
    selector: DebugProbeSelector,
    chip: String,
    reserved: Vec<Range<u32>>,
    clock: Arc<dyn Clock>,
}

/// A probe that is plugged in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    pub model: String,
    /// What selects it in a rig file, `vendor:product:serial`.
    pub selector: String,
}

/// All probes plugged in.
pub fn list() -> Vec<Found> {
    let mut found: Vec<_> = Lister::new()
        .list_all()
        .into_iter()
        .map(|item| {
            let serial = item.serial_number.as_deref().map(|s| format!(":{s}")).unwrap_or_default();
            let selector = format!("{:04x}:{:04x}{serial}", item.vendor_id, item.product_id);
            Found { model: item.identifier.clone(), selector }
        })
        .collect();
    found.sort_by(|a, b| a.selector.cmp(&b.selector));
    found
}

impl ProbeRs {
    /// `selector` is `vendor:product` or `vendor:product:serial`, as [`list`] gives it; `chip` as probe-rs's catalogue calls it.
    /// Images must leave `reserved` alone.
    pub fn new(selector: &str, chip: &str, reserved: Vec<Range<u32>>, clock: Arc<dyn Clock>) -> Result<Self> {
        let selector = selector.parse::<DebugProbeSelector>().map_err(|error| {
            let remedy = "Write the probe as vendor:product as lsusb shows them, with :serial behind where two are alike.";
            InstrumentError::new(name_of(selector), "understand its name", error, remedy)
        })?;
        let probe = ProbeRs { selector, chip: chip.to_owned(), reserved, clock };
        probe.target()?;
        Ok(probe)
    }

    fn name(&self) -> String {
        name_of(&self.selector.to_string())
    }

    fn target(&self) -> Result<Target> {
        let mut target = Registry::from_builtin_families().get_target_by_name(&self.chip).map_err(|error| {
            let remedy = "Write the chip as printed on it, without the package letters, e.g. STM32F072CB.";
            InstrumentError::new(self.name(), "find the chip in the catalogue", error, remedy)
        })?;
        for algorithm in &mut target.flash_algorithms {
            let timeout = &mut algorithm.flash_properties.program_page_timeout;
            *timeout = (*timeout).max(LEAST_PAGE_TIMEOUT_MS);
        }
        Ok(target)
    }

    /// What an image has to fit to go onto this probe's chip.
    pub fn chip(&self) -> Result<Chip> {
        let target = self.target()?;
        let core = core_of(target.default_core().core_type).ok_or_else(|| {
            let remedy = "Only microcontrollers with a Cortex-M core can be flashed.";
            InstrumentError::new(self.name(), "use the chip", "its core is no Cortex-M", remedy)
        })?;
        let flash = target.memory_map.iter().filter_map(bootable).collect();
        Ok(Chip { name: target.name, core, flash, reserved: self.reserved.clone() })
    }

    /// Checks an image without touching the probe.
    pub fn inspect(&self, elf: &[u8]) -> Result<Image> {
        image::inspect(elf, &self.chip()?).map_err(|problems| self.unfit(&problems))
    }

    fn unfit(&self, problems: &[Problem]) -> InstrumentError {
        let cause = |problem: &Problem| Problem { remedy: "".into(), ..problem.clone() }.to_string();
        let causes: Vec<_> = problems.iter().map(cause).collect();
        let remedy = problems.first().map(|problem| problem.remedy.en.clone()).unwrap_or_default();
        InstrumentError::new(self.name(), "accept the firmware image", causes.join("; "), remedy)
    }

    fn open(&self) -> Result<Probe> {
        Lister::new().open(self.selector.clone()).map_err(|error| {
            let remedy = "Plug in the probe's USB lead; on Linux, check that the udev rules let you use it.";
            InstrumentError::new(self.name(), "open the probe", failure::chain(&error), remedy)
        })
    }

    /// An unpowered target would cost seconds of attempts, and could not be told from a broken wire: so the supply is looked at first.
    fn attach(&self) -> std::result::Result<Session, Failed> {
        let mut probe = self.open().map_err(FlashError::Bench)?;
        let volts = probe.get_target_voltage().ok().flatten();
        if let Some(volts) = volts.filter(|v| *v < LEAST_VOLTS) {
            let cause = format!("its supply is {volts:.1} V");
            return Err(FlashError::Silent { stage: "attaching", cause }.into());
        }
        let session = probe.attach(self.target().map_err(FlashError::Bench)?, Permissions::default());
        session.map_err(|error| self.explain("attaching", &error))
    }

    fn explain(&self, stage: &'static str, error: &(dyn std::error::Error + 'static)) -> Failed {
        let cause = failure::chain(error);
        let what = match failure::classify(error) {
            Failure::Refused => FlashError::Refused { stage, cause },
            Failure::Silent => FlashError::Silent { stage, cause },
            Failure::Bench => {
                let remedy = "Check the probe's USB lead, and that no other program uses it.";
                FlashError::Bench(InstrumentError::new(self.name(), stage, cause, remedy))
            }
        };
        Failed { what, ran_out_of_time: failure::ran_out_of_time(error) }
    }

    fn write(&self, image: &Image, watch: &mut dyn FnMut(Progress)) -> std::result::Result<(), Attempt> {
        let mut session = self.attach().map_err(Attempt::Failed)?;
        let mut loader = session.target().flash_loader();
        for segment in &image.segments {
            loader
                .add_data(u64::from(segment.address), &segment.bytes)
                .map_err(|error| Attempt::Failed(self.explain("staging the image", &error)))?;
        }
        let stage = Cell::new("starting");
        let mut meter = Meter::default();
        let mut options = DownloadOptions::default();
        options.verify = true;
        options.progress = FlashProgress::new(|event| {
            if let Some(progress) = meter.take(&event) {
                stage.set(name_of_stage(progress));
                watch(progress);
            }
        });
        loader.commit(&mut session, options).map_err(|error| {
            let explained = self.explain(stage.get(), &error);
            let never_started = matches!(error, probe_rs::flashing::FlashError::ResetAndHalt(_));
            if never_started && !matches!(explained.what, FlashError::Bench(_)) {
                Attempt::NotStarted(explained)
            } else {
                Attempt::Failed(explained)
            }
        })
    }
}

/// A session that ended badly.
struct Failed {
    what: FlashError,
    /// By the debugger's own patience, which is measured on the wall's clock: a busy computer uses it up as well as a dead target.
    ran_out_of_time: bool,
}

impl From<FlashError> for Failed {
    fn from(what: FlashError) -> Self {
        Failed { what, ran_out_of_time: false }
    }
}

/// A target that times out so often in a row is not merely waiting for a busy computer.
const PATIENCE: usize = 3;

/// Tries again where only the debugger's patience was at its end.
fn patiently<T>(mut attempt: impl FnMut() -> std::result::Result<T, Failed>) -> std::result::Result<T, FlashError> {
    let mut left = PATIENCE;
    loop {
        left -= 1;
        match attempt() {
            Err(Failed { ran_out_of_time: true, .. }) if left > 0 => {}
            outcome => return outcome.map_err(|failed| failed.what),
        }
    }
}

/// How an attempt to flash ended.
enum Attempt {
    /// The core could not be stopped at its reset vector; nothing has been erased.
    NotStarted(Failed),
    Failed(Failed),
}

impl Attempt {
    fn into_failed(self) -> Failed {
        match self {
            Attempt::NotStarted(error) | Attempt::Failed(error) => error,
        }
    }
}

fn name_of(selector: &str) -> String {
    format!("debug probe {selector}")
}

fn core_of(core: CoreType) -> Option<Core> {
    match core {
        CoreType::Armv6m => Some(Core::Armv6M),
        CoreType::Armv7m => Some(Core::Armv7M),
        CoreType::Armv7em => Some(Core::Armv7EM),
        CoreType::Armv8m => Some(Core::Armv8M),
        _ => None,
    }
}

/// Flash the core can start from; option bytes and the like are not for images.
fn bootable(region: &MemoryRegion) -> Option<Range<u32>> {
    let region = region.as_nvm_region().filter(|r| !r.is_alias && r.access.is_none_or(|a| a.boot))?;
    Some(u32::try_from(region.range.start).ok()?..u32::try_from(region.range.end).ok()?)
}

fn name_of_stage(progress: Progress) -> &'static str {
    match progress {
        Progress::Erasing { .. } => "erasing",
        Progress::Programming { .. } => "programming",
        Progress::Verifying { .. } => "verifying",
    }
}

/// Adds up probe-rs's progress events to shares of the whole.
#[derive(Default)]
struct Meter {
    /// Total and done, in bytes: erase, program, verify.
    stages: [(u64, u64); 3],
}

impl Meter {
    fn take(&mut self, event: &ProgressEvent) -> Option<Progress> {
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

impl Instrument for ProbeRs {
    fn identify(&mut self) -> Result<Identity> {
        let probe = self.open()?;
        Ok(Identity { model: probe.get_name(), unit: self.selector.to_string() })
    }

    /// A probe holds nothing between calls: every session ends with its call and leaves the core running or as it was.
    fn make_safe(&mut self) -> Result<()> {
        Ok(())
    }
}

impl DebugProbe for ProbeRs {
    fn flash(&mut self, elf: &[u8], watch: &mut dyn FnMut(Progress)) -> std::result::Result<Flashed, FlashError> {
        let image = self.inspect(elf)?;
        patiently(|| {
            let outcome = match self.write(&image, watch) {
                // An interrupted flash leaves a blank vector table: the core then locks up at once, and the breakpoint it once met still
                // stands in its fault status. probe-rs takes that for a semihosting call and reads memory that is not there. Its own failed
                // attempt clears the status, so a second one is clean; a third would tell nothing new.
                Err(Attempt::NotStarted(_)) => self.write(&image, watch),
                outcome => outcome,
            };
            outcome.map_err(Attempt::into_failed)
        })?;
        Ok(Flashed { bytes: image.size() })
    }

    fn read(&mut self, address: u32, length: usize) -> std::result::Result<Vec<u8>, FlashError> {
        patiently(|| {
            let mut session = self.attach()?;
            let mut bytes = vec![0; length];
            let mut core = session.core(0).map_err(|error| self.explain("reading", &error))?;
            core.read(u64::from(address), &mut bytes).map_err(|error| self.explain("reading", &error))?;
            Ok(bytes)
        })
    }

    fn reset(&mut self) -> std::result::Result<Instant, FlashError> {
        patiently(|| {
            let mut session = self.attach()?;
            let mut core = session.core(0).map_err(|error| self.explain("resetting", &error))?;
            core.reset().map_err(|error| self.explain("resetting", &error))?;
            Ok(self.clock.now())
        })
    }

    fn target_voltage(&mut self) -> Result<Option<f32>> {
        let mut probe = self.open()?;
        probe.get_target_voltage().map_err(|error| {
            let remedy = "Check the probe's USB lead.";
            InstrumentError::new(self.name(), "measure the target's supply", failure::chain(&error), remedy)
        })
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
