//! Relay and input modules that speak Modbus, over TCP or on a serial line.
//!
//! They can be asked: a relay's state is what the module itself tells. Inputs tell nothing of themselves; a thread asks
//! for them all the time, so that a change lies between the last question whose answer did not have it and the arrival
//! of the answer that has. Must not know what is switched or looked at.

mod protocol;
mod watching;

use super::exchange::{Answer, Exchange};
use super::failure::Failure;
use super::way::Way;
use crate::clock::{Clock, Instant};
use crate::instrument::lamp::{Edge, Input, InputBoard};
use crate::instrument::relay::{Channel, Contact, RelayBoard};
use crate::instrument::{Identity, Instrument, InstrumentError, Result};
use crate::rig::drivers::{Framing, Modbus};
use crate::unit::both;
use protocol::{Coding, Question, READ_COILS, READ_INPUTS, bits, register};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use watching::Watching;

/// Modules answer within some 10 ms; a gateway may have to ask another line first.
const ANSWERS_WITHIN: Duration = Duration::from_millis(300);
/// Frames are this far apart (MODBUS over Serial Line 1.02, 2.5.1.1): 3.5 characters, above 19200 bit/s always 1.75 ms.
const LEAST_QUIET: Duration = Duration::from_micros(1_750);
const FAST: u32 = 19_200;

/// One module, and whose turn it is to ask it.
struct Module {
    settings: Modbus,
    relays: u8,
    inputs: u8,
    name: String,
    way: Way,
    clock: Arc<dyn Clock>,
    asking: Mutex<(Exchange, Coding)>,
    /// So many want to switch: the polling thread lets them.
    wanting: AtomicUsize,
}

/// What one module offers.
pub struct Opened {
    pub relays: Option<ModbusRelays>,
    pub inputs: Option<ModbusInputs>,
}

/// Reaches for a module with so many relays and inputs. Nothing is asked yet but of its inputs.
pub fn open(way: &Way, settings: &Modbus, (relays, inputs): (u8, u8), clock: Arc<dyn Clock>) -> Result<Opened> {
    let quiet = match way {
        Way::Serial { baud, .. } if *baud <= FAST => way.time_of(7) / 2,
        _ => LEAST_QUIET,
    };
    let exchange = Exchange::over(way.clone(), quiet, Arc::clone(&clock));
    let module = Module {
        name: format!("{} at {way}, unit {}", settings.what, settings.unit),
        asking: Mutex::new((exchange, Coding::new(settings.framing, settings.unit))),
        settings: settings.clone(),
        relays,
        inputs,
        way: way.clone(),
        clock,
        wanting: AtomicUsize::new(0),
    };
    let module = Arc::new(module);
    let watching = (inputs > 0).then(|| Watching::start(&module)).transpose();
    let watching = watching.map_err(|error| module.told(&Failure::Gone(error.to_string()), "start a thread"))?;
    Ok(Opened {
        relays: (relays > 0).then(|| ModbusRelays { module: Arc::clone(&module), are_free: false }),
        inputs: watching.map(|watching| ModbusInputs { module, watching }),
    })
}

impl Module {
    fn told(&self, failure: &Failure, action: impl Into<String>) -> InstrumentError {
        failure.told(self.name.as_str(), action, Some(&self.way))
    }

    /// What a panicked thread left is still in order: an exchange is whole, or the next one begins anew.
    fn turn(&self) -> MutexGuard<'_, (Exchange, Coding)> {
        self.asking.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn ask(&self, question: &Question) -> std::result::Result<Answer<Vec<u8>>, Failure> {
        let mut turn = self.turn();
        let (exchange, coding) = &mut *turn;
        let bytes = coding.frame(question);
        let within = ANSWERS_WITHIN + self.way.time_of(64);
        exchange.ask(&bytes, within, &mut |bytes, _| coding.answer(question, bytes))
    }

    /// As [`Module::ask`], before the polling thread's next turn.
    fn ask_first(&self, question: &Question) -> std::result::Result<Answer<Vec<u8>>, Failure> {
        self.wanting.fetch_add(1, Ordering::Relaxed);
        let answer = self.ask(question);
        self.wanting.fetch_sub(1, Ordering::Relaxed);
        answer
    }

    fn bits(&self, function: u8, first: u16, count: u8) -> std::result::Result<Answer<Vec<bool>>, Failure> {
        let count = self.settings.asked(count);
        let Answer { asked, left, came, value } = self.ask(&Question::read(function, first, count))?;
        let value = bits(&value, count).ok_or_else(|| Failure::garbled(&value))?;
        Ok(Answer { asked, left, came, value })
    }

    /// All inputs, as what is before them sees it.
    fn read_inputs(&self) -> std::result::Result<Answer<Vec<bool>>, Failure> {
        let mut answer = self.bits(READ_INPUTS, self.settings.input_base, self.inputs)?;
        answer.value.truncate(usize::from(self.inputs));
        answer.value.iter_mut().for_each(|lit| *lit ^= self.settings.inverse_inputs);
        Ok(answer)
    }

    fn read_relay(&self, channel: Channel) -> std::result::Result<bool, Failure> {
        self.wanting.fetch_add(1, Ordering::Relaxed);
        let answer = self.bits(READ_COILS, self.settings.coil_base, self.relays);
        self.wanting.fetch_sub(1, Ordering::Relaxed);
        let on = answer?.value.get(usize::from(channel.0).wrapping_sub(1)).copied();
        Ok(on.unwrap_or_default() ^ self.settings.inverse_relays)
    }

    fn identity(&self) -> Identity {
        let framing = if self.settings.framing == Framing::Tcp { "TCP" } else { "RTU" };
        Identity {
            model: format!("{}, Modbus {framing}", self.settings.what),
            unit: format!("{} unit {}", self.way, self.settings.unit),
        }
    }
}

pub struct ModbusRelays {
    module: Arc<Module>,
    /// None of its relays follows an input any more.
    are_free: bool,
}

impl ModbusRelays {
    fn coil(&self, channel: Channel, action: &str) -> Result<u16> {
        if (1..=self.module.relays).contains(&channel.0) {
            return Ok(self.module.settings.coil_base.wrapping_add(u16::from(channel.0) - 1));
        }
        let failure = Failure::Refused(both!(
            "it has relays 1 to {}",
            "moduł nie ma przekaźnika o tym numerze: ma przekaźniki od 1 do {}",
            self.module.relays
        ));
        Err(self.module.told(&failure, format!("{action} relay {}", channel.0)))
    }

    /// A module in which inputs switch relays would press the button by itself: each relay is set to follow commands
    /// alone. Written only where it is not so: the setting outlives the supply, in a memory that wears.
    fn free(&mut self) -> Result<()> {
        let Some(modes) = self.module.settings.control_modes.filter(|_| !self.are_free) else { return Ok(()) };
        for at in (0..u16::from(self.module.relays)).map(|relay| modes + relay) {
            let told = |failure: Failure| self.module.told(&failure, "have its relays follow commands alone");
            let mode = self.module.ask(&Question::read_register(at)).map_err(told)?.value;
            match register(&mode) {
                Some(0) => {}
                Some(_) => self.module.ask(&Question::write_register(at, 0)).map(drop).map_err(told)?,
                None => return Err(told(Failure::garbled(&mode))),
            }
        }
        self.are_free = true;
        Ok(())
    }
}

impl Instrument for ModbusRelays {
    fn identify(&mut self) -> Result<Identity> {
        self.free()?;
        self.module.read_relay(Channel(1)).map_err(|failure| self.module.told(&failure, "tell the state of its relays"))?;
        Ok(self.module.identity())
    }
    /// Releases every relay that the rig gives it at once, and asks whether they are.
    fn make_safe(&mut self) -> Result<()> {
        let module = &self.module;
        let told = |failure: Failure| module.told(&failure, "release its relays");
        let released = vec![module.settings.inverse_relays; usize::from(module.relays)];
        module.ask_first(&Question::write_coils(module.settings.coil_base, &released)).map_err(told)?;
        let read = module.bits(READ_COILS, module.settings.coil_base, module.relays).map_err(told)?;
        if read.value.iter().take(released.len()).eq(&released) {
            return Ok(());
        }
        let why =
            ("it was told to release them, and says that one is closed", "po wyłączeniu moduł zgłasza zamknięty przekaźnik");
        Err(told(Failure::NotDone(why.into())))
    }
}

impl RelayBoard for ModbusRelays {
    /// The module repeats a command that it carries out. One whose answer is lost may have been: the module is asked.
    fn set(&mut self, channel: Channel, to: Contact) -> Result<Instant> {
        let coil = self.coil(channel, "switch")?;
        let closed = to == Contact::Closed;
        let question = Question::write_coil(coil, closed ^ self.module.settings.inverse_relays);
        let told = |failure: &Failure| self.module.told(failure, format!("switch relay {}", channel.0));
        let began = self.module.clock.now();
        match self.module.ask_first(&question) {
            Ok(answer) if question.is_echoed_by(&answer.value) => Ok(answer.left),
            Ok(answer) => Err(told(&Failure::garbled(&answer.value))),
            Err(failure @ (Failure::Silent(_) | Failure::Garbled(_))) => match self.module.read_relay(channel) {
                Ok(read) if read == closed => Ok(began),
                _ => Err(told(&failure)),
            },
            Err(failure) => Err(told(&failure)),
        }
    }
    fn get(&mut self, channel: Channel) -> Result<Contact> {
        self.coil(channel, "tell the state of")?;
        let read = self.module.read_relay(channel);
        let closed = read.map_err(|failure| self.module.told(&failure, format!("tell the state of relay {}", channel.0)))?;
        Ok(if closed { Contact::Closed } else { Contact::Open })
    }
}

pub struct ModbusInputs {
    module: Arc<Module>,
    watching: Watching,
}

impl Instrument for ModbusInputs {
    fn identify(&mut self) -> Result<Identity> {
        self.watching.is_answered().map_err(|failure| self.module.told(&failure, "tell the state of its inputs"))?;
        Ok(self.module.identity())
    }
    /// Watching harms nobody.
    fn make_safe(&mut self) -> Result<()> {
        Ok(())
    }
}

impl InputBoard for ModbusInputs {
    fn edges(&mut self) -> Result<Vec<crate::clock::Stamped<Edge>>> {
        self.watching.edges().map_err(|failure| self.module.told(&failure, "tell the state of its inputs"))
    }
    fn is_lit(&mut self, input: Input, since: Instant) -> Result<Option<bool>> {
        Ok(self.watching.is_lit(input, since))
    }
    fn stamp_uncertainty(&self) -> f64 {
        self.watching.lateness().as_secs_f64()
    }
}

#[cfg(test)]
mod tests;
