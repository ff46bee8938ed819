//! Exceptions, sleep, faults and the system timer, each with a hand-made program.

use super::assembler::*;
use super::{Emission, Mcu, ResetCause};

const RESULT: u32 = 0x2000_0100;
const ICSR: u32 = 0xe000_ed04;
const SCR: u32 = 0xe000_ed10;
const ISPR: u32 = 0xe000_e200;
const ISER: u32 = 0xe000_e100;
const IPR0: u32 = 0xe000_e400;
const PENDSV_SET: u32 = 1 << 28;

fn check(program: Program, expected: u32) -> Mcu {
    let mut mcu = program.start();
    run(&mut mcu, micros(200));
    assert_eq!(word(&mut mcu, RESULT), expected);
    mcu
}

/// r5 is the trace: each handler shifts in its digit.
fn trace(program: Program, digit: u16) -> Program {
    program.op(&[0x012d, adds(5, digit)])
}

fn report(program: Program) -> Program {
    program.load(6, RESULT).op(&[str(5, 6, 0)])
}

#[test]
fn a_handler_returns_to_where_it_interrupted() {
    let main = Program::new().op(&[movs(5, 0), movs(0, 7)]).poke(ICSR, PENDSV_SET).op(&[NOP]);
    let main = report(main.op(&[0x1940 | 5])).op(&[STAY]);
    // r0 is spoilt in the handler, but comes back from the stack: r5 = r0 + r5 = 7 + 1.
    check(main.handler(14).op(&[movs(5, 1), movs(0, 99), BX_LR]), 8);
}

#[test]
fn a_more_urgent_interrupt_nests_and_a_less_urgent_one_waits() {
    let main = Program::new().op(&[movs(5, 0)]).poke(IPR0, 0x0040_80c0).poke(ISER, 7).poke(ISPR, 2).op(&[NOP, NOP]);
    let main = report(main).op(&[STAY]);
    // Interrupt 1 (0x80) pends 0 (0xc0, must wait) and 2 (0x40, must nest).
    let one = trace(main.handler(17).poke(ISPR, 5).op(&[NOP, NOP]), 1).op(&[BX_LR]);
    let two = trace(one.handler(18), 2).op(&[BX_LR]);
    check(trace(two.handler(16), 3).op(&[BX_LR]), 0x213);
}

#[test]
fn primask_holds_interrupts_back_until_it_is_cleared() {
    let main = Program::new().op(&[movs(5, 0), CPSID]).poke(ICSR, PENDSV_SET).op(&[NOP]);
    let main = report(trace(main, 1).op(&[CPSIE, NOP])).op(&[STAY]);
    check(trace(main.handler(14), 2).op(&[BX_LR]), 0x12);
}

#[test]
fn wfi_sleeps_until_an_interrupt_and_wakes_under_primask_too() {
    let systick = |p: Program| p.poke(0xe000_e014, 799).poke(0xe000_e018, 0).poke(0xe000_e010, 7);
    let awake = systick(Program::new().op(&[movs(5, 0), CPSID])).op(&[WFI]);
    let awake = report(trace(awake, 1)).op(&[STAY]).handler(15).op(&[BX_LR]);
    let mut mcu = awake.start();
    run(&mut mcu, micros(50));
    assert!(mcu.is_asleep());
    assert_eq!(word(&mut mcu, RESULT), 0);
    run(&mut mcu, micros(100));
    assert_eq!(word(&mut mcu, RESULT), 1);
}

#[test]
fn wfi_does_not_sleep_over_what_is_already_pending() {
    let main = Program::new().op(&[movs(5, 0), CPSID]).poke(ICSR, PENDSV_SET).op(&[WFI]);
    check(report(trace(main, 1)).op(&[STAY]), 1);
}

#[test]
fn wfe_consumes_an_event_before_it_sleeps() {
    let main = report(trace(Program::new().op(&[movs(5, 0), SEV, WFE]), 1)).op(&[WFE, STAY]);
    assert!(check(main, 1).is_asleep());
}

#[test]
fn sleep_on_exit_goes_back_to_sleep_after_the_handler() {
    let main = Program::new().op(&[movs(5, 0)]).poke(SCR, 2).poke(ICSR, PENDSV_SET).op(&[NOP]);
    let main = trace(main, 1).op(&[STAY]);
    let handler = report(trace(main.handler(14), 2)).op(&[BX_LR]);
    assert!(check(handler, 2).is_asleep());
}

#[test]
fn a_supervisor_call_is_taken_but_escalates_under_primask() {
    let main = report(Program::new().op(&[movs(5, 0), SVC])).op(&[STAY]);
    check(trace(main.handler(11), 4).op(&[BX_LR]), 4);
    let masked = Program::new().op(&[movs(5, 0), CPSID, SVC, STAY]);
    let masked = masked.handler(11).op(&[STAY]);
    check(report(trace(masked.handler(3), 3)).op(&[STAY]), 3);
}

#[test]
fn faults_enter_hard_fault_and_a_fault_within_locks_up() {
    let ways: [&[u16]; 4] = [
        &[UNDEFINED],
        // An unaligned load, a load from nowhere, a branch without the Thumb bit.
        &[movs(0, 1), ldr(1, 0, 0)],
        &[movs(0, 7), 0x0700, ldr(1, 0, 0)],
        &[movs(0, 2), 0x4700],
    ];
    for way in ways {
        let main = Program::new().op(&[movs(5, 0)]).op(way).op(&[STAY]);
        check(report(trace(main.handler(3), 3)).op(&[STAY]), 3);
        let twice = Program::new().op(way).handler(3).op(way).op(&[STAY]).start();
        let mut twice = twice;
        run(&mut twice, micros(10));
        assert!(twice.is_locked_up(), "{way:04x?}");
    }
}

#[test]
fn systick_counts_core_cycles_or_an_eighth_of_them() {
    for (source, period) in [(4, 100), (0, 800)] {
        let main = Program::new().op(&[movs(5, 0)]).poke(0xe000_e014, 799).poke(0xe000_e018, 0);
        let main = main.poke(0xe000_e010, 3 | source).op(&[WFI, b(-3)]);
        let handler = report(main.handler(15).op(&[adds(5, 1)])).op(&[BX_LR]);
        let mut mcu = handler.start();
        run(&mut mcu, micros(period * 1000 + 50));
        assert_eq!(word(&mut mcu, RESULT), 1000);
    }
}

#[test]
fn the_software_can_reset_itself() {
    let mut mcu = Program::new().poke(0xe000_ed0c, 0x05fa_0004).op(&[STAY]).start();
    let seen = run(&mut mcu, micros(3)).into_iter().map(|(_, e)| e);
    let resets: Vec<_> = seen.filter(|e| matches!(e, Emission::Reset { .. })).collect();
    let reset = |cause| Emission::Reset { cause };
    assert_eq!(resets[..2], [reset(ResetCause::Power), reset(ResetCause::Software)]);
}

#[test]
fn a_breakpoint_without_a_debugger_is_a_fault() {
    let main = Program::new().op(&[movs(5, 0), BKPT, STAY]);
    check(report(trace(main.handler(3), 3)).op(&[STAY]), 3);
}

#[test]
fn a_long_sleep_costs_nothing() {
    let mut mcu = Program::new().op(&[WFI, STAY]).start();
    run(&mut mcu, micros(10));
    let hundred_years = 3_155_760_000 * 1_000_000_000;
    assert!(mcu.run_until(hundred_years).is_none());
    assert!(mcu.now() == hundred_years && mcu.is_asleep());
}
