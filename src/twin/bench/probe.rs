//! The virtual debug probe: a probe-rs driver like that of any real probe, with the two wires replaced by a [`Target`].
//!
//! All of probe-rs above the wire runs unmodified. Knows nothing of what hangs on the wire.

use crate::twin::post::mcu::Nak;
use probe_rs::CoreStatus;
use probe_rs::architecture::arm::sequences::ArmDebugSequence;
use probe_rs::architecture::arm::{
    ArmCommunicationInterface, ArmDebugInterface, ArmError, DapError, DapProbe, RawDapAccess, RegisterAddress,
};
use probe_rs::probe::list::ProbeListItem;
use probe_rs::probe::{
    DebugProbe, DebugProbeError, DebugProbeInfo, DebugProbeSelector, ProbeCreationError, ProbeFactory, WireProtocol,
};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, Once, PoisonError};
use std::{fmt, io};

/// USB identifiers under which virtual probes are found: pid.codes' number for tests.
pub const VENDOR: u16 = 0x1209;
pub const PRODUCT: u16 = 0x5052;

/// What hangs on the wire of a probe.
pub trait Target: Send {
    /// One SWD transfer; the time it takes on the wire passes for the target before it is answered.
    fn transfer(&mut self, ap: bool, address: u8, write: Option<u32>) -> Result<u32, Nak>;
    /// Raw levels on SWDIO, the lowest bit first.
    fn line(&mut self, bits: u8, levels: u64);
    fn set_nrst(&mut self, high: bool);
    fn nrst(&self) -> bool;
    /// The target's supply as the probe measures it.
    fn volts(&self) -> f32;
    /// Whether the probe's own USB lead is in.
    fn plugged(&self) -> bool;
    fn set_speed(&mut self, hz: u32);
    /// How long one transfer takes, in nanoseconds of simulation.
    fn wire_nanos(&self) -> u64;
}

type Shared = Arc<Mutex<dyn Target>>;

/// probe-rs asks a driver what is plugged in without handing it anything, so this must be known to the whole process.
static PLUGGED_IN: Mutex<BTreeMap<String, Shared>> = Mutex::new(BTreeMap::new());

/// A panic elsewhere does not invalidate a target: its state is whatever the last transfer left.
fn lock<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Lets probe-rs find the target as `1209:5052:<serial>`.
pub fn plug_in(serial: &str, target: Shared) {
    static REGISTERED: Once = Once::new();
    REGISTERED.call_once(|| {
        let plugin = probe_rs::plugin::Plugin { probe_drivers: &[&Factory], ..Default::default() };
        probe_rs::plugin::register_plugin(plugin);
    });
    lock(&PLUGGED_IN).insert(serial.to_owned(), target);
}

/// Forgets the target. Sessions already open keep it.
pub fn unplug(serial: &str) {
    lock(&PLUGGED_IN).remove(serial);
}

/// The name under which a probe with this serial number is selected.
pub fn selector(serial: &str) -> String {
    format!("{VENDOR:04x}:{PRODUCT:04x}:{serial}")
}

#[derive(Debug)]
struct Factory;

impl fmt::Display for Factory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("virtual probe")
    }
}

impl ProbeFactory for Factory {
    fn open(&self, selector: &DebugProbeSelector) -> Result<Box<dyn DebugProbe>, DebugProbeError> {
        let ours = (selector.vendor_id, selector.product_id) == (VENDOR, PRODUCT);
        let found = selector.serial_number.as_ref().filter(|_| ours).and_then(|serial| lock(&PLUGGED_IN).get(serial).cloned());
        match found {
            Some(target) if lock(&target).plugged() => Ok(Box::new(VirtualProbe::new(target))),
            _ => Err(DebugProbeError::ProbeCouldNotBeCreated(ProbeCreationError::NotFound)),
        }
    }

    fn list_probes(&self) -> Vec<ProbeListItem> {
        self.list_probes_filtered(None)
    }

    fn list_probes_filtered(&self, selector: Option<&DebugProbeSelector>) -> Vec<ProbeListItem> {
        let wanted = |serial: &String| selector.is_none_or(|selector| selector.matches_probe(&info(serial.clone())));
        // Not while the list is locked: a target may itself be waiting for it.
        let known: Vec<_> =
            lock(&PLUGGED_IN).iter().filter(|(serial, _)| wanted(serial)).map(|(s, t)| (s.clone(), Arc::clone(t))).collect();
        let plugged = known.into_iter().filter(|(_, target)| lock(target).plugged());
        plugged.map(|(serial, _)| ProbeListItem::accessible(info(serial))).collect()
    }
}

fn info(serial: String) -> DebugProbeInfo {
    DebugProbeInfo::new("virtual probe", VENDOR, PRODUCT, Some(serial), &Factory, None, false)
}

/// Simulation time for which the probe watches a core that never stops, before it reports a timeout.
///
/// probe-rs gives up by the clock on the wall. Ending the wait earlier, by the clock of the simulation, keeps the same
/// seed at the same figures. No flash operation of a healthy part takes a hundredth of it.
const PATIENCE_NANOS: u64 = 3_000_000_000;

struct VirtualProbe {
    target: Shared,
    khz: u32,
    /// Wire time since data was last written to the target's memory.
    waited: u64,
}

impl fmt::Debug for VirtualProbe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("VirtualProbe")
    }
}

/// The access port's data register.
const DRW: u8 = 0x0c;
const NRST: u32 = 1 << 7;

impl VirtualProbe {
    fn new(target: Shared) -> Self {
        VirtualProbe { target, khz: 4000, waited: 0 }
    }

    fn target(&self) -> Result<MutexGuard<'_, dyn Target + 'static>, DebugProbeError> {
        let target = lock(&self.target);
        if target.plugged() {
            return Ok(target);
        }
        Err(DebugProbeError::Usb(io::Error::new(io::ErrorKind::NotConnected, "the virtual probe is unplugged")))
    }

    fn transfer(&mut self, address: RegisterAddress, write: Option<u32>) -> Result<u32, ArmError> {
        let (ap, register) = (address.is_ap(), address.lsb());
        let mut target = self.target()?;
        let answer = target.transfer(ap, register, write);
        let took = target.wire_nanos();
        if answer == Err(Nak::Fault) {
            // As probes do: clear STICKYERR, so that the next transfer is answered.
            _ = target.transfer(false, 0, Some(1 << 2));
        }
        let still_plugged = target.plugged();
        drop(target);
        if !still_plugged {
            drop(self.target()?);
        }
        self.keep_patience(ap && register & 0xc == DRW && write.is_some(), took)?;
        answer.map_err(|nak| match nak {
            Nak::Silence => DapError::NoAcknowledge.into(),
            Nak::Fault => DapError::FaultResponse.into(),
        })
    }

    fn keep_patience(&mut self, something_written: bool, took: u64) -> Result<(), ArmError> {
        self.waited = if something_written { 0 } else { self.waited + took };
        if self.waited < PATIENCE_NANOS {
            return Ok(());
        }
        self.waited = 0;
        Err(ArmError::Timeout)
    }
}

impl DebugProbe for VirtualProbe {
    fn get_name(&self) -> &str {
        "virtual probe"
    }
    fn speed_khz(&self) -> u32 {
        self.khz
    }
    fn set_speed(&mut self, khz: u32) -> Result<u32, DebugProbeError> {
        self.khz = khz.clamp(10, 10_000);
        self.target()?.set_speed(self.khz * 1000);
        Ok(self.khz)
    }
    fn attach(&mut self) -> Result<(), DebugProbeError> {
        self.target().map(drop)
    }
    fn detach(&mut self) -> Result<(), probe_rs::Error> {
        Ok(())
    }
    fn target_reset(&mut self) -> Result<(), DebugProbeError> {
        self.target_reset_assert()?;
        self.target_reset_deassert()
    }
    fn target_reset_assert(&mut self) -> Result<(), DebugProbeError> {
        self.target()?.set_nrst(false);
        Ok(())
    }
    fn target_reset_deassert(&mut self) -> Result<(), DebugProbeError> {
        self.target()?.set_nrst(true);
        Ok(())
    }
    fn select_protocol(&mut self, protocol: WireProtocol) -> Result<(), DebugProbeError> {
        if protocol == WireProtocol::Swd { Ok(()) } else { Err(DebugProbeError::UnsupportedProtocol(protocol)) }
    }
    fn active_protocol(&self) -> Option<WireProtocol> {
        Some(WireProtocol::Swd)
    }
    fn has_arm_interface(&self) -> bool {
        true
    }
    fn try_get_arm_debug_interface<'probe>(
        self: Box<Self>,
        sequence: Arc<dyn ArmDebugSequence>,
    ) -> Result<Box<dyn ArmDebugInterface + 'probe>, (Box<dyn DebugProbe>, ArmError)> {
        Ok(ArmCommunicationInterface::create(self, sequence, false))
    }
    fn into_probe(self: Box<Self>) -> Box<dyn DebugProbe> {
        self
    }
    fn try_as_dap_probe(&mut self) -> Option<&mut dyn DapProbe> {
        Some(self)
    }
    fn get_target_voltage(&mut self) -> Result<Option<f32>, DebugProbeError> {
        Ok(Some(self.target()?.volts()))
    }
}

impl DapProbe for VirtualProbe {}

impl RawDapAccess for VirtualProbe {
    fn raw_read_register(&mut self, address: RegisterAddress) -> Result<u32, ArmError> {
        self.transfer(address, None)
    }
    fn raw_write_register(&mut self, address: RegisterAddress, value: u32) -> Result<(), ArmError> {
        self.transfer(address, Some(value)).map(drop)
    }
    fn jtag_sequence(&mut self, _cycles: u8, _tms: bool, _tdi: u64) -> Result<(), DebugProbeError> {
        Err(DebugProbeError::UnsupportedProtocol(WireProtocol::Jtag))
    }
    fn swj_sequence(&mut self, bits: u8, levels: u64) -> Result<(), DebugProbeError> {
        self.target()?.line(bits, levels);
        Ok(())
    }
    fn swj_pins(&mut self, out: u32, select: u32, _wait: u32) -> Result<u32, DebugProbeError> {
        let mut target = self.target()?;
        if select & NRST != 0 {
            target.set_nrst(out & NRST != 0);
        }
        Ok(if target.nrst() { NRST } else { 0 })
    }
    fn into_probe(self: Box<Self>) -> Box<dyn DebugProbe> {
        self
    }
    fn core_status_notification(&mut self, _status: CoreStatus) -> Result<(), DebugProbeError> {
        Ok(())
    }
}

#[cfg(test)]
mod tests;
#[cfg(test)]
mod with_driver;
