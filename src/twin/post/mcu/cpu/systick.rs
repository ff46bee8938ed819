//! The system timer (DDI 0419, B3.3), held as the cycle of its next zero, so that no cycle has to be counted one by
//! one.

/// CSR bits.
const ENABLE: u32 = 1 << 0;
const TICKINT: u32 = 1 << 1;
/// Set: counts core cycles. Clear: the reference clock, HCLK/8 on this family (RM0091, 11.2.2).
const CLKSOURCE: u32 = 1 << 2;
const COUNTFLAG: u32 = 1 << 16;
const REFERENCE_DIVIDER: u64 = 8;

#[derive(Default)]
pub struct SysTick {
    control: u32,
    reload: u32,
    counting: Counting,
    frozen: bool,
}

/// The counter, standing still at a value or running towards zero.
enum Counting {
    At(u32),
    ZeroAt(u64),
}

impl Default for Counting {
    fn default() -> Self {
        Counting::At(0)
    }
}

impl SysTick {
    /// The cycle at which zero is reached; never while the timer stands.
    pub fn due(&self) -> u64 {
        match self.counting {
            Counting::ZeroAt(cycle) => cycle,
            Counting::At(_) => u64::MAX,
        }
    }

    /// Reaches zero if it is time: the flag is set, the counter reloads. True if the exception becomes pending.
    pub fn elapse(&mut self, now: u64) -> bool {
        let Counting::ZeroAt(zero) = self.counting else { return false };
        if now < zero {
            return false;
        }
        self.control |= COUNTFLAG;
        // With a reload value of 0 the counter stays at zero.
        self.counting = match self.reload {
            0 => Counting::At(0),
            reload => {
                let period = (u64::from(reload) + 1) * self.divider();
                Counting::ZeroAt(zero + period * ((now - zero) / period + 1))
            }
        };
        self.control & TICKINT != 0
    }

    /// Stops the count while a debugger halts the core, and takes it up again.
    pub fn freeze(&mut self, frozen: bool, now: u64) {
        self.stop(now);
        self.frozen = frozen;
        self.start(now);
    }

    pub fn control(&mut self) -> u32 {
        // Reading clears COUNTFLAG.
        let value = self.control;
        self.control &= !COUNTFLAG;
        value
    }
    pub fn set_control(&mut self, value: u32, now: u64) {
        self.stop(now);
        self.control = self.control & COUNTFLAG | value & (ENABLE | TICKINT | CLKSOURCE);
        self.start(now);
    }
    pub fn reload(&self) -> u32 {
        self.reload
    }
    pub fn set_reload(&mut self, value: u32, now: u64) {
        self.stop(now);
        self.reload = value & 0x00ff_ffff;
        self.start(now);
    }
    pub fn current(&self, now: u64) -> u32 {
        match self.counting {
            Counting::At(value) => value,
            // The counter shows 0 for the last period, and the reload value after it.
            Counting::ZeroAt(zero) => {
                let left = zero.saturating_sub(now).div_ceil(self.divider()) as u32;
                if left > self.reload { 0 } else { left }
            }
        }
    }
    /// Any write clears the counter and the flag; no exception follows from it.
    pub fn clear_current(&mut self, now: u64) {
        self.stop(now);
        self.counting = Counting::At(0);
        self.control &= !COUNTFLAG;
        self.start(now);
    }

    fn divider(&self) -> u64 {
        if self.control & CLKSOURCE != 0 { 1 } else { REFERENCE_DIVIDER }
    }
    fn stop(&mut self, now: u64) {
        self.counting = Counting::At(self.current(now));
    }
    fn start(&mut self, now: u64) {
        let Counting::At(value) = self.counting else { return };
        if self.frozen || self.control & ENABLE == 0 || (value == 0 && self.reload == 0) {
            return;
        }
        let steps = if value == 0 { u64::from(self.reload) + 1 } else { u64::from(value) };
        self.counting = Counting::ZeroAt(now + steps * self.divider());
    }
}
