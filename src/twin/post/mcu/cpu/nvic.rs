//! What is pending, active and enabled, and how urgent it is (DDI 0419, B1.5.4 and B3.4).
//!
//! Exceptions are held by number in one word: 2 NMI, 3 HardFault, 11 SVCall, 14 PendSV, 15 SysTick, 16 + n interrupt n.

use super::exception::{HARD_FAULT, NMI};

pub const INTERRUPTS: usize = 32;
const EXCEPTIONS: usize = 16 + INTERRUPTS;
/// ARMv6-M implements the two upper bits of a priority.
const PRIORITY_BITS: u8 = 0xc0;
/// The priority of a core that handles nothing: below every exception.
pub const LOWEST: i32 = 256;

pub struct Nvic {
    pending: u64,
    active: u64,
    enabled: u32,
    lines: u32,
    priorities: [u8; EXCEPTIONS],
    masked_by_debugger: bool,
}

impl Default for Nvic {
    fn default() -> Self {
        Nvic { pending: 0, active: 0, enabled: 0, lines: 0, priorities: [0; EXCEPTIONS], masked_by_debugger: false }
    }
}

impl Nvic {
    /// Takes over the state of the lines; whether one of them has become pending.
    pub fn set_lines(&mut self, lines: u32) -> bool {
        let risen = lines & !self.lines;
        self.lines = lines;
        self.pending |= u64::from(risen) << 16;
        risen != 0
    }
    pub fn set_masked_by_debugger(&mut self, masked: bool) {
        self.masked_by_debugger = masked;
    }
    pub fn any_pending(&self) -> bool {
        self.pending != 0
    }
    pub fn pend(&mut self, exception: u8) {
        self.pending |= 1 << exception;
    }
    pub fn unpend(&mut self, exception: u8) {
        self.pending &= !(1 << exception);
    }
    pub fn is_pending(&self, exception: u8) -> bool {
        self.pending >> exception & 1 != 0
    }
    pub fn begin(&mut self, exception: u8) {
        self.active |= 1 << exception;
        self.unpend(exception);
    }
    /// The handler has returned; an interrupt whose line is still high is pending again at once.
    pub fn end(&mut self, exception: u8) {
        self.active &= !(1 << exception);
        if exception >= 16 && self.lines >> (exception - 16) & 1 != 0 {
            self.pend(exception);
        }
    }
    pub fn priority(&self, exception: u8) -> i32 {
        match exception {
            NMI => -2,
            HARD_FAULT => -1,
            _ => self.priorities.get(usize::from(exception)).map_or(LOWEST, |p| i32::from(*p)),
        }
    }
    /// The most urgent of the exceptions being handled.
    pub fn active_priority(&self) -> i32 {
        bits(self.active).map(|e| self.priority(e)).min().unwrap_or(LOWEST)
    }
    /// The most urgent pending exception that outranks `current`; of equals the lowest number (DDI 0419, B1.5.4).
    pub fn most_urgent(&self, current: i32) -> Option<u8> {
        let mut candidates = self.pending & (u64::from(self.enabled) << 16 | 0xffff);
        if self.masked_by_debugger {
            candidates &= 1 << NMI | 1 << HARD_FAULT;
        }
        bits(candidates).map(|e| (self.priority(e), e)).min().filter(|(priority, _)| *priority < current).map(|(_, e)| e)
    }

    pub fn interrupts_pending(&self) -> u32 {
        (self.pending >> 16) as u32
    }
    pub fn set_interrupts_pending(&mut self, mask: u32) {
        self.pending |= u64::from(mask) << 16;
    }
    /// A line that is still high keeps its interrupt pending, unless its handler is running.
    pub fn clear_interrupts_pending(&mut self, mask: u32) {
        let held = self.lines & !((self.active >> 16) as u32);
        self.pending &= !(u64::from(mask & !held) << 16);
    }
    pub fn enabled(&self) -> u32 {
        self.enabled
    }
    pub fn enable(&mut self, mask: u32) {
        self.enabled |= mask;
    }
    pub fn disable(&mut self, mask: u32) {
        self.enabled &= !mask;
    }
    /// Four priorities as one register shows them, from exception `first` on.
    pub fn priority_word(&self, first: usize) -> u32 {
        let bytes = self.priorities.get(first..first + 4).unwrap_or(&[0; 4]);
        bytes.iter().rev().fold(0, |word, byte| word << 8 | u32::from(*byte))
    }
    pub fn set_priority_word(&mut self, first: usize, word: u32) {
        if let Some(slots) = self.priorities.get_mut(first..first + 4) {
            for (slot, byte) in slots.iter_mut().zip(word.to_le_bytes()) {
                *slot = byte & PRIORITY_BITS;
            }
        }
    }
}

/// The numbers of the set bits, ascending.
fn bits(mut word: u64) -> impl Iterator<Item = u8> {
    std::iter::from_fn(move || {
        if word == 0 {
            return None;
        }
        let lowest = word.trailing_zeros() as u8;
        word &= word - 1;
        Some(lowest)
    })
}
