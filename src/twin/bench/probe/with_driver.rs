//! The driver of real probes on the virtual one: what the bench will see of flashing, good and bad.

use super::tests::{Rig, image};
use crate::clock::RealClock;
use crate::driver::probe::{ProbeRs, list};
use crate::image::tests::{V6S_M, V7_M, elf};
use crate::instrument::Instrument;
use crate::instrument::probe::{DebugProbe, FlashError, Progress};
use std::sync::Arc;

const BASE: u32 = 0x0800_0000;

fn driver(rig: &Rig) -> ProbeRs {
    let clock = Arc::new(RealClock::start());
    ProbeRs::new(&super::selector(rig.serial), "STM32F072CB", vec![], clock).expect("known chip")
}

fn flash(rig: &Rig, file: &[u8]) -> Result<usize, FlashError> {
    driver(rig).flash(file, &mut |_| ()).map(|flashed| flashed.bytes)
}

#[test]
fn the_driver_flashes_reads_back_and_resets() {
    let rig = Rig::new("DRIVER");
    assert!(list().iter().any(|found| found.selector == "1209:5052:DRIVER"));
    let mut probe = driver(&rig);
    assert_eq!(probe.identify().expect("there").unit, "1209:5052:DRIVER");
    let mut stages = Vec::new();
    let file = elf(BASE, &image(5000), V6S_M);
    probe.flash(&file, &mut |progress| stages.push(progress)).expect("flashes");
    for last in [Progress::Erasing { done: 1.0 }, Progress::Programming { done: 1.0 }, Progress::Verifying { done: 1.0 }] {
        assert!(stages.contains(&last), "{last:?} in {stages:?}");
    }
    assert!(probe.read(BASE, 5000).expect("reads") == image(5000));
    assert!(probe.read(0x7000_0000, 4).is_err());
    probe.reset().expect("resets");
    assert_eq!(probe.target_voltage().expect("measures"), Some(3.3));
}

#[test]
fn failures_are_told_apart() {
    let file = elf(BASE, &image(2048), V6S_M);
    let rig = Rig::new("FAILURES");
    let newer = flash(&rig, &elf(BASE, &image(2048), V7_M));
    assert!(matches!(newer, Err(FlashError::Bench(_))), "{newer:?}");
    assert_eq!(rig.board().transfers, 0, "a file that does not fit touches nothing");
    rig.board().mcu.faults().stuck_low = Some((0x0800_0200, 1));
    let stuck = flash(&rig, &file);
    assert!(matches!(stuck, Err(FlashError::Refused { stage: "verifying", .. })), "{stuck:?}");
    rig.board().mcu.faults().controller_hangs = true;
    let hung = flash(&rig, &file);
    assert!(matches!(hung, Err(FlashError::Refused { stage: "erasing", .. })), "{hung:?}");
    rig.board().mcu.set_power(false);
    let off = flash(&rig, &file);
    assert!(matches!(off, Err(FlashError::Silent { stage: "attaching", .. })), "{off:?}");
    rig.board().unplug_at = Some(0);
    let gone = flash(&rig, &file);
    assert!(matches!(gone, Err(FlashError::Bench(_))), "{gone:?}");
}

#[test]
fn cuts_on_the_way_are_told_apart_and_one_call_mends_them() {
    let file = elf(BASE, &image(2048), V6S_M);
    let reference = Rig::new("CUTS");
    flash(&reference, &file).expect("flashes");
    let total = reference.board().transfers;
    for point in 1..12 {
        let rig = Rig::new("CUTS");
        let at = Some(total * point / 12);
        if point % 2 == 0 {
            rig.board().power_off_at = at
        } else {
            rig.board().unplug_at = at
        }
        let error = flash(&rig, &file).expect_err("cut");
        let right =
            if point % 2 == 0 { matches!(error, FlashError::Silent { .. }) } else { matches!(error, FlashError::Bench(_)) };
        assert!(right, "point {point}: {error:?}");
        (rig.board().power_off_at, rig.board().unplug_at) = (None, None);
        rig.board().mcu.set_power(true);
        assert_eq!(flash(&rig, &file).expect("mended"), 2048);
    }
}
