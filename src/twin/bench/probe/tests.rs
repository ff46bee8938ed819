//! probe-rs from end to end, on a chip alone. It may not name the driver of real probes, so it speaks to probe-rs
//! itself.

use super::{Target, plug_in, selector, unplug};
use crate::twin::post::mcu::assembler::{Program, STAY, movs, str};
use crate::twin::post::mcu::{Mcu, Nak};
use probe_rs::flashing::{DownloadOptions, FlashError};
use probe_rs::probe::list::Lister;
use probe_rs::probe::{DebugProbeSelector, Probe};
use probe_rs::{MemoryInterface, Permissions, Session};
use std::error::Error;
use std::sync::{Arc, Mutex, MutexGuard};

const CHIP: &str = "STM32F072CB";
const RESULT: u32 = 0x2000_0100;
const BASE: u64 = 0x0800_0000;

/// A chip on a wire, and after how many transfers what is cut.
pub struct Board {
    pub mcu: Mcu,
    pub transfers: u64,
    pub unplug_at: Option<u64>,
    pub power_off_at: Option<u64>,
}

impl Target for Board {
    fn transfer(&mut self, ap: bool, address: u8, write: Option<u32>) -> Result<u32, Nak> {
        self.transfers += 1;
        if self.power_off_at.is_some_and(|n| self.transfers > n) {
            self.mcu.set_power(false);
        }
        let until = self.mcu.now() + self.mcu.wire_nanos();
        while self.mcu.run_until(until).is_some() {}
        self.mcu.dap_transfer(ap, address, write)
    }
    fn line(&mut self, bits: u8, levels: u64) {
        self.mcu.dap_line(bits, levels);
    }
    fn set_nrst(&mut self, high: bool) {
        self.mcu.set_nrst(high);
    }
    fn nrst(&self) -> bool {
        self.mcu.nrst()
    }
    fn volts(&self) -> f32 {
        if self.mcu.powered() { 3.3 } else { 0.0 }
    }
    fn plugged(&self) -> bool {
        self.unplug_at.is_none_or(|n| self.transfers <= n)
    }
    fn set_speed(&mut self, hz: u32) {
        self.mcu.set_swd_hz(hz);
    }
    fn wire_nanos(&self) -> u64 {
        self.mcu.wire_nanos()
    }
}

pub struct Rig {
    pub serial: &'static str,
    board: Arc<Mutex<Board>>,
}

impl Drop for Rig {
    fn drop(&mut self) {
        unplug(self.serial);
    }
}

impl Rig {
    pub fn new(serial: &'static str) -> Self {
        let mut mcu = Mcu::new();
        mcu.set_power(true);
        let board = Arc::new(Mutex::new(Board { mcu, transfers: 0, unplug_at: None, power_off_at: None }));
        plug_in(serial, Arc::<Mutex<Board>>::clone(&board));
        Rig { serial, board }
    }
    pub fn board(&self) -> MutexGuard<'_, Board> {
        self.board.lock().expect("unpoisoned")
    }
    fn open(&self) -> Probe {
        let selector: DebugProbeSelector = selector(self.serial).parse().expect("valid");
        Lister::new().open(selector).expect("opens")
    }
    fn attach(&self) -> Session {
        self.open().attach(CHIP, Permissions::default()).expect("attaches")
    }
    fn flash(&self, image: &[u8]) -> Result<(), FlashError> {
        let mut session = self.attach();
        write(&mut session, image)
    }
}

fn write(session: &mut Session, image: &[u8]) -> Result<(), FlashError> {
    let mut loader = session.target().flash_loader();
    loader.add_data(BASE, image)?;
    let mut options = DownloadOptions::default();
    options.verify = true;
    loader.commit(session, options)
}

/// A program that leaves a mark in RAM, padded to `length` with numbers.
pub fn image(length: usize) -> Vec<u8> {
    let mut image = Program::new().load(6, RESULT).op(&[movs(5, 42), str(5, 6, 0), STAY]).bytes();
    image.extend((image.len()..length).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8 | 1));
    image
}

fn causes(error: &(dyn Error + 'static)) -> String {
    let chain = std::iter::successors(Some(error), |&e| e.source());
    chain.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

#[test]
fn a_board_is_listed_flashed_verified_reset_and_runs() {
    let rig = Rig::new("END-TO-END");
    assert!(Lister::new().list_all().iter().any(|p| p.serial_number.as_deref() == Some("END-TO-END")));
    let image = image(8192);
    rig.flash(&image).expect("flashes");
    assert!(rig.board().mcu.flash()[..8192] == image[..]);
    let mut session = rig.attach();
    let mut core = session.core(0).expect("core");
    core.reset().expect("resets");
    let mut back = vec![0; 8192];
    core.read(BASE, &mut back).expect("reads");
    assert!(back == image);
    assert_eq!(core.read_word_32(u64::from(RESULT)).expect("reads"), 42);
    unplug("END-TO-END");
    assert!(!Lister::new().list_all().iter().any(|p| p.serial_number.as_deref() == Some("END-TO-END")));
}

#[test]
fn the_same_flash_takes_the_same_transfers_and_time() {
    let runs: Vec<_> = ["SAME-1", "SAME-2", "SAME-3"]
        .into_iter()
        .map(|serial| {
            let rig = Rig::new(serial);
            rig.flash(&image(6000)).expect("flashes");
            let board = rig.board();
            (board.transfers, board.mcu.now())
        })
        .collect();
    assert!(runs.windows(2).all(|pair| pair[0] == pair[1]), "{runs:?}");
}

/// Cuts at twelve points from the first transfer after attaching to the last, then mends and flashes again.
fn cut(serial: &'static str, power: bool, expected: &str) {
    let image = image(4096);
    let reference = Rig::new(serial);
    let mut session = reference.attach();
    let before = reference.board().transfers;
    write(&mut session, &image).expect("flashes");
    let total = reference.board().transfers - before;
    drop(session);
    for point in 0..12 {
        let rig = Rig::new(serial);
        let mut session = rig.attach();
        let at = rig.board().transfers + total * point / 12;
        if power {
            rig.board().power_off_at = Some(at);
        } else {
            rig.board().unplug_at = Some(at);
        }
        let error = write(&mut session, &image).expect_err("cut");
        assert!(causes(&error).contains(expected), "point {point}: {}", causes(&error));
        drop(session);
        (rig.board().power_off_at, rig.board().unplug_at) = (None, None);
        rig.board().mcu.set_power(true);
        // A blank vector table makes the first attempt fail before it begins; see the driver.
        if let Err(error) = rig.flash(&image) {
            assert!(matches!(error, FlashError::ResetAndHalt(_)), "point {point}: {}", causes(&error));
            rig.flash(&image).expect("flashes at the second attempt");
        }
        assert!(rig.board().mcu.flash()[..4096] == image[..], "point {point}");
    }
}

#[test]
fn an_unplugged_probe_is_an_error_and_the_board_recovers() {
    cut("USB-CUT", false, "unplugged");
}

#[test]
fn a_power_cut_is_an_error_and_the_board_recovers() {
    cut("POWER-CUT", true, "did not respond");
}

#[test]
fn a_bad_memory_is_noticed() {
    let broken = |serial, break_it: fn(&mut Mcu)| {
        let rig = Rig::new(serial);
        break_it(&mut rig.board().mcu);
        rig.flash(&image(2048)).expect_err("broken")
    };
    let stuck = broken("STUCK-BIT", |mcu| mcu.faults().stuck_low = Some((0x0800_0200, 1)));
    assert!(matches!(stuck, FlashError::Verify), "{}", causes(&stuck));
    let protected = broken("PROTECTED", |mcu| mcu.faults().write_protected = true);
    assert!(matches!(protected, FlashError::EraseFailed { .. }), "{}", causes(&protected));
    let hung = broken("HUNG", |mcu| mcu.faults().controller_hangs = true);
    assert!(matches!(hung, FlashError::EraseFailed { .. }), "{}", causes(&hung));
}
