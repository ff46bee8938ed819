//! What instruments are opened on: the clock, the virtual post where the rig is on one, and the transports of this
//! machine.

use super::super::missing;
use crate::clock::{AttentiveClock, Clock, RealClock, wall_clock};
use crate::driver::serial::Serial;
use crate::driver::way::Way;
use crate::instrument::port::Port;
use crate::instrument::{InstrumentError, Result, Subsystem};
use crate::rig::{Rig, Transport};
use crate::rtp::report::Calendar;
use crate::twin::{self, Twin, TwinConfig, defect};
use crate::unit::both;
use std::sync::Arc;

/// The clock, and the virtual post where the rig is one.
pub(in super::super) struct Context {
    pub clock: Arc<dyn Clock>,
    pub twin: Option<Twin>,
    /// What a clock on the wall shows: that of the machine, or the twin's own.
    pub calendar: Calendar,
}

impl Context {
    /// `seed` is the virtual post's.
    pub fn of(rig: &Rig, seed: u64) -> Result<Context> {
        let Some(settings) = &rig.twin else {
            let clock = AttentiveClock::over(Arc::new(RealClock::start()), Some(wall_clock));
            let calendar = Calendar::by_the_wall(wall_clock(), clock.now());
            return Ok(Context { clock: Arc::new(clock), twin: None, calendar });
        };
        let mut config = TwinConfig::of(rig, seed);
        for id in &settings.defects {
            config = config.with(known_defect(id)?);
        }
        let twin = twin::build(config);
        let clock = Arc::new(AttentiveClock::over(twin.clock(), None));
        Ok(Context { clock, twin: Some(twin), calendar: twin::CALENDAR })
    }

    pub fn shared_clock(&self) -> Arc<dyn Clock> {
        Arc::clone(&self.clock)
    }

    pub fn twin(&self) -> Result<&Twin> {
        self.twin.as_ref().ok_or_else(|| missing("twin"))
    }

    /// A byte line, whatever it runs over.
    pub fn port(&self, transport: &Transport) -> Result<Box<dyn Port>> {
        match transport {
            Transport::Serial { path, baud } => Ok(Box::new(Serial::open(path, *baud, self.shared_clock())?)),
            Transport::Twin { name } => self.twin()?.port(name).ok_or_else(|| {
                let remedy = (
                    "the virtual post has the lines `relays`, `inputs` and `console`",
                    "punkt wirtualny ma łącza `relays`, `inputs` i `console`",
                );
                InstrumentError::new(
                    transport.to_string(),
                    "open the line",
                    ("the virtual post has no such line", "punkt wirtualny nie ma takiej linii"),
                    remedy,
                )
            }),
            Transport::Usb { .. }
            | Transport::Alsa { .. }
            | Transport::Network { .. }
            | Transport::Host { .. }
            | Transport::Tcp { .. }
            | Transport::Program { .. }
            | Transport::Terminal => Err(unfit(transport)),
        }
    }
}

/// The way to an instrument that speaks when asked; `even`: with parity on a serial line.
pub(super) fn way(transport: &Transport, even: bool) -> Result<Way> {
    match transport {
        Transport::Tcp { address, .. } => Ok(Way::Tcp(*address)),
        Transport::Serial { path, baud } => Ok(Way::Serial { path: path.clone(), baud: *baud, even }),
        other => Err(unfit(other)),
    }
}

/// A driver was given a transport that it cannot speak over: its row in the rig and its opener do not agree.
pub(super) fn unfit(transport: &Transport) -> InstrumentError {
    let remedy = (
        "name another transport in the rig, or report this as a mistake in hejnal",
        "podaj w opisie stanowiska inny rodzaj łącza albo zgłoś to jako błąd programu hejnal",
    );
    InstrumentError::new(
        transport.to_string(),
        "open",
        ("this driver does not speak over it", "ten sterownik nie obsługuje takiego łącza"),
        remedy,
    )
    .of(Subsystem::Rig)
}

pub(super) fn known_defect(id: &str) -> Result<&'static defect::Defect> {
    defect::find(id).ok_or_else(|| {
        InstrumentError::new(
            "twin",
            format!("plant the defect {id}"),
            both!("there is none of that name", "nie ma usterki o nazwie {id}"),
            (
                "`hejnal prove --list` names those that can be planted",
                "usterki, które można podłożyć, wypisuje `hejnal prove --list`",
            ),
        )
        .of(Subsystem::Rig)
    })
}
