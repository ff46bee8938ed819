//! The chip around the core: STM32F072CB (RM0091, DS9826) with its memories and the peripherals a post's firmware uses.
//!
//! Knows nothing of the core but its [`Bus`]. A register that is not modelled reads 0 and is listed, so that a firmware
//! that needs one is noticed; so is a peripheral used while its clock is off.

mod dbgmcu;
mod exti;
mod flash;
mod gpio;
mod iwdg;
mod rcc;
mod usart;

pub use flash::{FLASH_BYTES, Faults};
pub use gpio::{Pin, Port};
pub use rcc::ResetCause;
pub use usart::Uart;

use super::cpu::{Bus, BusFault, Width};
use super::{Cycle, Emission};
use std::collections::{BTreeSet, VecDeque};

const RAM_BYTES: usize = 16 << 10;
const RAM_BASE: u32 = 0x2000_0000;
const FLASH_BASE: u32 = 0x0800_0000;

pub struct Soc {
    pub now: Cycle,
    pub flash: flash::Flash,
    pub emissions: VecDeque<(Cycle, Emission)>,
    pub unmodelled: BTreeSet<u32>,
    /// Set whenever something may have changed that the core or the calendar of events depends on.
    pub attention: bool,
    ram: Vec<u8>,
    gpio: gpio::Gpio,
    exti: exti::Exti,
    usarts: [usart::Usart; 2],
    rcc: rcc::Rcc,
    pub iwdg: iwdg::Iwdg,
    pub dbgmcu: dbgmcu::DbgMcu,
}

impl Soc {
    pub fn new() -> Self {
        Soc {
            now: 0,
            flash: flash::Flash::blank(),
            emissions: VecDeque::new(),
            unmodelled: BTreeSet::new(),
            attention: false,
            ram: vec![0; RAM_BYTES],
            gpio: gpio::Gpio::default(),
            exti: exti::Exti::default(),
            usarts: [usart::Usart::default(), usart::Usart::default()],
            rcc: rcc::Rcc::default(),
            iwdg: iwdg::Iwdg::default(),
            dbgmcu: dbgmcu::DbgMcu::default(),
        }
    }

    /// Everything but the memories returns to its reset state; the pins float.
    pub fn reset(&mut self, cause: ResetCause) {
        self.rcc.reset(cause);
        self.flash.reset();
        self.exti = exti::Exti::default();
        self.usarts = Default::default();
        self.iwdg = iwdg::Iwdg::default();
        let changes = self.gpio.reset();
        self.tell_levels(&changes);
        self.attention = true;
    }

    /// The supply is gone: the RAM forgets, a flash operation under way stays unfinished, nothing comes out any more.
    pub fn lose_power(&mut self) {
        self.flash.lose_power(self.now);
        self.ram.fill(0);
        self.gpio.reset();
        self.usarts = Default::default();
        self.iwdg = iwdg::Iwdg::default();
        self.dbgmcu = dbgmcu::DbgMcu::default();
        self.emissions.clear();
    }

    /// The next moment at which a peripheral does something by itself.
    pub fn next_event(&self) -> Cycle {
        let usart = self.usarts.iter().map(usart::Usart::due).min().unwrap_or(Cycle::MAX);
        usart.min(self.iwdg.due()).min(self.flash.due())
    }

    /// Carries out what is due by `until`. True if the watchdog bites.
    pub fn settle(&mut self, until: Cycle) -> bool {
        self.flash.settle(until);
        for (usart, name) in self.usarts.iter_mut().zip(Uart::ALL) {
            while let Some((at, byte)) = usart.shifted_out(until) {
                if self.gpio.is_routed(name.tx_pin(), name.alternate_function()) {
                    self.emissions.push_back((at, Emission::Byte { uart: name, byte }));
                }
            }
        }
        self.attention = true;
        self.iwdg.due() <= until
    }

    /// The interrupt lines of the core (RM0091, table 32).
    pub fn lines(&self) -> u32 {
        self.usarts
            .iter()
            .zip(Uart::ALL)
            .fold(u32::from(self.flash.interrupt()) << 3 | self.exti.interrupts(), |lines, (usart, name)| {
                lines | u32::from(usart.interrupt()) << name.interrupt_number()
            })
    }

    /// Whether an event for `WFE` has occurred since the last call.
    pub fn take_event(&mut self) -> bool {
        self.exti.take_event()
    }

    pub fn level(&self, pin: Pin) -> bool {
        self.gpio.level(pin)
    }

    /// The world outside drives a pin, or lets go of it.
    pub fn drive(&mut self, pin: Pin, level: Option<bool>) {
        let changes = self.gpio.drive(pin, level);
        self.exti.edges(&changes);
        self.attention = true;
    }

    pub fn receive(&mut self, uart: Uart, byte: u8) {
        if self.gpio.is_routed(uart.rx_pin(), uart.alternate_function()) {
            self.usarts[uart.index()].receive(byte);
            self.attention = true;
        }
    }

    /// The chip itself changed these pins: the EXTI sees it, and so does the world.
    fn tell_levels(&mut self, changes: &[(Pin, bool)]) {
        self.exti.edges(changes);
        self.emissions.extend(changes.iter().map(|&(pin, high)| (self.now, Emission::Level { pin, high })));
    }

    /// Booting from the main flash, that also shows at address 0 until the firmware puts the RAM there (RM0091, 2.5 and
    /// 9.1.1).
    fn at_0(&self) -> &[u8] {
        if self.exti.shows_ram_at_0() { &self.ram } else { self.flash.cells() }
    }

    fn read_register(&mut self, address: u32) -> u32 {
        let offset = address & 0x3ff;
        let value = match address & !0x3ff {
            block if !self.rcc.is_clocked(block) => None,
            0x4000_3000 => self.iwdg.read(offset),
            0x4000_4400 => self.read_usart(Uart::Module, offset),
            0x4001_0000 => self.exti.read_syscfg(offset),
            0x4001_0400 => self.exti.read(offset),
            0x4001_3800 => self.read_usart(Uart::Console, offset),
            0x4001_5800 => self.dbgmcu.read(offset),
            0x4002_1000 => self.rcc.read(offset),
            0x4002_2000 => self.flash.read_register(offset),
            block => Port::at(block).and_then(|port| self.gpio.read(port, offset)),
        };
        value.unwrap_or_else(|| {
            self.unmodelled.insert(address);
            0
        })
    }

    fn read_usart(&mut self, uart: Uart, offset: u32) -> Option<u32> {
        self.attention = true;
        self.usarts[uart.index()].read(offset)
    }

    fn write_register(&mut self, address: u32, value: u32) -> Result<(), BusFault> {
        self.attention = true;
        let (offset, now) = (address & 0x3ff, self.now);
        let known = match address & !0x3ff {
            block if !self.rcc.is_clocked(block) => None,
            0x4000_3000 => self.iwdg.write(offset, value, now),
            0x4000_4400 => self.usarts[Uart::Module.index()].write(offset, value, now),
            0x4001_0000 => self.exti.write_syscfg(offset, value),
            0x4001_0400 => self.exti.write(offset, value),
            0x4001_3800 => self.usarts[Uart::Console.index()].write(offset, value, now),
            0x4001_5800 => self.dbgmcu.write(offset, value),
            0x4002_1000 => self.rcc.write(offset, value),
            0x4002_2000 => return self.flash.write_register(offset, value, now),
            block => match Port::at(block) {
                Some(port) => self.gpio.write(port, offset, value).map(|changes| self.tell_levels(&changes)),
                None => None,
            },
        };
        if known.is_none() {
            self.unmodelled.insert(address);
        }
        Ok(())
    }
}

fn load(memory: &[u8], offset: u32, width: Width) -> Result<u32, BusFault> {
    let bytes = memory.get(offset as usize..).ok_or(BusFault)?;
    match width {
        Width::Byte => bytes.first().map(|b| u32::from(*b)),
        Width::Half => bytes.first_chunk().map(|b| u32::from(u16::from_le_bytes(*b))),
        Width::Word => bytes.first_chunk().map(|b| u32::from_le_bytes(*b)),
    }
    .ok_or(BusFault)
}

fn store(memory: &mut [u8], offset: u32, width: Width, value: u32) -> Result<(), BusFault> {
    let bytes = memory.get_mut(offset as usize..).ok_or(BusFault)?;
    match width {
        Width::Byte => bytes.first_mut().map(|byte| *byte = value as u8),
        Width::Half => bytes.first_chunk_mut().map(|half| *half = (value as u16).to_le_bytes()),
        Width::Word => bytes.first_chunk_mut().map(|word| *word = value.to_le_bytes()),
    }
    .ok_or(BusFault)
}

impl Bus for Soc {
    #[inline]
    fn fetch(&mut self, address: u32) -> Result<u16, BusFault> {
        let (memory, base): (&[u8], u32) = match address >> 24 {
            0x08 => (self.flash.cells(), FLASH_BASE),
            0x20 => (&self.ram, RAM_BASE),
            0x00 => (self.at_0(), 0),
            _ => return Err(BusFault),
        };
        let bytes = memory.get((address - base) as usize..).and_then(|m| m.first_chunk()).ok_or(BusFault)?;
        Ok(u16::from_le_bytes(*bytes))
    }

    #[inline]
    fn read(&mut self, address: u32, width: Width) -> Result<u32, BusFault> {
        match address >> 24 {
            0x20 => load(&self.ram, address - RAM_BASE, width),
            0x08 => load(self.flash.cells(), address - FLASH_BASE, width),
            0x00 => load(self.at_0(), address, width),
            0x40 | 0x48 => Ok(self.read_register(address & !3) >> (8 * (address & 3)) & width.mask()),
            0x1f => Ok(flash::system_memory(address & !3) >> (8 * (address & 3)) & width.mask()),
            _ => Err(BusFault),
        }
    }

    #[inline]
    fn write(&mut self, address: u32, width: Width, value: u32) -> Result<(), BusFault> {
        match address >> 24 {
            0x20 => store(&mut self.ram, address - RAM_BASE, width, value),
            0x08 => {
                self.attention = true;
                self.flash.program(address - FLASH_BASE, width, value, self.now)
            }
            0x40 | 0x48 => self.write_register(address & !3, value << (8 * (address & 3))),
            _ => Err(BusFault),
        }
    }

    fn now(&self) -> u64 {
        self.now
    }
}
