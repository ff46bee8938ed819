//! Taking an exception and coming back from one (DDI 0419, B1.5.6 and B1.5.8).

use super::{Bus, BusFault, Cpu, LR, PC, Rest, SLEEP_ON_EXIT, SP, Trap, Width};

pub const NMI: u8 = 2;
pub const HARD_FAULT: u8 = 3;
pub const SUPERVISOR_CALL: u8 = 11;
pub const PENDSV: u8 = 14;
pub const SYSTICK: u8 = 15;
/// Cortex-M0 Technical Reference Manual, DDI 0432, 3.8: interrupt latency with zero wait states.
pub const ENTRY_CYCLES: u32 = 16;
pub const RETURN_CYCLES: u32 = 13;

/// EXC_RETURN values (DDI 0419, table B1-7).
const TO_HANDLER: u32 = 0xffff_fff1;
const TO_THREAD_MAIN: u32 = 0xffff_fff9;
const TO_THREAD_PROCESS: u32 = 0xffff_fffd;
const FRAME_BYTES: u32 = 32;
/// In the stacked xPSR: the stack pointer had been aligned down by 4.
const REALIGNED: u32 = 1 << 9;

impl Cpu {
    fn current_priority(&self, heed_primask: bool) -> i32 {
        let active = self.nvic.active_priority();
        if heed_primask && self.primask { active.min(0) } else { active }
    }

    pub(super) fn outranks_current(&self, exception: u8) -> bool {
        self.nvic.priority(exception) < self.current_priority(true)
    }

    /// The exception that would be taken now.
    pub(super) fn takeable(&self, heed_primask: bool) -> Option<u8> {
        if !self.nvic.any_pending() {
            return None;
        }
        self.nvic.most_urgent(self.current_priority(heed_primask))
    }

    pub(super) fn enter(&mut self, exception: u8, return_to: u32, bus: &mut impl Bus) -> Result<(), BusFault> {
        let return_code = match (self.exception, self.uses_process_stack()) {
            (0, true) => TO_THREAD_PROCESS,
            (0, false) => TO_THREAD_MAIN,
            _ => TO_HANDLER,
        };
        self.push_frame(return_to, bus)?;
        if self.uses_process_stack() {
            self.swap_stacks();
        }
        self.process_stack = false;
        self.exception = exception;
        self.r[LR] = return_code;
        self.nvic.begin(exception);
        self.event = true;
        self.rest = Rest::Awake;
        let vector = bus.read(4 * u32::from(exception), Width::Word)?;
        self.jump_to_vector(vector);
        Ok(())
    }

    fn push_frame(&mut self, return_to: u32, bus: &mut impl Bus) -> Result<(), BusFault> {
        let realigned = if self.r[SP] & 4 != 0 { REALIGNED } else { 0 };
        let frame_at = self.r[SP].wrapping_sub(FRAME_BYTES) & !7;
        let [r0, r1, r2, r3, ..] = self.r;
        let frame = [r0, r1, r2, r3, self.r[12], self.r[LR], return_to, self.xpsr() | realigned];
        for (address, word) in (frame_at..).step_by(4).zip(frame) {
            bus.write(address, Width::Word, word)?;
        }
        self.r[SP] = frame_at;
        Ok(())
    }

    /// A branch to an EXC_RETURN value in handler mode.
    pub(super) fn leave(&mut self, return_code: u32, bus: &mut impl Bus) -> Result<(), Trap> {
        self.nvic.end(self.exception);
        let (to_thread, from_process_stack) = match return_code {
            TO_HANDLER => (false, false),
            TO_THREAD_MAIN => (true, false),
            TO_THREAD_PROCESS => (true, true),
            _ => return Err(Trap::Fault),
        };
        let frame_at = if from_process_stack { self.banked_sp } else { self.r[SP] };
        let frame = pop_frame(frame_at, bus)?;
        let [r0, r1, r2, r3, r12, lr, pc, xpsr] = frame;
        let realigned = if xpsr & REALIGNED != 0 { 4 } else { 0 };
        let stack = frame_at.wrapping_add(FRAME_BYTES) | realigned;
        (self.r[0], self.r[1], self.r[2], self.r[3], self.r[12], self.r[LR]) = (r0, r1, r2, r3, r12, lr);
        self.set_flags(xpsr);
        self.thumb = xpsr >> 24 & 1 != 0;
        self.exception = (xpsr & 0x3f) as u8;
        self.r[PC] = pc & !1;
        if from_process_stack {
            self.banked_sp = self.r[SP];
            self.process_stack = true;
        }
        self.r[SP] = stack;
        // The mode in the return code and the one in the stacked xPSR must agree.
        if to_thread != (self.exception == 0) {
            return Err(Trap::Fault);
        }
        self.event = true;
        if to_thread && self.sleep_control & SLEEP_ON_EXIT != 0 {
            self.rest = Rest::ForInterrupt;
        }
        Ok(())
    }
}

fn pop_frame(at: u32, bus: &mut impl Bus) -> Result<[u32; 8], BusFault> {
    let mut frame = [0; 8];
    for (address, word) in (at..).step_by(4).zip(&mut frame) {
        *word = bus.read(address, Width::Word)?;
    }
    Ok(frame)
}
