//! The peripherals as a program sees them, and as the world outside does.

use super::assembler::*;
use super::{Emission, Mcu, Pin, Port, ResetCause, Uart};

const RCC: u32 = 0x4002_1000;
const GPIOA: u32 = 0x4800_0000;
const GPIOB: u32 = 0x4800_0400;
const USART1: u32 = 0x4001_3800;
const RESULT: u32 = 0x2000_0100;
const BUTTON: Pin = Pin::new(Port::A, 0);

/// Clocks for all ports, USART1, USART2 and SYSCFG.
fn clocked() -> Program {
    Program::new().poke(RCC + 0x14, 0x7e_0014).poke(RCC + 0x18, 0x4001).poke(RCC + 0x1c, 0x2_0000)
}

/// PA9 and PA10 handed to USART1, 115200 baud, receive interrupt.
fn with_console(program: Program) -> Program {
    let pins = program.poke(GPIOA, 0x0028_0000).poke(GPIOA + 0x24, 0x0000_0110);
    pins.poke(USART1 + 0x0c, 69).poke(USART1, 0x2d)
}

fn bytes(seen: Vec<(u64, Emission)>) -> Vec<(u64, Emission)> {
    seen.into_iter().filter(|(_, e)| matches!(e, Emission::Byte { .. })).collect()
}

#[test]
fn bytes_leave_one_frame_apart() {
    let send = |p: Program, byte: u32| p.poke(USART1 + 0x28, byte);
    let program = send(send(with_console(clocked()), 0x41), 0x42).op(&[STAY]);
    let seen = run(&mut program.start(), micros(1000));
    let [(first_at, first), (second_at, second)] = bytes(seen)[..] else { panic!("two bytes were sent") };
    assert_eq!(first, Emission::Byte { uart: Uart::Console, byte: 0x41 });
    assert_eq!(second, Emission::Byte { uart: Uart::Console, byte: 0x42 });
    // Ten bits of 69 cycles of 125 ns.
    assert_eq!(second_at - first_at, 86_250);
}

#[test]
fn a_byte_goes_nowhere_without_clock_or_pin() {
    let unrouted = clocked().poke(USART1 + 0x0c, 69).poke(USART1, 0x2d).poke(USART1 + 0x28, 0x41).op(&[STAY]);
    assert_eq!(bytes(run(&mut unrouted.start(), micros(1000))), []);
    let mut unclocked = Program::new().poke(USART1, 0x2d).op(&[STAY]).start();
    run(&mut unclocked, micros(100));
    assert!(unclocked.unmodelled().contains(&USART1));
}

/// Echoes by interrupt: reads ISR into RESULT, then RDR into RESULT + 4.
fn receiver() -> Program {
    let main = with_console(clocked()).poke(0xe000_e100, 1 << 27).op(&[WFI, b(-3)]);
    main.handler(16 + 27).load(0, USART1).load(1, RESULT).op(&[
        ldr(2, 0, 0x1c),
        str(2, 1, 0),
        ldr(2, 0, 0x24),
        str(2, 1, 4),
        BX_LR,
    ])
}

#[test]
fn a_received_byte_interrupts_and_a_second_unread_one_overruns() {
    let mut mcu = receiver().start();
    run(&mut mcu, micros(100));
    mcu.receive(Uart::Console, b'x');
    run(&mut mcu, micros(20));
    assert_eq!(word(&mut mcu, RESULT) & 0x28, 0x20);
    assert_eq!(word(&mut mcu, RESULT + 4), u32::from(b'x'));
    mcu.receive(Uart::Console, b'y');
    mcu.receive(Uart::Console, b'z');
    run(&mut mcu, 8000);
    assert_eq!(word(&mut mcu, RESULT + 4), u32::from(b'y'), "the older byte stays");
    assert_eq!(word(&mut mcu, RESULT) & 0x08, 0x08, "ORE");
}

#[test]
fn a_pin_tells_its_changes_and_lets_go_at_reset() {
    let lamp = Pin::new(Port::B, 1);
    let program = clocked().poke(GPIOB, 4).poke(GPIOB + 0x18, 2).op(&[NOP]).poke(GPIOB + 0x28, 2);
    let mut mcu = program.poke(GPIOB + 0x14, 2).op(&[STAY]).start();
    let levels = |seen: Vec<(u64, Emission)>| {
        let level = |e| if let Emission::Level { pin, high } = e { Some((pin, high)) } else { None };
        seen.into_iter().filter_map(|(_, e)| level(e)).collect::<Vec<_>>()
    };
    // The serial-wire data pin is pulled up out of reset.
    let seen = levels(run(&mut mcu, micros(100)));
    assert_eq!(seen, [(Pin::new(Port::A, 13), true), (lamp, true), (lamp, false), (lamp, true)]);
    mcu.set_nrst(false);
    assert_eq!(levels(run(&mut mcu, micros(10))), [(lamp, false)]);
}

#[test]
fn a_button_wakes_by_exti_on_its_edge_only() {
    let pulled = clocked().poke(GPIOA + 0x0c, 0x2400_0001).poke(0x4001_0400, 1).poke(0x4001_040c, 1);
    let main = pulled.poke(0xe000_e100, 1 << 5).op(&[movs(5, 0), WFI, b(-3)]);
    let program = main.handler(16 + 5).op(&[adds(5, 1)]).poke(0x4001_0414, 1).load(6, RESULT).op(&[str(5, 6, 0), BX_LR]);
    let mut mcu = program.start();
    run(&mut mcu, micros(100));
    assert!(mcu.level(BUTTON) && mcu.is_asleep());
    for (level, presses) in [(Some(false), 1), (None, 1), (Some(true), 1), (Some(false), 2)] {
        mcu.drive(BUTTON, level);
        run(&mut mcu, micros(20));
        assert_eq!(word(&mut mcu, RESULT), presses, "{level:?}");
    }
}

fn watchdog_resets(program: Program, millis: u64) -> (Vec<u64>, Mcu) {
    let mut mcu = program.start();
    let seen = run(&mut mcu, millis * 1_000_000);
    let bites = |e: &Emission| *e == Emission::Reset { cause: ResetCause::Watchdog };
    (seen.iter().filter(|(_, e)| bites(e)).map(|(at, _)| *at).collect(), mcu)
}

#[test]
fn the_watchdog_bites_a_sleeping_core_and_the_flags_say_so() {
    const IWDG: u32 = 0x4000_3000;
    // 100 ticks of 40 kHz / 4: 10 ms.
    let armed = Program::new().poke(IWDG, 0x5555).poke(IWDG + 8, 99).poke(IWDG, 0xcccc).load(0, RCC);
    let (bites, mut mcu) = watchdog_resets(armed.op(&[ldr(1, 0, 0x24)]).load(6, RESULT).op(&[str(1, 6, 0), WFI, STAY]), 25);
    assert_eq!(bites.len(), 2);
    assert!(bites[1] - bites[0] >= 10_000_000 && bites[1] - bites[0] < 10_020_000, "{bites:?}");
    // IWDGRSTF, PORRSTF and PINRSTF: the flags add up until they are cleared.
    assert_eq!(word(&mut mcu, RESULT) & 0xff00_0000, 0x2c00_0000);
}

/// Unlocks the flash and erases the last page, then writes 0xbeef to its start.
fn settings_writer() -> Program {
    const FPEC: u32 = 0x4002_2000;
    let unlocked = Program::new().poke(FPEC + 4, 0x4567_0123).poke(FPEC + 4, 0xcdef_89ab);
    let erasing = unlocked.poke(FPEC + 0x10, 2).poke(FPEC + 0x14, 0x0801_f800).poke(FPEC + 0x10, 0x42);
    let wait = |p: Program| p.load(0, FPEC).op(&[movs(2, 1), ldr(1, 0, 0x0c), 0x4211, 0xd1fc]);
    let writing = wait(erasing).poke(FPEC + 0x10, 1).load(0, 0x0801_f800).load(1, 0xbeef).op(&[strh(1, 0)]);
    wait(writing).poke(RESULT, 1).op(&[STAY])
}

const SETTINGS: usize = 0x1_f800;

#[test]
fn the_flash_takes_its_time_to_erase_and_write() {
    let mut mcu = settings_writer().start();
    mcu.flash_mut()[SETTINGS..].fill(0);
    run(&mut mcu, 30_000_000);
    assert_eq!(mcu.flash()[SETTINGS], 0, "still erasing");
    run(&mut mcu, 60_000);
    assert!(mcu.flash()[SETTINGS + 2..].iter().all(|b| *b == 0xff));
    run(&mut mcu, micros(100));
    assert_eq!(mcu.flash()[SETTINGS..SETTINGS + 2], [0xef, 0xbe]);
    assert_eq!(word(&mut mcu, RESULT), 1);
}

#[test]
fn a_power_cut_leaves_a_page_half_erased_and_may_brick_the_part() {
    let mut mcu = settings_writer().start();
    mcu.faults().protect_after_interrupted_write = true;
    mcu.flash_mut()[SETTINGS..].fill(0);
    run(&mut mcu, 15_000_000);
    mcu.set_power(false);
    let erased = mcu.flash()[SETTINGS..].iter().filter(|b| **b == 0xff).count();
    assert!((900..1100).contains(&erased), "{erased}");
    assert!(mcu.faults().write_protected);
    let before = mcu.flash().to_vec();
    mcu.set_power(true);
    run(&mut mcu, 100_000_000);
    assert!(mcu.flash() == before, "nothing can be erased or written any more");
}

#[test]
fn an_unpowered_chip_shows_nothing() {
    let mut mcu = with_console(clocked()).poke(USART1 + 0x28, 0x41).op(&[STAY]).start();
    run(&mut mcu, micros(60));
    mcu.set_power(false);
    assert_eq!(run(&mut mcu, micros(1000)), []);
    assert!(!mcu.powered());
}

#[test]
fn vectors_are_taken_from_the_ram_where_the_firmware_has_put_it_there() {
    const SYSCFG: u32 = 0x4001_0000;
    const PENDSV: u32 = 14;
    const SVCALL: u32 = 11;
    let copy = |p: Program, from: u32, to: u32| p.load(0, from).load(1, to).op(&[ldr(0, 0, 0), str(0, 1, 0)]);
    let handled = |memory_at_0: u32| {
        let main = copy(clocked(), 0x0800_0000 + 4 * SVCALL, 0x2000_0000 + 4 * PENDSV).poke(SYSCFG, memory_at_0);
        let main = main.poke(0xe000_ed04, 1 << 28).op(&[STAY]);
        let first = main.handler(PENDSV as usize).poke(RESULT, 1).op(&[BX_LR]);
        let mut mcu = first.handler(SVCALL as usize).poke(RESULT, 2).op(&[BX_LR]).start();
        run(&mut mcu, micros(200));
        (word(&mut mcu, RESULT), mcu.unmodelled().is_empty())
    };
    assert_eq!(handled(0), (1, true));
    assert_eq!(handled(3), (2, true));
    assert_eq!(handled(1), (1, false), "the system memory is not modelled");
}
