//! The instructions (DDI 0419, A5 and A6). Each returns the cycles it takes (Cortex-M0 Technical Reference Manual, DDI
//! 0432, table 3-1).

use super::exception::RETURN_CYCLES;
use super::{Bus, Cpu, LR, PC, Rest, SP, Trap, Width};

type Executed = Result<u32, Trap>;

/// A register number in the three bits from `at` on.
#[inline]
pub(super) fn low(op: u32, at: u32) -> usize {
    (op >> at & 7) as usize
}

#[inline]
pub(super) fn imm5(op: u32) -> u32 {
    op >> 6 & 31
}

#[inline]
pub(super) fn imm8(op: u32) -> u32 {
    op & 0xff
}

/// The registers of a list, the lowest first.
fn listed(mut list: u32) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let lowest = list.trailing_zeros();
        list &= list.wrapping_sub(1);
        (lowest < u32::BITS).then_some(lowest as usize)
    })
}

#[inline]
fn sign_extend(value: u32, bits: u32) -> u32 {
    let unused = 32 - bits;
    ((value << unused) as i32 >> unused) as u32
}

impl Cpu {
    #[inline]
    pub(super) fn execute(&mut self, bus: &mut impl Bus, op: u32, at: u32) -> Executed {
        match op >> 11 {
            kind @ 0..=2 => Ok(self.shift_immediate(op, kind)),
            3 => Ok(self.add_subtract(op)),
            4..=7 => Ok(self.immediate(op)),
            8 if op >> 10 & 1 == 0 => Ok(self.data_processing(op)),
            8 => self.high_registers(bus, op, at),
            9 => self.load_to(bus, low(op, 8), (at.wrapping_add(4) & !3).wrapping_add(imm8(op) * 4), Width::Word),
            10 | 11 => self.register_offset(bus, op),
            12 => self.store(bus, self.offset(op, Width::Word), Width::Word, self.r[low(op, 0)]),
            13 => self.load_to(bus, low(op, 0), self.offset(op, Width::Word), Width::Word),
            14 => self.store(bus, self.offset(op, Width::Byte), Width::Byte, self.r[low(op, 0)]),
            15 => self.load_to(bus, low(op, 0), self.offset(op, Width::Byte), Width::Byte),
            16 => self.store(bus, self.offset(op, Width::Half), Width::Half, self.r[low(op, 0)]),
            17 => self.load_to(bus, low(op, 0), self.offset(op, Width::Half), Width::Half),
            18 => self.store(bus, self.r[SP].wrapping_add(imm8(op) * 4), Width::Word, self.r[low(op, 8)]),
            19 => self.load_to(bus, low(op, 8), self.r[SP].wrapping_add(imm8(op) * 4), Width::Word),
            20 => Ok(self.set(low(op, 8), (at.wrapping_add(4) & !3).wrapping_add(imm8(op) * 4))),
            21 => Ok(self.set(low(op, 8), self.r[SP].wrapping_add(imm8(op) * 4))),
            22 | 23 => self.miscellaneous(bus, op),
            24 => self.store_multiple(bus, op),
            25 => self.load_multiple(bus, op),
            26 | 27 => self.conditional_branch(op, at),
            28 => Ok(self.branch(at.wrapping_add(4).wrapping_add(sign_extend((op & 0x7ff) << 1, 12)))),
            30 => self.wide(bus, op, at),
            _ => Err(Trap::Fault),
        }
    }

    /// ADD, CMP, MOV on all sixteen registers; BX and BLX.
    fn high_registers(&mut self, bus: &mut impl Bus, op: u32, at: u32) -> Executed {
        let read = |cpu: &Cpu, n: usize| if n == PC { at.wrapping_add(4) } else { cpu.r[n] };
        let d = (op & 7 | op >> 4 & 8) as usize;
        let source = read(self, (op >> 3 & 15) as usize);
        match op >> 8 & 3 {
            0 => Ok(self.set_high(d, read(self, d).wrapping_add(source))),
            1 => {
                self.add(read(self, d), !source, true);
                Ok(1)
            }
            2 => Ok(self.set_high(d, source)),
            _ if op & 0x80 != 0 => {
                self.r[LR] = at.wrapping_add(2) | 1;
                self.jump_to_vector(source);
                Ok(3)
            }
            _ => self.branch_exchange(bus, source),
        }
    }

    fn set_high(&mut self, register: usize, value: u32) -> u32 {
        match register {
            PC => self.branch(value),
            SP => self.set(SP, value & !3),
            _ => self.set(register, value),
        }
    }

    #[inline]
    fn branch(&mut self, to: u32) -> u32 {
        self.r[PC] = to & !1;
        3
    }

    /// BXWritePC(): in handler mode the topmost addresses mean a return from the exception.
    fn branch_exchange(&mut self, bus: &mut impl Bus, to: u32) -> Executed {
        if self.exception != 0 && to >> 28 == 0xf {
            self.leave(to, bus)?;
            return Ok(RETURN_CYCLES);
        }
        self.jump_to_vector(to);
        Ok(3)
    }

    fn conditional_branch(&mut self, op: u32, at: u32) -> Executed {
        match op >> 8 & 15 {
            14 => Err(Trap::Fault),
            15 => Err(Trap::SupervisorCall),
            condition if self.holds(condition) => Ok(self.branch(at.wrapping_add(4).wrapping_add(sign_extend(imm8(op) << 1, 9)))),
            _ => Ok(1),
        }
    }

    fn holds(&self, condition: u32) -> bool {
        let f = self.flags;
        let positive = match condition >> 1 {
            0 => f.z,
            1 => f.c,
            2 => f.n,
            3 => f.v,
            4 => f.c && !f.z,
            5 => f.n == f.v,
            _ => f.n == f.v && !f.z,
        };
        positive != (condition & 1 != 0)
    }

    #[inline]
    fn load(&mut self, bus: &mut impl Bus, address: u32, width: Width) -> Result<u32, Trap> {
        if address & (width.bytes() - 1) != 0 {
            return Err(Trap::Fault);
        }
        if Cpu::owns(address) {
            // The system control space takes whole words only.
            return if width == Width::Word { Ok(self.read_system(address, bus.now())) } else { Err(Trap::Fault) };
        }
        Ok(bus.read(address, width)?)
    }

    #[inline]
    fn store(&mut self, bus: &mut impl Bus, address: u32, width: Width, value: u32) -> Executed {
        if address & (width.bytes() - 1) != 0 {
            return Err(Trap::Fault);
        }
        if !Cpu::owns(address) {
            bus.write(address, width, value & width.mask())?;
        } else if width == Width::Word {
            self.write_system(address, value, bus.now());
        } else {
            return Err(Trap::Fault);
        }
        Ok(2)
    }

    #[inline]
    fn load_to(&mut self, bus: &mut impl Bus, register: usize, address: u32, width: Width) -> Executed {
        self.r[register] = self.load(bus, address, width)?;
        Ok(2)
    }

    fn register_offset(&mut self, bus: &mut impl Bus, op: u32) -> Executed {
        let t = low(op, 0);
        let address = self.r[low(op, 3)].wrapping_add(self.r[low(op, 6)]);
        match op >> 9 & 7 {
            0 => self.store(bus, address, Width::Word, self.r[t]),
            1 => self.store(bus, address, Width::Half, self.r[t]),
            2 => self.store(bus, address, Width::Byte, self.r[t]),
            3 => {
                self.r[t] = sign_extend(self.load(bus, address, Width::Byte)?, 8);
                Ok(2)
            }
            4 => self.load_to(bus, t, address, Width::Word),
            5 => self.load_to(bus, t, address, Width::Half),
            6 => self.load_to(bus, t, address, Width::Byte),
            _ => {
                self.r[t] = sign_extend(self.load(bus, address, Width::Half)?, 16);
                Ok(2)
            }
        }
    }

    /// The address of a register and an offset in units of the width.
    #[inline]
    fn offset(&self, op: u32, width: Width) -> u32 {
        self.r[low(op, 3)].wrapping_add(imm5(op) * width.bytes())
    }

    fn store_multiple(&mut self, bus: &mut impl Bus, op: u32) -> Executed {
        let base = low(op, 8);
        let mut address = self.r[base];
        for register in listed(imm8(op)) {
            self.store(bus, address, Width::Word, self.r[register])?;
            address = address.wrapping_add(4);
        }
        self.r[base] = address;
        Ok(1 + imm8(op).count_ones())
    }

    fn load_multiple(&mut self, bus: &mut impl Bus, op: u32) -> Executed {
        let base = low(op, 8);
        let mut address = self.r[base];
        for register in listed(imm8(op)) {
            self.r[register] = self.load(bus, address, Width::Word)?;
            address = address.wrapping_add(4);
        }
        // A base that is in the list is loaded, not advanced.
        if op >> base & 1 == 0 {
            self.r[base] = address;
        }
        Ok(1 + imm8(op).count_ones())
    }

    /// The group 1011xxxx (DDI 0419, A5.2.5).
    fn miscellaneous(&mut self, bus: &mut impl Bus, op: u32) -> Executed {
        let (d, value) = (low(op, 0), self.r[low(op, 3)]);
        match op >> 8 & 15 {
            0 if op & 0x80 == 0 => Ok(self.set(SP, self.r[SP].wrapping_add((op & 0x7f) * 4))),
            0 => Ok(self.set(SP, self.r[SP].wrapping_sub((op & 0x7f) * 4))),
            2 => Ok(self.set(d, extend(op >> 6 & 3, value))),
            4 | 5 => self.push(bus, op),
            12 | 13 => self.pop(bus, op),
            6 if op & 0xef == 0x62 => {
                self.primask = op & 0x10 != 0;
                Ok(1)
            }
            10 => {
                let reversed = match op >> 6 & 3 {
                    0 => value.swap_bytes(),
                    1 => value.swap_bytes().rotate_left(16),
                    3 => sign_extend(u32::from((value as u16).swap_bytes()), 16),
                    _ => return Err(Trap::Fault),
                };
                Ok(self.set(d, reversed))
            }
            14 => Err(Trap::Breakpoint),
            15 if op & 15 == 0 => Ok(self.hint(op >> 4 & 15)),
            _ => Err(Trap::Fault),
        }
    }

    /// NOP, YIELD, WFE, WFI, SEV; the rest are reserved and do nothing.
    fn hint(&mut self, kind: u32) -> u32 {
        match kind {
            2 if self.event => self.event = false,
            2 => self.rest = Rest::ForEvent,
            3 => self.rest = Rest::ForInterrupt,
            4 => self.event = true,
            _ => {}
        }
        1
    }

    fn push(&mut self, bus: &mut impl Bus, op: u32) -> Executed {
        // Bit 8 of the list stands for LR.
        let list = imm8(op) | (op & 0x100) << 6;
        let stack = self.r[SP].wrapping_sub(4 * list.count_ones());
        let mut address = stack;
        for register in listed(list) {
            self.store(bus, address, Width::Word, self.r[register])?;
            address = address.wrapping_add(4);
        }
        self.r[SP] = stack;
        Ok(1 + list.count_ones())
    }

    fn pop(&mut self, bus: &mut impl Bus, op: u32) -> Executed {
        let mut address = self.r[SP];
        for register in listed(imm8(op)) {
            self.r[register] = self.load(bus, address, Width::Word)?;
            address = address.wrapping_add(4);
        }
        let count = (op & 0x1ff).count_ones();
        if op & 0x100 == 0 {
            self.r[SP] = address;
            return Ok(1 + count);
        }
        let to = self.load(bus, address, Width::Word)?;
        self.r[SP] = address.wrapping_add(4);
        Ok(count + self.branch_exchange(bus, to)?)
    }

    /// The 32-bit instructions: BL, MSR, MRS, and the barriers (DDI 0419, A5.3).
    fn wide(&mut self, bus: &mut impl Bus, first: u32, at: u32) -> Executed {
        let second = u32::from(bus.fetch(at.wrapping_add(2))?);
        self.r[PC] = at.wrapping_add(4);
        if second & 0xd000 == 0xd000 {
            let (sign, j1, j2) = (first >> 10 & 1, second >> 13 & 1, second >> 11 & 1);
            let (i1, i2) = (1 ^ j1 ^ sign, 1 ^ j2 ^ sign);
            let offset = sign << 24 | i1 << 23 | i2 << 22 | (first & 0x3ff) << 12 | (second & 0x7ff) << 1;
            self.r[LR] = at.wrapping_add(4) | 1;
            self.branch(at.wrapping_add(4).wrapping_add(sign_extend(offset, 25)));
            return Ok(4);
        }
        if first & 0xfff0 == 0xf380 && second & 0xff00 == 0x8800 {
            self.write_special(second & 0xff, self.r[(first & 15) as usize]);
            return Ok(4);
        }
        if first == 0xf3ef && second & 0xf000 == 0x8000 {
            self.r[(second >> 8 & 15) as usize] = self.read_special(second & 0xff);
            return Ok(4);
        }
        let is_barrier = first == 0xf3bf && second & 0xff00 == 0x8f00 && matches!(second >> 4 & 15, 4..=6);
        if is_barrier { Ok(4) } else { Err(Trap::Fault) }
    }

    fn read_special(&mut self, register: u32) -> u32 {
        match register {
            // APSR, IAPSR, EAPSR, XPSR: EPSR reads as zero, IPSR is there where bit 0 is set.
            0..=3 => self.xpsr() & (0xf000_0000 | if register & 1 != 0 { 0x3f } else { 0 }),
            5 | 7 => u32::from(self.exception),
            8 => *self.main_sp(),
            9 => *self.process_sp(),
            16 => u32::from(self.primask),
            20 => u32::from(self.process_stack) << 1,
            _ => 0,
        }
    }

    fn write_special(&mut self, register: u32, value: u32) {
        match register {
            0..=3 => self.set_flags(value),
            8 => *self.main_sp() = value & !3,
            9 => *self.process_sp() = value & !3,
            16 => self.primask = value & 1 != 0,
            20 => self.set_control(value),
            _ => {}
        }
    }
}

/// SXTH, SXTB, UXTH, UXTB.
fn extend(kind: u32, value: u32) -> u32 {
    match kind {
        0 => sign_extend(value & 0xffff, 16),
        1 => sign_extend(value & 0xff, 8),
        2 => value & 0xffff,
        _ => value & 0xff,
    }
}
