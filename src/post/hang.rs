//! A firmware that hangs: its main program is led into an endless loop of its own image while its interrupts live on,
//! as a fault in it would.
//!
//! Only the watchdog can end that. Knows nothing of calls.

use super::deeds::{Proof, What};
use super::{Fault, Post, Result, order};
use crate::bench::{Moment, NETWORK_STAMP_S};
use crate::clock::Stamped;
use crate::image;
use crate::instrument::operator::CallEvent;
use crate::instrument::probe::FlashError;
use crate::instrument::{InstrumentError, Subsystem};
use crate::unit::{Estimate, Method, Quantity, Unit, both};
use crate::verdict::Criterion;
use std::time::Duration;

const SERVED_AFTER_HANG: Quantity = Quantity {
    key: "T19.hang-to-registration",
    unit: Unit::Second,
    en: "hang of the firmware to registration",
    pl: "od zawieszenia oprogramowania do rejestracji",
    method: Method::new(
        "main program led into an endless loop, to the first REGISTER accepted after the next start on the console",
        "od wprowadzenia programu głównego w pętlę bez końca do pierwszego REGISTER przyjętego po kolejnym starcie na konsoli",
        "RFC 3261, 10",
    ),
    requirement: "T19",
};
const RECORDED: Quantity = Quantity {
    key: "T41.hangs-recorded",
    unit: Unit::Count,
    en: "starts after a hang that name the watchdog as their cause",
    pl: "starty po zawieszeniu, które jako przyczynę podają watchdog",
    method: Method::new("banner on the console", "komunikat startowy na konsoli", ""),
    requirement: "T41",
};
/// All that this file judges.
pub(super) const QUANTITIES: &[Quantity] = &[SERVED_AFTER_HANG, RECORDED];

impl Post {
    /// Hangs the firmware. The voice module beside it knows nothing of that.
    pub fn hang_firmware(&mut self) -> Result<()> {
        let image = image::parse(self.bench.image()).ok();
        let Some(loop_at) = image.and_then(|image| image.endless_loop()) else {
            return Err(order(
                (
                    "the firmware file holds no instruction that jumps to itself",
                    "plik oprogramowania nie zawiera instrukcji skoku do samej siebie",
                ),
                ("build it with one, or leave this scenario out", "zbuduj go z taką instrukcją albo pomiń ten scenariusz"),
            ));
        };
        let hung = self.bench.probe()?.divert(loop_at).map_err(|error| match error {
            FlashError::Bench(error) => error,
            FlashError::Refused { cause, .. } | FlashError::Silent { cause, .. } => {
                let remedy = (
                    "see whether the debug lead holds, and whether the post's microcontroller lets itself be halted",
                    "sprawdź, czy przewód programatora ma pewny styk i czy mikrokontroler punktu pozwala się zatrzymać",
                );
                InstrumentError::new(
                    "debug probe",
                    "hang the firmware",
                    both!("{cause}", "oprogramowania punktu nie udało się zawiesić. Szczegóły: {cause}"),
                    remedy,
                )
                .of(Subsystem::Probe)
            }
        })?;
        self.bench.note_disturbance(hung);
        self.is_unsettled = true;
        self.deeds.add(What::Hang, Moment::stamped(hung, NETWORK_STAMP_S), Proof::Stamp);
        Ok(())
    }

    fn hung(&self) -> Result<Moment> {
        self.deeds.last(What::Hang).ok_or_else(|| {
            order(
                ("the firmware has not been hung in this scenario", "w tym scenariuszu nie zawieszono jeszcze oprogramowania"),
                ("hang it first", "najpierw je zawieś"),
            )
        })
    }

    /// T19: a voice module may refresh a registration while nobody would serve a press; only one that follows a start
    /// counts.
    pub fn registered_within_after_hang(&mut self, limit: Duration) -> Result<()> {
        let hung = self.hung()?;
        let limit = limit.as_secs_f64();
        let deadline = hung.instant() + Duration::from_secs_f64(self.patience("T19", limit));
        let found = self.bench.watch::<Moment, Fault>(deadline, |bench| {
            let start = bench.record.reports_since(hung.instant()).find(|report| report.value.argument("BOOT").is_some());
            let Some(start) = start.map(|report| report.at) else { return Ok(None) };
            let registered = |event: &&Stamped<CallEvent>| matches!(event.value, CallEvent::Registered { .. });
            Ok(bench.record.calls_since(start).find(registered).map(Moment::at_operator))
        })?;
        self.judge_within(&SERVED_AFTER_HANG, hung, found, limit)
    }

    /// T41: whoever reads the post's record later must see that it hung.
    pub fn names_watchdog(&mut self) -> Result<()> {
        let hung = self.hung()?.instant();
        self.bench.collect()?;
        let names = self.bench.record.banner_since(hung).is_some_and(|banner| banner.value("cause") == Some("watchdog"));
        self.judge(&RECORDED, Estimate::count(usize::from(names)), Criterion::Exactly(1.0))
    }
}
