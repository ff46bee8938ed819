//! The post's console on a serial port: whole lines, stamped at their first byte. The bench only listens.
//!
//! Knows nothing of what the post says.

use super::text::Lines;
use crate::clock::Stamped;
use crate::instrument::console::{Console, Line};
use crate::instrument::port::Port;
use crate::instrument::{Identity, Instrument, Result};

/// Bits per second of the post's console.
pub const BAUD: u32 = 115_200;

pub struct SerialConsole {
    port: Box<dyn Port>,
    lines: Lines,
}

impl SerialConsole {
    pub fn new(port: Box<dyn Port>) -> Self {
        SerialConsole { port, lines: Lines::default() }
    }
}

impl Instrument for SerialConsole {
    fn identify(&mut self) -> Result<Identity> {
        Ok(Identity { model: "console of the post".into(), unit: self.port.name() })
    }
    /// Listening harms nobody.
    fn make_safe(&mut self) -> Result<()> {
        Ok(())
    }
}

impl Console for SerialConsole {
    fn lines(&mut self) -> Result<Vec<Stamped<Line>>> {
        let arrived = self.port.read()?;
        let lines = arrived.into_iter().filter_map(|byte| self.lines.push(byte));
        Ok(lines.map(|line| line.map(|text| Line { text })).collect())
    }
}
