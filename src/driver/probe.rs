//! The debug probe through probe-rs: any probe it supports, any chip in its catalogue.
//!
//! Every call opens a session of its own: the target may have lost power in between, and an old session would not know.
//! Knows nothing of posts, nor of which probe (or twin) answers.

mod failure;
mod meter;

use crate::clock::{Clock, Instant};
use crate::image::{self, Chip, Image};
use crate::instrument::probe::{DebugProbe, FlashError, Flashed, Progress};
use crate::instrument::{Identity, Instrument, InstrumentError, Result};
use crate::problem::Problem;
use crate::unit::{Bilingual, Lang, both};
use failure::Failure;
use meter::{Meter, name_of_stage};
use probe_rs::config::{CoreType, MemoryRegion, Registry, Target};
use probe_rs::flashing::{DownloadOptions, FlashProgress};
use probe_rs::probe::list::Lister;
use probe_rs::probe::{DebugProbeInfo, DebugProbeSelector, Probe};
use probe_rs::{Core, MemoryInterface, Permissions, RegisterId, Session};
use std::cell::{Cell, OnceCell};
use std::ops::Range;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

/// Below this the chip cannot run (STM32F0: 2.0 V, DS9826, table 20; others need no less than 1.6 V).
const LEAST_VOLTS: f32 = 1.6;
/// probe-rs waits for each page by the clock on the wall, some chips' 100 ms being short on a busy machine.
const LEAST_PAGE_TIMEOUT_MS: u32 = 5_000;

/// Registers as a debugger numbers them (DDI 0403, C1.6.3): the status, of which the lowest nine bits name the handler
/// under way; and CONTROL, FAULTMASK, BASEPRI and PRIMASK in one, of which the lowest bit masks interrupts.
const XPSR: RegisterId = RegisterId(16);
const IPSR: u32 = 0x1ff;
const MASKS: RegisterId = RegisterId(20);
const PRIMASK: u32 = 1;
/// A running core halts at once; one that does not within so long is not there.
const HALTS_WITHIN: Duration = Duration::from_millis(500);
/// A program that is found in a handler so often in a row does little else.
const TRIES_TO_CATCH: usize = 20;

/// Thousands of chips, copied from the library once: a session is opened for every call.
static CATALOGUE: LazyLock<Registry> = LazyLock::new(Registry::from_builtin_families);

pub struct ProbeRs {
    selector: DebugProbeSelector,
    /// As it was found first: to look for it is to ask every kind of probe, and every serial port.
    found: OnceCell<DebugProbeInfo>,
    /// The chip, as the catalogue has it.
    target: Target,
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

/// A chip of the catalogue.
fn target(selector: &DebugProbeSelector, chip: &str) -> Result<Target> {
    let mut target = CATALOGUE.get_target_by_name(chip).map_err(|error| {
        let remedy = (
            "Write the chip as printed on it, without the package letters, e.g. STM32F072CB.",
            "Zapisz oznaczenie układu tak, jak na obudowie, bez liter obudowy, np. STM32F072CB.",
        );
        InstrumentError::new(
            name_of(&selector.to_string()),
            "find the chip in the catalogue",
            both!("{error}", "nie znaleziono układu w katalogu ({error})"),
            remedy,
        )
    })?;
    for algorithm in &mut target.flash_algorithms {
        let timeout = &mut algorithm.flash_properties.program_page_timeout;
        *timeout = (*timeout).max(LEAST_PAGE_TIMEOUT_MS);
    }
    Ok(target)
}

impl ProbeRs {
    /// `selector` is `vendor:product` or `vendor:product:serial`, as [`list`] gives it; `chip` as probe-rs's catalogue
    /// calls it. Images must leave `reserved` alone.
    pub fn new(selector: &str, chip: &str, reserved: Vec<Range<u32>>, clock: Arc<dyn Clock>) -> Result<Self> {
        let selector = selector.parse::<DebugProbeSelector>().map_err(|error| {
            let remedy = ("Write the probe as vendor:product as lsusb shows them, with :serial behind where two are alike.", "Zapisz programator jako producent:produkt, tak jak pokazuje lsusb, a przy dwóch jednakowych dopisz :numer-seryjny.");
            InstrumentError::new(name_of(selector), "understand its name", both!("{error}", "nazwa programatora {selector:?} jest niezrozumiała ({error})"), remedy)
        })?;
        let target = target(&selector, chip)?;
        Ok(ProbeRs { selector, found: OnceCell::new(), target, reserved, clock })
    }

    fn name(&self) -> String {
        name_of(&self.selector.to_string())
    }

    /// What an image has to fit to go onto this probe's chip.
    pub fn chip(&self) -> Result<Chip> {
        let target = &self.target;
        let core = core_of(target.default_core().core_type).ok_or_else(|| {
            let remedy = (
                "Only microcontrollers with a Cortex-M core can be flashed.",
                "Oprogramowanie można wgrać tylko do mikrokontrolerów z rdzeniem Cortex-M.",
            );
            InstrumentError::new(
                self.name(),
                "use the chip",
                ("its core is no Cortex-M", "rdzeń układu nie jest rdzeniem Cortex-M"),
                remedy,
            )
        })?;
        let flash = target.memory_map.iter().filter_map(bootable).collect();
        Ok(Chip { name: target.name.clone(), core, flash, reserved: self.reserved.clone() })
    }

    /// Checks an image without touching the probe.
    pub fn inspect(&self, elf: &[u8]) -> Result<Image> {
        image::inspect(elf, &self.chip()?).map_err(|problems| self.unfit(&problems))
    }

    fn unfit(&self, problems: &[Problem]) -> InstrumentError {
        let bare = |problem: &Problem| Problem { remedy: Bilingual::default(), ..problem.clone() };
        let causes = |lang| problems.iter().map(|problem| bare(problem).show(lang)).collect::<Vec<_>>().join("; ");
        let cause =
            Bilingual::new(causes(Lang::En), format!("obraz oprogramowania nie nadaje się do wgrania: {}", causes(Lang::Pl)));
        let remedy = problems.first().map(|problem| problem.remedy.clone()).unwrap_or_default();
        InstrumentError::new(self.name(), "accept the firmware image", cause, remedy)
    }

    fn open(&self) -> Result<Probe> {
        let lister = Lister::new();
        let known = self.found.get().cloned().or_else(|| lister.list(Some(&self.selector)).into_iter().next());
        let opened = match known {
            Some(known) => self.found.get_or_init(|| known).open(),
            None => lister.open(self.selector.clone()),
        };
        opened.map_err(|error| {
            let remedy = (
                "Plug in the probe's USB lead; on Linux, check that the udev rules let you use it.",
                "Podłącz przewód USB programatora; w systemie Linux sprawdź, czy reguły udev pozwalają go używać.",
            );
            InstrumentError::new(self.name(), "open the probe", Bilingual::same(failure::chain(&error)), remedy)
        })
    }

    /// An unpowered target would cost seconds of attempts, and could not be told from a broken wire.
    fn attach(&self) -> std::result::Result<Session, Failed> {
        let mut probe = self.open().map_err(FlashError::Bench)?;
        let volts = probe.get_target_voltage().ok().flatten();
        if let Some(volts) = volts.filter(|v| *v < LEAST_VOLTS) {
            let cause = format!("its supply is {volts:.1} V");
            return Err(FlashError::Silent { stage: "attaching", cause }.into());
        }
        let session = probe.attach_with_registry(self.target.clone(), Permissions::default(), &CATALOGUE);
        session.map_err(|error| self.explain("attaching", &error))
    }

    fn explain(&self, stage: &'static str, error: &(dyn std::error::Error + 'static)) -> Failed {
        let cause = failure::chain(error);
        let what = match failure::classify(error) {
            Failure::Refused => FlashError::Refused { stage, cause },
            Failure::Silent => FlashError::Silent { stage, cause },
            Failure::Bench => {
                let remedy = (
                    "Check the probe's USB lead, and that no other program uses it.",
                    "Sprawdź przewód USB programatora oraz to, czy nie używa go inny program.",
                );
                FlashError::Bench(InstrumentError::new(self.name(), stage, Bilingual::same(cause), remedy))
            }
        };
        Failed { what, ran_out_of_time: failure::ran_out_of_time(error) }
    }

    /// Stops the core and lets it go on at `address`; `false`: it was in a handler, whose return would undo that.
    fn divert_main(&self, core: &mut Core<'_>, address: u32) -> std::result::Result<bool, probe_rs::Error> {
        core.halt(HALTS_WITHIN)?;
        let status: u32 = core.read_core_reg(XPSR)?;
        let is_main = status & IPSR == 0;
        if is_main {
            let masks: u32 = core.read_core_reg(MASKS)?;
            core.write_core_reg(MASKS, masks & !PRIMASK)?;
            core.write_core_reg(core.program_counter().id(), address)?;
        }
        core.run()?;
        Ok(is_main)
    }

    /// The end of a session switches the debug clock off, on some chips by reading and writing back the very register
    /// in which a firmware that starts switches its own clocks on (RM0091, 6.4.7): caught in between it would stand
    /// there with a port that has no clock.
    fn let_start(&self, core: &mut Core, reset: Instant) -> std::result::Result<(), probe_rs::Error> {
        for _ in 0..LOOKS_WHILE_STARTING {
            if self.clock.now() >= reset + CLOCKS_ITSELF_WITHIN {
                break;
            }
            core.status()?;
        }
        Ok(())
    }

    fn write_image(&self, image: &Image, watch: &mut dyn FnMut(Progress)) -> std::result::Result<(), Attempt> {
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

/// A firmware has switched on what it needs so long after its reset.
const CLOCKS_ITSELF_WITHIN: Duration = Duration::from_millis(20);
/// A look at the core takes 10 µs at the least.
const LOOKS_WHILE_STARTING: usize = 2_000;

/// A session that ended badly.
struct Failed {
    what: FlashError,
    /// By the debugger's own patience, on the wall's clock: a busy computer uses it up as a dead target does.
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

fn core_of(core: CoreType) -> Option<image::Core> {
    match core {
        CoreType::Armv6m => Some(image::Core::Armv6M),
        CoreType::Armv7m => Some(image::Core::Armv7M),
        CoreType::Armv7em => Some(image::Core::Armv7EM),
        CoreType::Armv8m => Some(image::Core::Armv8M),
        _ => None,
    }
}

/// Flash the core can start from; option bytes and the like are not for images.
fn bootable(region: &MemoryRegion) -> Option<Range<u32>> {
    let region = region.as_nvm_region().filter(|r| !r.is_alias && r.access.is_none_or(|a| a.boot))?;
    Some(u32::try_from(region.range.start).ok()?..u32::try_from(region.range.end).ok()?)
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
            let outcome = match self.write_image(&image, watch) {
                // An interrupted flash leaves a blank vector table: the core then locks up at once, and the breakpoint
                // it once met still stands in its fault status. probe-rs takes that for a semihosting call and reads
                // memory that is not there. Its own failed attempt clears the status, so a second one is clean.
                Err(Attempt::NotStarted(_)) => self.write_image(&image, watch),
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

    fn write(&mut self, address: u32, bytes: &[u8]) -> std::result::Result<(), FlashError> {
        patiently(|| {
            let mut session = self.attach()?;
            let mut loader = session.target().flash_loader();
            loader.add_data(u64::from(address), bytes).map_err(|error| self.explain("staging the data", &error))?;
            let mut options = DownloadOptions::default();
            options.verify = true;
            options.keep_unwritten_bytes = true;
            loader.commit(&mut session, options).map_err(|error| self.explain("writing", &error))
        })
    }

    fn divert(&mut self, address: u32) -> std::result::Result<Instant, FlashError> {
        patiently(|| {
            let mut session = self.attach()?;
            let mut core = session.core(0).map_err(|error| self.explain("diverting", &error))?;
            for _ in 0..TRIES_TO_CATCH {
                if self.divert_main(&mut core, address).map_err(|error| self.explain("diverting", &error))? {
                    return Ok(self.clock.now());
                }
            }
            let cause = "its main program was never met outside a handler".into();
            Err(FlashError::Refused { stage: "diverting", cause }.into())
        })
    }

    fn reset(&mut self) -> std::result::Result<Instant, FlashError> {
        patiently(|| {
            let mut session = self.attach()?;
            let mut core = session.core(0).map_err(|error| self.explain("resetting", &error))?;
            core.reset().map_err(|error| self.explain("resetting", &error))?;
            let at = self.clock.now();
            self.let_start(&mut core, at).map_err(|error| self.explain("resetting", &error))?;
            Ok(at)
        })
    }

    fn target_voltage(&mut self) -> Result<Option<f32>> {
        let mut probe = self.open()?;
        probe.get_target_voltage().map_err(|error| {
            let remedy = ("Check the probe's USB lead.", "Sprawdź przewód USB programatora.");
            InstrumentError::new(self.name(), "measure the target's supply", Bilingual::same(failure::chain(&error)), remedy)
        })
    }
}
