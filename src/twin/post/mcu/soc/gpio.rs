//! General-purpose pins (RM0091, section 8): what each pin's level comes to from the chip, its pull and the world
//! outside.

/// A pin of the package, e.g. PA0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pin {
    pub port: Port,
    /// 0 to 15.
    pub number: u8,
}

impl Pin {
    pub const fn new(port: Port, number: u8) -> Self {
        Pin { port, number: number & 15 }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Port {
    A,
    B,
    C,
    D,
    E,
    F,
}

impl Port {
    pub const ALL: [Port; 6] = [Port::A, Port::B, Port::C, Port::D, Port::E, Port::F];

    pub const fn index(self) -> usize {
        self as usize
    }
    /// The port whose registers begin at `block`.
    pub fn at(block: u32) -> Option<Port> {
        let offset = block.checked_sub(0x4800_0000)?;
        if offset & 0x3ff != 0 { None } else { Port::ALL.get(offset as usize >> 10).copied() }
    }
}

/// MODER values.
const OUTPUT: u32 = 1;
const ALTERNATE: u32 = 2;
/// PUPDR value.
const PULL_UP: u32 = 1;

#[derive(Clone, Default)]
struct Registers {
    mode: u32,
    open_drain: u32,
    speed: u32,
    pull: u32,
    output: u16,
    alternate: [u32; 2],
    /// Pins the world outside drives, and to what.
    driven: u16,
    driven_high: u16,
    /// What it all comes to.
    levels: u16,
}

impl Registers {
    /// The serial-wire pins of port A come out of reset in their debug function, pulled (RM0091, 8.4).
    fn after_reset(port: Port, old: &Registers) -> Self {
        let (mode, speed, pull) = if port == Port::A { (0x2800_0000, 0x0c00_0000, 0x2400_0000) } else { (0, 0, 0) };
        let Registers { driven, driven_high, levels, .. } = *old;
        Registers { mode, speed, pull, driven, driven_high, levels, ..Registers::default() }
    }

    fn mode_of(&self, pin: u8) -> u32 {
        self.mode >> (2 * pin) & 3
    }

    fn resolve(&self, pin: u8) -> bool {
        let high = self.output >> pin & 1 != 0;
        let floats = self.mode_of(pin) != OUTPUT || high && self.open_drain >> pin & 1 != 0;
        if !floats {
            high
        } else if self.driven >> pin & 1 != 0 {
            self.driven_high >> pin & 1 != 0
        } else {
            self.pull >> (2 * pin) & 3 == PULL_UP
        }
    }

    fn read(&self, offset: u32) -> Option<u32> {
        match offset {
            0x00 => Some(self.mode),
            0x04 => Some(self.open_drain),
            0x08 => Some(self.speed),
            0x0c => Some(self.pull),
            0x10 => Some(u32::from(self.levels)),
            0x14 => Some(u32::from(self.output)),
            0x18 | 0x28 => Some(0),
            0x20 => Some(self.alternate[0]),
            0x24 => Some(self.alternate[1]),
            _ => None,
        }
    }

    fn write(&mut self, offset: u32, value: u32) -> Option<()> {
        match offset {
            0x00 => self.mode = value,
            0x04 => self.open_drain = value & 0xffff,
            0x08 => self.speed = value,
            0x0c => self.pull = value,
            0x14 => self.output = value as u16,
            // Setting wins over resetting.
            0x18 => self.output = self.output & !((value >> 16) as u16) | value as u16,
            0x28 => self.output &= !(value as u16),
            0x20 => self.alternate[0] = value,
            0x24 => self.alternate[1] = value,
            _ => return None,
        }
        Some(())
    }
}

#[derive(Default)]
pub struct Gpio {
    ports: [Registers; 6],
}

impl Gpio {
    /// All pins let go. Returns the levels that changed.
    pub fn reset(&mut self) -> Vec<(Pin, bool)> {
        let mut changes = Vec::new();
        for port in Port::ALL {
            self.ports[port.index()] = Registers::after_reset(port, &self.ports[port.index()]);
            changes.extend(self.settle(port));
        }
        changes
    }

    pub fn level(&self, pin: Pin) -> bool {
        self.ports[pin.port.index()].levels >> (pin.number & 15) & 1 != 0
    }

    /// Whether a pin is handed to the peripheral behind alternate function `function`.
    pub fn is_routed(&self, pin: Pin, function: u32) -> bool {
        let port = &self.ports[pin.port.index()];
        let selected = port.alternate[usize::from(pin.number >> 3 & 1)] >> (4 * (pin.number & 7)) & 15;
        port.mode_of(pin.number & 15) == ALTERNATE && selected == function
    }

    pub fn drive(&mut self, pin: Pin, level: Option<bool>) -> Vec<(Pin, bool)> {
        let port = &mut self.ports[pin.port.index()];
        let bit = 1 << (pin.number & 15);
        let set = |word: u16, on: bool| if on { word | bit } else { word & !bit };
        port.driven = set(port.driven, level.is_some());
        port.driven_high = set(port.driven_high, level == Some(true));
        self.settle(pin.port)
    }

    pub fn read(&self, port: Port, offset: u32) -> Option<u32> {
        self.ports[port.index()].read(offset)
    }

    /// `None`: no such register. Otherwise the levels that changed.
    pub fn write(&mut self, port: Port, offset: u32, value: u32) -> Option<Vec<(Pin, bool)>> {
        self.ports[port.index()].write(offset, value)?;
        Some(self.settle(port))
    }

    fn settle(&mut self, port: Port) -> Vec<(Pin, bool)> {
        let registers = &mut self.ports[port.index()];
        let levels = (0..16).fold(0, |levels, pin| levels | u16::from(registers.resolve(pin)) << pin);
        let changed = levels ^ std::mem::replace(&mut registers.levels, levels);
        let is_changed = |pin: &u8| changed >> pin & 1 != 0;
        (0..16).filter(is_changed).map(|pin| (Pin::new(port, pin), levels >> pin & 1 != 0)).collect()
    }
}
