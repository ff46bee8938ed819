//! Serial ports (RM0091, section 27): asynchronous, no DMA, no flow control, no parity check. Idle-line detection is
//! not modelled.

use super::super::Cycle;
use super::gpio::{Pin, Port};

/// The two serial ports of the post.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Uart {
    /// USART1, PA9 and PA10: read by the bench.
    Console,
    /// USART2, PA2 and PA3: the voice module.
    Module,
}

impl Uart {
    pub const ALL: [Uart; 2] = [Uart::Console, Uart::Module];

    pub const fn index(self) -> usize {
        self as usize
    }
    pub const fn interrupt_number(self) -> u32 {
        match self {
            Uart::Console => 27,
            Uart::Module => 28,
        }
    }
    pub const fn tx_pin(self) -> Pin {
        match self {
            Uart::Console => Pin::new(Port::A, 9),
            Uart::Module => Pin::new(Port::A, 2),
        }
    }
    pub const fn rx_pin(self) -> Pin {
        match self {
            Uart::Console => Pin::new(Port::A, 10),
            Uart::Module => Pin::new(Port::A, 3),
        }
    }
    /// AF1 on all four pins (DS9826, table 14).
    pub const fn alternate_function(self) -> u32 {
        1
    }
}

/// CR1 bits.
const UE: u32 = 1 << 0;
const RE: u32 = 1 << 2;
const TE: u32 = 1 << 3;
const RXNEIE: u32 = 1 << 5;
const TCIE: u32 = 1 << 6;
const TXEIE: u32 = 1 << 7;
const M0: u32 = 1 << 12;
const OVER8: u32 = 1 << 15;
const M1: u32 = 1 << 28;
/// ISR and ICR bits.
const ORE: u32 = 1 << 3;
const RXNE: u32 = 1 << 5;
const TC: u32 = 1 << 6;
const TXE: u32 = 1 << 7;
const TEACK: u32 = 1 << 21;
const REACK: u32 = 1 << 22;
/// CR2: two stop bits. RQR: drop what was received.
const STOP2: u32 = 1 << 13;
const RXFRQ: u32 = 1 << 3;

#[derive(Default)]
pub struct Usart {
    control: [u32; 3],
    divider: u32,
    other: [u32; 2],
    /// The byte in the shift register, and when its stop bit ends.
    shifting: Option<(Cycle, u8)>,
    /// The byte in TDR waiting behind it.
    waiting: Option<u8>,
    received: u8,
    has_received: bool,
    overrun: bool,
    /// TC, held cleared.
    completion_cleared: bool,
}

impl Usart {
    pub fn due(&self) -> Cycle {
        self.shifting.map_or(Cycle::MAX, |(end, _)| end)
    }

    /// The byte whose stop bit has ended by `until`, and when it did.
    pub fn shifted_out(&mut self, until: Cycle) -> Option<(Cycle, u8)> {
        let done = self.shifting.filter(|(end, _)| *end <= until)?;
        self.shifting = self.waiting.take().map(|byte| (done.0 + self.frame(), byte));
        self.completion_cleared = false;
        Some(done)
    }

    pub fn receive(&mut self, byte: u8) {
        if self.control[0] & (UE | RE) != UE | RE {
            return;
        }
        // On overrun the older byte stays and the new one is lost (RM0091, 27.5.3).
        if self.has_received {
            self.overrun = true;
        } else {
            (self.received, self.has_received) = (byte, true);
        }
    }

    pub fn interrupt(&self) -> bool {
        let (control, status) = (self.control[0], self.status());
        control & RXNEIE != 0 && status & (RXNE | ORE) != 0
            || control & TCIE != 0 && status & TC != 0
            || control & TXEIE != 0 && status & TXE != 0
    }

    fn status(&self) -> u32 {
        let flag = |on: bool, bit: u32| if on { bit } else { 0 };
        let enabled = |bit: u32| self.control[0] & (UE | bit) == UE | bit;
        flag(self.overrun, ORE)
            | flag(self.has_received, RXNE)
            | flag(self.shifting.is_none() && !self.completion_cleared, TC)
            | flag(self.waiting.is_none(), TXE)
            | flag(enabled(TE), TEACK)
            | flag(enabled(RE), REACK)
    }

    /// Cycles of one bit. The clock of both ports is the core's.
    fn bit(&self) -> Cycle {
        let divider = self.divider & 0xffff;
        let bit = if self.control[0] & OVER8 == 0 { divider } else { (divider & !7 | (divider & 7) << 1) / 2 };
        Cycle::from(bit.max(1))
    }

    /// Cycles of a frame: start, data and stop bits.
    fn frame(&self) -> Cycle {
        let data = match (self.control[0] & M1 != 0, self.control[0] & M0 != 0) {
            (false, false) => 8,
            (false, true) => 9,
            (true, _) => 7,
        };
        let stop = if self.control[1] & STOP2 != 0 { 2 } else { 1 };
        (1 + data + stop) * self.bit()
    }

    pub fn read(&mut self, offset: u32) -> Option<u32> {
        match offset {
            0x00 | 0x04 | 0x08 => self.control.get(offset as usize / 4).copied(),
            0x0c => Some(self.divider),
            0x10 => Some(self.other[0]),
            0x14 => Some(self.other[1]),
            0x1c => Some(self.status()),
            0x20 | 0x18 => Some(0),
            0x24 => {
                self.has_received = false;
                Some(u32::from(self.received))
            }
            0x28 => Some(u32::from(self.waiting.unwrap_or(0))),
            _ => None,
        }
    }

    pub fn write(&mut self, offset: u32, value: u32, now: Cycle) -> Option<()> {
        match offset {
            0x00 | 0x04 | 0x08 => *self.control.get_mut(offset as usize / 4)? = value,
            0x0c => self.divider = value & 0xffff,
            0x10 => self.other[0] = value,
            0x14 => self.other[1] = value,
            0x18 => self.has_received &= value & RXFRQ == 0,
            0x20 => {
                self.overrun &= value & ORE == 0;
                self.completion_cleared |= value & TC != 0;
            }
            0x28 => self.send(value as u8, now),
            _ => return None,
        }
        Some(())
    }

    fn send(&mut self, byte: u8, now: Cycle) {
        if self.control[0] & (UE | TE) != UE | TE {
            return;
        }
        self.completion_cleared = false;
        match self.shifting {
            None => self.shifting = Some((now + self.frame(), byte)),
            // Written without waiting for TXE, the byte before it is overwritten.
            Some(_) => self.waiting = Some(byte),
        }
    }
}
