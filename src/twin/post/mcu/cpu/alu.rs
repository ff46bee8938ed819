//! Arithmetic and logic on the lower registers, and the flags they leave (DDI 0419, A6 and A2.2).

use super::Cpu;
use super::execute::{imm5, imm8, low};

impl Cpu {
    #[inline]
    pub(super) fn set(&mut self, register: usize, value: u32) -> u32 {
        self.r[register] = value;
        1
    }

    fn set_nz(&mut self, result: u32) {
        self.flags.n = result >> 31 != 0;
        self.flags.z = result == 0;
    }

    /// AddWithCarry() of the manual, with its flags.
    #[inline]
    pub(super) fn add(&mut self, a: u32, b: u32, carry: bool) -> u32 {
        let wide = u64::from(a) + u64::from(b) + u64::from(carry);
        let result = wide as u32;
        self.set_nz(result);
        self.flags.c = wide >> 32 != 0;
        self.flags.v = (a ^ result) & (b ^ result) & 0x8000_0000 != 0;
        result
    }

    /// Shift_C(): by 0 nothing changes, carry included. `kind` 0 left, 1 logical right, 2 arithmetic right, 3 rotate.
    #[inline]
    pub(super) fn shift(&mut self, kind: u32, value: u32, by: u32) -> u32 {
        if by == 0 {
            return value;
        }
        let long = u64::from(value);
        let (result, carry) = match kind {
            0 if by <= 32 => ((long << by) as u32, long << by >> 32 & 1 != 0),
            1 if by <= 32 => ((long >> by) as u32, long >> (by - 1) & 1 != 0),
            0 | 1 => (0, false),
            2 => {
                let signed = i64::from(value as i32);
                let by = by.min(32);
                ((signed >> by) as u32, signed >> (by - 1) & 1 != 0)
            }
            _ => {
                let rotated = value.rotate_right(by & 31);
                (rotated, rotated >> 31 != 0)
            }
        };
        self.flags.c = carry;
        result
    }

    #[inline]
    pub(super) fn shift_immediate(&mut self, op: u32, kind: u32) -> u32 {
        // A right shift by "0" means by 32.
        let by = if imm5(op) == 0 && kind != 0 { 32 } else { imm5(op) };
        let result = self.shift(kind, self.r[low(op, 3)], by);
        self.set_nz(result);
        self.set(low(op, 0), result)
    }

    #[inline]
    pub(super) fn add_subtract(&mut self, op: u32) -> u32 {
        let a = self.r[low(op, 3)];
        let b = if op >> 10 & 1 != 0 { op >> 6 & 7 } else { self.r[low(op, 6)] };
        let result = if op >> 9 & 1 != 0 { self.add(a, !b, true) } else { self.add(a, b, false) };
        self.set(low(op, 0), result)
    }

    #[inline]
    pub(super) fn immediate(&mut self, op: u32) -> u32 {
        let (register, value) = (low(op, 8), imm8(op));
        match op >> 11 & 3 {
            0 => {
                self.set_nz(value);
                self.r[register] = value;
            }
            1 => _ = self.add(self.r[register], !value, true),
            2 => self.r[register] = self.add(self.r[register], value, false),
            _ => self.r[register] = self.add(self.r[register], !value, true),
        }
        1
    }

    #[inline]
    pub(super) fn data_processing(&mut self, op: u32) -> u32 {
        let d = low(op, 0);
        let (a, b) = (self.r[d], self.r[low(op, 3)]);
        let logical = match op >> 6 & 15 {
            0 => a & b,
            1 => a ^ b,
            2 => self.shift(0, a, b & 0xff),
            3 => self.shift(1, a, b & 0xff),
            4 => self.shift(2, a, b & 0xff),
            7 => self.shift(3, a, b & 0xff),
            12 => a | b,
            13 => a.wrapping_mul(b),
            14 => a & !b,
            15 => !b,
            8 => {
                self.set_nz(a & b);
                return 1;
            }
            arithmetic => return self.arithmetic(arithmetic, d, a, b),
        };
        self.set_nz(logical);
        self.set(d, logical)
    }

    fn arithmetic(&mut self, operation: u32, d: usize, a: u32, b: u32) -> u32 {
        let carry = self.flags.c;
        match operation {
            5 => self.r[d] = self.add(a, b, carry),
            6 => self.r[d] = self.add(a, !b, carry),
            9 => self.r[d] = self.add(!b, 0, true),
            10 => _ = self.add(a, !b, true),
            _ => _ = self.add(a, b, false),
        }
        1
    }
}
