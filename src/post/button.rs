//! The finger on the button: presses, pulses and chatter, each proved by what the button's sense input and the tone
//! through its contact tell.
//!
//! Knows nothing of what becomes of a press.

use super::deeds::{Proof, What};
use super::{Fault, Post, Result, order};
use crate::bench::{Circuit, Moment};
use crate::clock::Instant;
use crate::dsp::{onset, stimulus};
use crate::instrument::{InstrumentError, Subsystem};
use crate::rig::Role;
use crate::unit::{Bilingual, both, combine};
use std::time::Duration;

/// The tone that the button's second pole gates: well above hum, well below the card's band edge.
const CONTACT_TONE_HZ: f64 = 3000.0;
/// How long the tone plays before the contact may move.
const TONE_LEAD: Duration = Duration::from_millis(30);
/// Of a contact that is held down so much is heard: its closing is what is stamped.
const TONE_OF_HELD: Duration = Duration::from_millis(200);
/// After a command so much time passes until what its contact did has been told.
const TOLD_WITHIN: Duration = Duration::from_millis(40);
/// A press may be so much shorter than it was meant, in seconds, beside what the stamps are worth.
const SHORTER_BY_S: f64 = 0.010;
/// And so much longer: the bench itself may be slow.
pub(super) const LONGER_BY_S: f64 = 0.100;
/// A command comes so much later than it is due on a machine that keeps up, in seconds.
const UNEVEN_S: f64 = 0.002;
/// What is stamped as shorter was no closing of a contact but a spark, in seconds [EJ].
const SHORTEST_SEEN_S: f64 = 0.001;
/// The tone and the sense input see one and the same contact within this, in seconds, beside what the stamps are worth:
/// it bounces meanwhile.
const ONE_CONTACT_S: f64 = 0.005;

impl Post {
    pub fn press(&mut self, hold: Duration) -> Result<()> {
        let (contact, proof) = self.close_contact(hold)?;
        self.deeds.add(What::Press, contact, proof);
        Ok(())
    }

    /// Presses it so many times without a look at what comes of it, each so long after the one before. They are one
    /// case: what is measured from a press is measured from the first.
    pub fn press_train(&mut self, count: u64, hold: Duration, every: Duration) -> Result<()> {
        self.counted_from = self.bench.now();
        let mut contacts = Vec::new();
        for _ in 0..count {
            let began = self.bench.now();
            contacts.push(self.close_contact(hold)?);
            self.bench.clock().wait_until(began + every)?;
        }
        self.bench.collect()?;
        let ends = contacts.first().zip(contacts.last());
        if let Some(((first, proof), (last, _))) = ends {
            self.deeds.add(What::Press, *first, *proof);
            self.deeds.add(What::LetGo, *last, *proof);
        }
        Ok(())
    }

    /// Presses the button once, with everything needed to say when the contact closed.
    fn close_contact(&mut self, hold: Duration) -> Result<(Moment, Proof)> {
        let has_tone = self.sound_contact(hold)?;
        let commanded = self.bench.switch(Circuit::Button, true)?;
        self.bench.clock().wait_until(commanded + hold)?;
        let released = self.bench.switch(Circuit::Button, false)?;
        self.bench.clock().wait_until(released + TOLD_WITHIN)?;
        let sensed = self.bench.await_proof::<Fault>(Circuit::Button, true, commanded)?;
        self.bench.await_proof::<Fault>(Circuit::Button, false, released)?;
        self.attended_since(commanded)?;
        self.prove_hold(commanded, hold)?;
        self.stamp_contact(has_tone, commanded, sensed)
    }

    /// Presses the button and leaves it so.
    pub fn hold_down(&mut self) -> Result<()> {
        let has_tone = self.sound_contact(TONE_OF_HELD)?;
        let commanded = self.bench.switch(Circuit::Button, true)?;
        self.held = Some(commanded);
        self.bench.clock().wait_until(commanded + TONE_OF_HELD)?;
        let sensed = self.bench.await_proof::<Fault>(Circuit::Button, true, commanded)?;
        self.attended_since(commanded)?;
        let (contact, proof) = self.stamp_contact(has_tone, commanded, sensed)?;
        self.deeds.add(What::Press, contact, proof);
        Ok(())
    }

    /// Lets go of the button that was held down.
    pub fn let_go(&mut self) -> Result<()> {
        let commanded = self.held.take().ok_or_else(|| {
            order(
                ("the button is not held down", "przycisk nie jest przytrzymany"),
                ("hold it down first", "najpierw go przytrzymaj"),
            )
        })?;
        let released = self.bench.switch(Circuit::Button, false)?;
        self.bench.clock().wait_until(released + TOLD_WITHIN)?;
        let opened = self.bench.await_proof::<Fault>(Circuit::Button, false, released)?;
        self.attended_since(released)?;
        self.prove_hold(commanded, released.since(commanded))?;
        self.deeds.add(What::LetGo, opened, Proof::Sense);
        Ok(())
    }

    /// Lets the tone sound that the contact gates, for as long as it is to stay closed; `false`: the rig has none.
    fn sound_contact(&mut self, hold: Duration) -> Result<bool> {
        if self.bench.rig.wiring.contact_tone.is_none() {
            return Ok(false);
        }
        let rate = self.bench.card_rate(Role::ContactTone)?;
        let seconds = (TONE_LEAD + hold).as_secs_f64() + 0.15;
        self.bench.contact_tone(&stimulus::tone(rate, seconds, CONTACT_TONE_HZ, 0.005))?;
        self.bench.wait::<Fault>(TONE_LEAD)?;
        Ok(true)
    }

    /// When the contact closed, by the best that shows it.
    fn stamp_contact(&mut self, has_tone: bool, commanded: Instant, sensed: Moment) -> Result<(Moment, Proof)> {
        if !has_tone {
            return Ok((sensed, Proof::Sense));
        }
        let heard = self.contact_closed(commanded)?;
        self.prove_stamp(sensed, heard)?;
        Ok((heard, Proof::Effect))
    }

    /// One press is one closure, as long as it was meant to be.
    pub(super) fn prove_hold(&self, commanded: Instant, hold: Duration) -> Result<()> {
        let (held, late) = (self.bench.closures(Circuit::Button, commanded), self.bench.sense_lateness(Circuit::Button));
        let meant = hold.as_secs_f64();
        // A contact bounces before it stays closed, and the stamps of a bounce may lie apart by what they are worth.
        let mut contacts: Vec<(Instant, Instant)> = Vec::new();
        for (from, to) in held {
            match contacts.last_mut() {
                Some(last) if from.seconds_after(last.1) <= ONE_CONTACT_S + late => last.1 = to,
                _ => contacts.push((from, to)),
            }
        }
        let lengths: Vec<f64> = contacts.iter().map(|(from, to)| to.seconds_after(*from)).collect();
        let fits = |length: f64| length >= meant - SHORTER_BY_S - late && length <= meant + LONGER_BY_S + late;
        match lengths.as_slice() {
            [length] if fits(*length) => Ok(()),
            _ => {
                let action = format!("hold the button for {}", in_ms(meant));
                let seen = lengths.iter().map(|length| in_ms(*length)).collect::<Vec<_>>().join(", ");
                Err(button_relay(
                    action,
                    both!(
                        "its sense input saw {} closures: {seen}",
                        "wejście kontrolne wykryło nie jedno zwarcie styku przycisku, lecz {}: {seen}",
                        lengths.len()
                    ),
                ))
            }
        }
    }

    /// The tone through the contact and the sense input beside it see the same contact; where the sense is later than
    /// it says, its board is.
    fn prove_stamp(&self, sensed: Moment, heard: Moment) -> Result<()> {
        let lag = sensed.since(heard);
        let most = ONE_CONTACT_S + self.bench.sense_lateness(Circuit::Button) + lag.uncertainty;
        if lag.value.abs() <= most {
            return Ok(());
        }
        // Stamps are only ever late: whichever says the later moment is not to be trusted.
        let (instrument, part, other, remedy) = if lag.value > 0.0 {
            let remedy = (
                "look for a hub, a cable or a program that holds the input board's reports back",
                "poszukaj koncentratora, przewodu lub programu, który opóźnia zgłoszenia modułu wejść",
            );
            (
                "input board",
                Subsystem::Inputs,
                ("the sense input saw the contact close", "wejście kontrolne wykryło zwarcie styku"),
                remedy,
            )
        } else {
            (
                "sound card",
                Subsystem::Sound,
                ("the tone came through the contact", "ton przeszedł przez styk"),
                ("measure the card by its loop-back again", "ponownie zmierz kartę dźwiękową przez pętlę zwrotną"),
            )
        };
        let cause = {
            let ((en, pl), lag) = (other, in_ms(lag.value.abs()));
            both!(
                "{en} {lag} after the other of the two, of one and the same contact",
                "{pl} {lag} później, niż ten sam styk zarejestrował drugi przyrząd"
            )
        };
        Err(InstrumentError::new(instrument, "stamp a change", cause, remedy).of(part).into())
    }

    /// When the gated tone came through.
    fn contact_closed(&mut self, commanded: Instant) -> Result<Moment> {
        let heard = self.bench.contact_record(commanded - Duration::from_millis(25), commanded + Duration::from_millis(45))?;
        let found = onset::tone_onset(&heard.samples, heard.rate, CONTACT_TONE_HZ).ok_or_else(|| {
            InstrumentError::new(
                "button relay",
                "pass the contact tone",
                (
                    "the tone did not come through although the relay was commanded",
                    "ton nie przeszedł przez styk przekaźnika przycisku mimo komendy",
                ),
                (
                    "check the relay's second pole and its cables to the sound card",
                    "sprawdź drugi styk przekaźnika i jego przewody do karty dźwiękowej",
                ),
            )
            .of(Subsystem::Sound)
        })?;
        Ok(Moment {
            seconds: heard.start.seconds + found.frame / heard.rate,
            uncertainty: combine(&[heard.start.uncertainty, found.uncertainty_frames / heard.rate]),
        })
    }

    /// Pulses too short for a finger.
    pub fn pulses(&mut self, count: u64, width: Duration, apart: Duration) -> Result<()> {
        let began = self.bench.now();
        self.counted_from = began;
        for _ in 0..count {
            let (commanded, _) = self.pulse(width)?;
            self.bench.clock().wait_until(commanded + apart)?;
        }
        self.bench.wait::<Fault>(TOLD_WITHIN)?;
        self.attended_since(began)?;
        self.prove_pulses(began, count, width, 0)?;
        self.deeds.add(What::Pulse, Moment::stamped(began, 0.0), Proof::Sense);
        Ok(())
    }

    /// Closes the contact for so long, as well as relay and line allow: says when it was told to, and when the contact
    /// will be open, on the same scale. A contact that opens quicker than it closes is told later to open.
    fn pulse(&mut self, width: Duration) -> Result<(Instant, Instant)> {
        let lag = self.bench.opens_later_by(Circuit::Button);
        let before = self.bench.now();
        let commanded = self.bench.switch(Circuit::Button, true)?;
        // So long a command is on the line.
        let transit = commanded.since(before);
        let due = commanded.shifted(width.as_secs_f64() - lag);
        self.bench.clock().wait_until(due - transit)?;
        let released = self.bench.switch(Circuit::Button, false)?;
        // A pause that is nothing to a finger makes another pulse of this one.
        if released.since(due).as_secs_f64() > self.longest_pulse(width) - width.as_secs_f64() + UNEVEN_S {
            self.bench.clock().note_still(due, released);
        }
        Ok((commanded, released.shifted(lag)))
    }

    /// A pulse may be longer than it was meant as long as it is none that T30 does not speak of, in seconds.
    fn longest_pulse(&self, width: Duration) -> f64 {
        self.bench.rig.limits.get("T30").map_or(0.0, |limit| limit.limit).max(width.as_secs_f64())
    }

    /// So many pulses, and `others` after them, were seen by the button's sense input; and they were such as were
    /// wanted, or at least such as T30 speaks of.
    pub(super) fn prove_pulses(&self, began: Instant, count: u64, width: Duration, others: usize) -> Result<()> {
        let (seen, late) = (self.bench.closures(Circuit::Button, began), self.bench.sense_lateness(Circuit::Button));
        let action = || format!("make {count} pulses of {}", in_ms(width.as_secs_f64()));
        let pulses = seen.len().saturating_sub(others);
        if u64::try_from(pulses) != Ok(count) {
            return Err(button_relay(
                action(),
                both!(
                    "its sense input saw {pulses}",
                    "liczba impulsów przycisku nie zgadza się: zadano {count}, wejście kontrolne wykryło {pulses}"
                ),
            ));
        }
        // As far as the sense input knows: either edge may be stamped late.
        let (shortest, longest) = (shortest_pulse(width, late), self.longest_pulse(width) + late);
        let widths = seen.iter().take(pulses).map(|(from, to)| to.seconds_after(*from));
        let wrong: Vec<f64> = widths.filter(|seen| *seen < shortest || *seen > longest).collect();
        match wrong.first() {
            Some(first) => {
                let cause = both!(
                    "its sense input saw {} of another length, the first of {}",
                    "wejście kontrolne wykryło impulsy przycisku o innej długości niż zadana: {}, pierwszy z nich: {}",
                    wrong.len(),
                    in_ms(*first)
                );
                Err(button_relay(action(), cause))
            }
            None => Ok(()),
        }
    }

    /// A contact that chatters before it closes.
    pub fn bounce_then_press(&mut self, count: u64, width: Duration, hold: Duration) -> Result<()> {
        let began = self.bench.now();
        self.counted_from = began;
        for _ in 0..count {
            let (commanded, open) = self.pulse(width)?;
            self.bench.clock().wait_until((commanded + width * 2).max(open + width))?;
        }
        // The calls that the chatter itself raised count against the press, so it is counted from the chatter's
        // beginning.
        let (contact, proof) = self.close_contact(hold)?;
        self.attended_since(began)?;
        self.prove_pulses(began, count, width, 1)?;
        self.deeds.add(What::Press, Moment::stamped(began, contact.uncertainty), proof);
        Ok(())
    }
}

/// What is stamped as shorter than this was no pulse of `width`, with stamps worth `late`, all in seconds.
fn shortest_pulse(width: Duration, late: f64) -> f64 {
    (width.as_secs_f64() / 2.0 - late).max(SHORTEST_SEEN_S)
}

fn in_ms(seconds: f64) -> String {
    format!("{:.1} ms", seconds * 1e3)
}

/// What the relay on the button did not do; the post is not judged by it.
fn button_relay(action: String, cause: Bilingual) -> Fault {
    let remedy = (
        "use a quicker relay, or wider pulses further apart; then check its wires and those of its sense input",
        "użyj szybszego przekaźnika albo dłuższych, rzadszych impulsów; potem sprawdź przewody przekaźnika i jego wejścia kontrolnego",
    );
    InstrumentError::new("button relay", action, cause, remedy).of(Subsystem::Relays).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pulse_may_be_seen_as_half_of_what_it_was_less_what_its_stamps_are_worth_but_never_as_a_spark() {
        let shortest = |width_ms, late_ms| 1e3 * shortest_pulse(Duration::from_millis(width_ms), 1e-3 * late_ms);
        for (width_ms, late_ms, wanted_ms) in [(20, 0.0, 10.0), (20, 2.0, 8.0), (5, 1.5, 1.0), (5, 0.5, 2.0), (20, 60.0, 1.0)] {
            let found_ms = shortest(width_ms, late_ms);
            assert!((found_ms - wanted_ms).abs() < 1e-9, "{width_ms} ms, {late_ms} ms: {found_ms} ms");
        }
    }
}
