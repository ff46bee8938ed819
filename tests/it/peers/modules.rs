//! The Modbus driver against pymodbus, in both framings.
//!
//! Said to be skipped where Python's `pymodbus` is not there.

use super::{Error, is_there, wait_for};
use hejnal::clock::{Clock, RealClock};
use hejnal::driver::modbus::{self, Opened};
use hejnal::driver::way::Way;
use hejnal::instrument::Instrument as _;
use hejnal::instrument::lamp::{Input, InputBoard as _};
use hejnal::instrument::relay::{Channel, Contact, RelayBoard as _};
use hejnal::rig::drivers::{Framing, Modbus};
use std::io::Write as _;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

/// Ends with the test.
struct Peer(Child);

impl Drop for Peer {
    fn drop(&mut self) {
        let _gone = self.0.kill();
        let _reaped = self.0.wait();
    }
}

fn knows_pymodbus() -> bool {
    let test = "pymodbus_is_driven_in_both_framings";
    if !is_there("python3", "python3", test) {
        return false;
    }
    let imports = Command::new("python3").args(["-c", "import pymodbus.simulator"]).stderr(Stdio::null()).status();
    let knows = imports.is_ok_and(|status| status.success());
    if !knows {
        let _nobody_reads = writeln!(std::io::stderr(), "SKIPPED {test}: pymodbus is not installed (pip install pymodbus)");
    }
    knows
}

fn settings(framing: Framing, unit: u8) -> Modbus {
    Modbus {
        what: "pymodbus",
        framing,
        even: false,
        unit,
        coil_base: 0,
        input_base: 0,
        whole_bytes: false,
        control_modes: None,
        inverse_relays: false,
        inverse_inputs: false,
        poll: Duration::from_millis(10),
    }
}

#[test]
fn pymodbus_is_driven_in_both_framings() -> Result<(), Error> {
    if !knows_pymodbus() {
        return Ok(());
    }
    for (framing, word, port) in [(Framing::Tcp, "socket", 27_502u16), (Framing::Rtu, "rtu", 27_503)] {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/peers/modules.py");
        let peer = Command::new("python3").args([script, &port.to_string(), word]).stdin(Stdio::null()).spawn()?;
        let _peer = Peer(peer);
        let clock: Arc<dyn Clock> = Arc::new(RealClock::start());
        let way = Way::Tcp(([127, 0, 0, 1], port).into());
        let open = |unit: u8, counts: (u8, u8)| modbus::open(&way, &settings(framing, unit), counts, Arc::clone(&clock));
        let Opened { relays, inputs } = open(7, (10, 10))?;
        let (mut relays, mut inputs) = (relays.ok_or("no relays")?, inputs.ok_or("no inputs")?);
        wait_for("the module", 20, || relays.identify().ok())?;
        for channel in [1, 10] {
            for to in [Contact::Closed, Contact::Open, Contact::Closed] {
                relays.set(Channel(channel), to)?;
                assert_eq!(relays.get(Channel(channel)), Ok(to));
            }
        }
        let since = clock.now();
        let lit = |board: &mut modbus::ModbusInputs, input: u8| {
            wait_for("an input", 5, || board.is_lit(Input(input), since).ok().flatten())
        };
        assert_eq!([1, 2, 3, 10].map(|input| lit(&mut inputs, input).ok()), [true, false, true, false].map(Some));
        relays.make_safe()?;
        assert_eq!(relays.get(Channel(10)), Ok(Contact::Open));
        println!("{word}: an input's stamp is late by {:.1} ms at most", inputs.stamp_uncertainty() * 1e3);
        let beyond = open(7, (20, 0))?.relays.ok_or("no relays")?.get(Channel(20)).expect_err("it has 16 coils");
        println!("{}", beyond.cause.en);
        assert!(beyond.cause.en.contains("it refuses"), "{beyond}");
    }
    Ok(())
}
