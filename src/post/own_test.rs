//! The post's own test of its loudspeaker and microphone: that it tells the truth where one of them is gone, and that
//! it waits for the end of a talk.
//!
//! Knows nothing of how the post does it: by a tone, by a current, by listening.

use super::deeds::{Proof, What};
use super::plant::READY_WITHIN;
use super::speech::{BURST, CHANNEL_RATE, Direction, LATEST};
use super::{Fault, Post, Result, order};
use crate::bench::{Circuit, Moment};
use crate::clock::Instant;
use crate::dsp::delay::Signal;
use crate::dsp::fidelity::fidelity;
use crate::dsp::stimulus;
use crate::instrument::operator::CallId;
use crate::unit::{Bilingual, Method, Quantity, Unit};
use crate::verdict::Criterion;
use std::time::Duration;

/// Whatever brings the post to the moment of its test leaves this long until then.
const BEFOREHAND: Duration = Duration::from_secs(30);
/// A post is off for so long before it is started for its test.
const OFF_FOR: Duration = Duration::from_secs(10);
/// A test that was due may come so much later than the rig says: the limits have the last word, this is patience only.
const LATER_BY: Duration = Duration::from_secs(1800);
/// So long before its result is told a test is under way, whatever it does.
const BEFORE_TOLD: Duration = Duration::from_millis(600);
/// The recording at the other end may lag by a buffer of its own.
const BUFFERED: Duration = Duration::from_millis(100);

const LOUDSPEAKER_TOLD: Quantity = Quantity {
    key: "T35.loudspeaker-to-fault",
    unit: Unit::Second,
    en: "self-test due to the fault of the loudspeaker at the supervision",
    pl: "od terminu autotestu do zgłoszenia usterki głośnika w nadzorze",
    method: Method::new(
        "the moment at which the rig has the next self-test due to reception of FAULT sound (syslog), loudspeaker lead open",
        "od chwili, w której według opisu stanowiska przypada autotest, do odebrania FAULT sound (syslog) przy odłączonym głośniku",
        "RFC 5424",
    ),
    requirement: "T35",
};
const MICROPHONE_TOLD: Quantity = Quantity {
    key: "T35.microphone-to-fault",
    en: "self-test due to the fault of the microphone at the supervision",
    pl: "od terminu autotestu do zgłoszenia usterki mikrofonu w nadzorze",
    method: Method::new(
        "the moment at which the rig has the next self-test due to reception of FAULT sound (syslog), microphone lead open",
        "od chwili, w której według opisu stanowiska przypada autotest, do odebrania FAULT sound (syslog) przy odłączonym mikrofonie",
        "RFC 5424",
    ),
    ..LOUDSPEAKER_TOLD
};
const CLEARED: Quantity = Quantity {
    key: "T35.repair-to-fault-cleared",
    en: "loudspeaker and microphone connected to the fault taken back at the supervision",
    pl: "od podłączenia głośnika i mikrofonu do odwołania usterki w nadzorze",
    method: Method::new(
        "lead's sense input to reception of CLEAR sound (syslog)",
        "od wejścia kontroli przewodu do odebrania CLEAR sound (syslog)",
        "RFC 5424",
    ),
    ..LOUDSPEAKER_TOLD
};
const SINCE_LAST: Quantity = Quantity {
    key: "T34.from-test-to-test",
    unit: Unit::Second,
    en: "self-test to the next, a talk standing when it was due",
    pl: "od autotestu do następnego, którego termin przypadł w czasie rozmowy",
    method: Method::new(
        "reception of TEST to reception of the next TEST (syslog)",
        "od odebrania komunikatu TEST do odebrania następnego (syslog)",
        "RFC 5424",
    ),
    requirement: "T34",
};
/// All that this file judges.
pub(super) const QUANTITIES: &[Quantity] = &[LOUDSPEAKER_TOLD, MICROPHONE_TOLD, CLEARED, SINCE_LAST];

impl Post {
    /// In a talk that stands it is proved that nothing comes through any more.
    pub fn part_loudspeaker(&mut self) -> Result<()> {
        let proof = self.part(Circuit::Loudspeaker, Direction::ToCaller)?;
        self.deeds.add(What::Loudspeaker { connected: false }, proof.0, proof.1);
        Ok(())
    }
    pub fn part_microphone(&mut self) -> Result<()> {
        let proof = self.part(Circuit::Microphone, Direction::ToOperator)?;
        self.deeds.add(What::Microphone { connected: false }, proof.0, proof.1);
        Ok(())
    }
    pub fn rejoin_loudspeaker(&mut self) -> Result<()> {
        let at = self.switch(Circuit::Loudspeaker, true)?;
        self.deeds.add(What::Loudspeaker { connected: true }, at, Proof::Sense);
        Ok(())
    }
    pub fn rejoin_microphone(&mut self) -> Result<()> {
        let at = self.switch(Circuit::Microphone, true)?;
        self.deeds.add(What::Microphone { connected: true }, at, Proof::Sense);
        Ok(())
    }

    fn part(&mut self, circuit: Circuit, direction: Direction) -> Result<(Moment, Proof)> {
        self.is_unsettled = true;
        let at = self.switch(circuit, false)?;
        self.bench.collect()?;
        let talk = self.talk.filter(|call| self.bench.record.call(*call).is_some_and(|call| call.stands()));
        let Some(call) = talk else { return Ok((at, Proof::Sense)) };
        if self.is_carried(direction, call)? {
            let heard = ("the voice that goes through it is still heard", "głos, który przez niego przechodzi, nadal słychać");
            return Err(self.bench.unfelt(circuit, heard).into());
        }
        Ok((at, Proof::Effect))
    }

    /// Whether a voice still arrives.
    fn is_carried(&mut self, direction: Direction, call: CallId) -> Result<bool> {
        let (rate, seed) = (self.rate_of(direction)?, self.fresh_stimulus());
        let samples = stimulus::voice(seed, rate, BURST.as_secs_f64());
        let spoken = self.speak(direction, call, samples.clone(), rate)?.spoken.instant();
        let to = spoken + BURST + LATEST;
        self.bench.clock().wait_until(to + BUFFERED)?;
        let heard = self.listen(direction, call, spoken, to)?;
        let spoken = Signal::new(&samples, f64::from(rate));
        Ok(fidelity(spoken, Signal::new(&heard.samples, heard.rate), CHANNEL_RATE).is_some())
    }

    /// By the quickest way that the rig has: a power-on where the post tests itself after one, else the time that the
    /// rig names, from the last test that it told.
    pub fn come_to_own_test(&mut self) -> Result<()> {
        let tests = self.bench.rig.wiring.self_test.ok_or_else(|| {
            order(
                ("the rig does not say when the post tests itself", "opis stanowiska nie podaje, kiedy punkt wykonuje autotest"),
                ("write self-test to the roles", "dopisz self-test w sekcji roles"),
            )
        })?;
        let due = match tests.after_power_on.filter(|_| self.bench.has(Circuit::Mains)) {
            Some(after) => {
                self.mains_off()?;
                self.bench.wait::<Fault>(OFF_FOR)?;
                self.mains_on()?;
                let on = self.deeds.last(What::Mains { on: true }).unwrap_or_else(|| Moment::stamped(self.bench.now(), 0.0));
                // One that takes long to start is awaited: nobody could call it before.
                self.registered_after(on, READY_WITHIN.as_secs_f64())?;
                on.instant() + after
            }
            None => {
                let last = self.own_test_since(self.began, self.bench.now() + tests.every + LATER_BY)?;
                last.map_or(self.bench.now(), Moment::instant) + tests.every
            }
        };
        let beforehand = due.as_secs_f64() - BEFOREHAND.as_secs_f64();
        self.bench.clock().wait_until(Instant::from_secs_f64(beforehand.max(0.0)).max(self.bench.now()))?;
        self.deeds.add(What::OwnTestDue, Moment::stamped(due, 0.0), Proof::Stamp);
        Ok(())
    }

    /// Presses when the test is under way that was said to be near: after a power-on it comes as soon as it came after
    /// the others in this scenario.
    pub fn press_in_own_test(&mut self, hold: Duration) -> Result<()> {
        let due = self.own_test_due()?;
        let told = self.told_after_power_on().zip(self.deeds.last(What::Mains { on: true }));
        let told = told.map_or(due.instant(), |(after, on)| on.instant() + after);
        let under_way = told.as_secs_f64() - BEFORE_TOLD.as_secs_f64();
        self.bench.clock().wait_until(Instant::from_secs_f64(under_way.max(0.0)).max(self.bench.now()))?;
        self.press(hold)
    }

    /// How soon after a power-on the first test was told in this scenario, where nothing put it off.
    fn told_after_power_on(&self) -> Option<Duration> {
        let ons = self.deeds.all().filter(|(_, what)| *what == What::Mains { on: true }).map(|(at, _)| at.instant());
        let told = |on: Instant| self.bench.record.notices_since(on).find(|notice| is_test(&notice.value.text)).map(|n| n.at);
        ons.filter_map(|on| Some(told(on)?.since(on))).min()
    }

    /// T35, loudspeaker.
    pub fn broken_loudspeaker_told_within(&mut self, limit: Duration) -> Result<()> {
        self.broken_sound_told_within(&LOUDSPEAKER_TOLD, What::Loudspeaker { connected: false }, Circuit::Loudspeaker, limit)
    }
    /// T35, microphone.
    pub fn broken_microphone_told_within(&mut self, limit: Duration) -> Result<()> {
        self.broken_sound_told_within(&MICROPHONE_TOLD, What::Microphone { connected: false }, Circuit::Microphone, limit)
    }

    fn broken_sound_told_within(&mut self, quantity: &Quantity, deed: What, circuit: Circuit, limit: Duration) -> Result<()> {
        let parted = self.deeds.last(deed).ok_or_else(|| {
            order(
                ("loudspeaker and microphone are connected", "głośnik i mikrofon są podłączone"),
                ("disconnect one of them first", "najpierw odłącz głośnik lub mikrofon"),
            )
        })?;
        let due = self.own_test_due()?;
        let from = if due.seconds > parted.seconds { due } else { parted };
        let found = self.await_notice(parted.instant(), from.seconds - parted.seconds + limit.as_secs_f64() * 2.0, |told| {
            told == "FAULT sound"
        })?;
        if found.is_none() && self.deeds.proof(deed) != Some(Proof::Effect) {
            let unseen = ("nothing shows that the post lost it", "nic nie wskazuje, by punkt go utracił");
            return Err(self.bench.unfelt(circuit, unseen).into());
        }
        // A post that notices before its test is none the worse.
        let found = found.map(|found| if found.seconds < from.seconds { from } else { found });
        self.judge_within(quantity, from, found, limit.as_secs_f64())
    }

    /// T35, once it is repaired: by the next of the tests that follow a failed one.
    pub fn repaired_sound_cleared_within(&mut self, limit: Duration) -> Result<()> {
        let joined = [What::Loudspeaker { connected: true }, What::Microphone { connected: true }];
        let joined = joined.into_iter().filter_map(|deed| self.deeds.last(deed)).max_by(|a, b| a.seconds.total_cmp(&b.seconds));
        let joined = joined.ok_or_else(|| {
            order(
                ("loudspeaker and microphone were not connected again", "głośnika i mikrofonu nie podłączono ponownie"),
                ("connect it again first", "najpierw podłącz go ponownie"),
            )
        })?;
        let found = self.await_notice(joined.instant(), limit.as_secs_f64() * 2.0, |told| told == "CLEAR sound")?;
        self.judge_within(&CLEARED, joined, found, limit.as_secs_f64())
    }

    /// T34, where a talk was in its way.
    pub fn tests_itself_within(&mut self, limit: Duration) -> Result<()> {
        let due = self.own_test_due()?;
        let found = self.own_test_since(due.instant(), self.bench.now() + LATER_BY)?;
        let Some(found) = found else { return self.judge_absent(&SINCE_LAST) };
        let record = &self.bench.record;
        let mut before =
            record.notices_since(self.began).filter(|notice| is_test(&notice.value.text) && notice.at < due.instant());
        let last = before.next_back().map_or(due, |notice| Moment::stamped(notice.at, notice.within.as_secs_f64()));
        drop(before);
        let limit = self.agreed(&SINCE_LAST, limit.as_secs_f64(), 0.0);
        self.bench.log.note(Bilingual::from((
            "a self-test that a talk stood in the way of is made up for",
            "autotest, którego termin przypadł w czasie rozmowy, został wykonany po niej",
        )));
        self.judge(&SINCE_LAST, found.since(last), Criterion::AtMost(limit))
    }

    fn own_test_due(&self) -> Result<Moment> {
        self.deeds.last(What::OwnTestDue).ok_or_else(|| {
            order(
                (
                    "the post has not been brought to its self-test in this scenario",
                    "w tym scenariuszu nie doczekano autotestu punktu",
                ),
                ("let the self-test come near first", "najpierw doczekaj terminu autotestu"),
            )
        })
    }

    fn own_test_since(&mut self, since: Instant, until: Instant) -> Result<Option<Moment>> {
        self.await_notice(since, until.since(since).as_secs_f64(), is_test)
    }
}

/// What the post tells of a test (post protocol, section 6).
fn is_test(told: &str) -> bool {
    told.starts_with("TEST ")
}
