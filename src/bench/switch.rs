//! The circuits a bench switches: button, mains, fibre, battery. Commanded through a relay, proved by a sense input.
//!
//! It needs a rig and the boards that switch and sense, and nothing else: no journal, no operator, no post. So a rig
//! can be made safe by whoever finds it left alone. A journal listens by standing before the relay boards that are
//! handed in.

mod opening;

use super::circuit::Circuit;
use super::ledger::{Ledger, Strange, closures};
use super::outage::Outages;
use super::{Bench, Moment, missing};
use crate::clock::{Clock, Instant, Interrupted, Stamped, poll};
use crate::instrument::lamp::{Edge, Input, InputBoard};
use crate::instrument::relay::{Channel, Contact, RelayBoard};
use crate::instrument::{InstrumentError, Result, Subsystem};
use crate::rig::{InputRef, Pole, Rig, Switch};
use crate::unit::{Bilingual, both, rectangular};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// A board that is asked for a state tells it within milliseconds.
const BOARD_ANSWERS_WITHIN: Duration = Duration::from_millis(300);
/// How often a board that was asked is looked at.
const ASK_EVERY: Duration = Duration::from_millis(2);
/// A relay of the button's kind moves this soon after its command, in seconds.
const QUICK_CONTACT_S: f64 = 0.025;
/// And, of the same contact, within so much of every other time.
const STEADY_CONTACT_S: f64 = 0.015;

/// The boards that switch and sense, under their names in the rig, and what was last commanded.
pub struct Switchgear {
    rig: Arc<Rig>,
    pub(super) clock: Arc<dyn Clock>,
    relays: BTreeMap<String, Box<dyn RelayBoard>>,
    inputs: BTreeMap<String, Box<dyn InputBoard>>,
    /// Boards that could not be opened, and why.
    unopened: BTreeMap<String, InstrumentError>,
    /// What each circuit was told and did, in the order of `Circuit::ALL`.
    ledgers: [Ledger; Circuit::ALL.len()],
    outages: Outages,
    disturbed: Instant,
}

impl Switchgear {
    pub(super) fn empty(rig: Arc<Rig>, clock: Arc<dyn Clock>) -> Switchgear {
        let (relays, inputs, ledgers) = (BTreeMap::new(), BTreeMap::new(), Default::default());
        let (unopened, outages, disturbed) = (BTreeMap::new(), Outages::default(), Instant::ZERO);
        Switchgear { rig, clock, relays, inputs, unopened, ledgers, outages, disturbed }
    }
    pub(super) fn add_relays(&mut self, name: &str, board: Box<dyn RelayBoard>) {
        self.relays.insert(name.into(), board);
    }
    pub(super) fn add_inputs(&mut self, name: &str, board: Box<dyn InputBoard>) {
        self.inputs.insert(name.into(), board);
    }

    /// Whether the rig has this circuit.
    pub fn has(&self, circuit: Circuit) -> bool {
        circuit.wiring(&self.rig.wiring).is_some()
    }

    /// What a circuit was last told; `None`: nothing yet.
    pub(super) fn told(&self, circuit: Circuit) -> Option<bool> {
        self.ledgers[circuit as usize].told()
    }

    fn wiring_of(&self, circuit: Circuit) -> Result<&Switch> {
        circuit.wiring(&self.rig.wiring).ok_or_else(|| missing(circuit.name()))
    }

    /// Commands a circuit; returns the moment the command had left. The contact follows; its sense input tells when.
    ///
    /// # Errors
    /// The rig has no such circuit, or its relay board failed.
    pub fn switch(&mut self, circuit: Circuit, closed: bool) -> Result<Instant> {
        let Switch { relay, contact, .. } = self.wiring_of(circuit)?.clone();
        let to = match (contact, closed) {
            (Pole::NormallyOpen, true) | (Pole::NormallyClosed, false) => Contact::Closed,
            _ => Contact::Open,
        };
        let board = self.relays.get_mut(&relay.board).ok_or_else(|| absent(&self.unopened, &relay.board))?;
        let at = board.set(Channel(relay.channel), to).map_err(|error| error.of(Subsystem::Relays))?;
        let ledger = &mut self.ledgers[circuit as usize];
        let before = ledger.told();
        ledger.command(at, closed);
        self.outages.switched(circuit, closed, at);
        if circuit.cuts_post_off() && before != Some(closed) {
            self.disturbed = at;
        }
        Ok(at)
    }

    /// Reads a circuit back by its sense input: the board is asked now, whatever it has told before.
    ///
    /// # Errors
    /// The rig has no such circuit, or its input board does not answer.
    pub fn is_closed<E: From<InstrumentError> + From<Interrupted>>(&mut self, circuit: Circuit) -> std::result::Result<bool, E> {
        let sense = self.wiring_of(circuit)?.sense.clone();
        self.is_lit(&sense)
    }

    /// Asks an input's board for its present state.
    pub(super) fn is_lit<E: From<InstrumentError> + From<Interrupted>>(
        &mut self,
        input: &InputRef,
    ) -> std::result::Result<bool, E> {
        let board = self.inputs.get_mut(&input.board).ok_or_else(|| absent(&self.unopened, &input.board))?;
        let asked = self.clock.now();
        let told = poll::<bool, E>(&*self.clock, asked + BOARD_ANSWERS_WITHIN, ASK_EVERY, || {
            Ok(board.is_lit(Input(input.input), asked).map_err(|error| error.of(Subsystem::Inputs))?)
        })?;
        told.ok_or_else(|| self.unanswered(input, asked).into())
    }

    /// No answer has come since it was asked: the board's failure, unless nobody was there to hear it.
    fn unanswered(&self, input: &InputRef, asked: Instant) -> InstrumentError {
        self.clock.stood_still(asked, self.clock.now()).map_or_else(|| silent(input), stood_still)
    }

    /// A relay that does not do as told is the bench's failure.
    pub fn unproved(&self, circuit: Circuit, closed: bool) -> InstrumentError {
        InstrumentError::new(
            format!("{} relay", circuit.name()),
            format!("get the {} {}", circuit.name(), circuit.state(closed)),
            Bilingual::new(
                "its sense input saw no change after the command",
                format!("po komendzie wejście kontrolne nie potwierdziło stanu: {}", circuit.in_state(closed).pl),
            ),
            (
                "check the relay board's supply and the wires of the relay and of its sense input",
                "sprawdź zasilanie modułu przekaźników oraz przewody przekaźnika i jego wejścia kontrolnego",
            ),
        )
        .of(Subsystem::Relays)
    }

    pub(super) fn outages(&self) -> &Outages {
        &self.outages
    }

    /// When mains or fibre were last switched, or a disturbance was noted.
    pub(super) fn disturbed(&self) -> Instant {
        self.disturbed
    }
    pub(super) fn note_disturbance(&mut self, at: Instant) {
        self.disturbed = at;
    }

    /// All changes of all inputs since the last call, board by board in the order of their names, with what their
    /// stamps are worth.
    ///
    /// # Errors
    /// A board failed, or a circuit's relay or its sense did what they cannot do if they are in order.
    pub(super) fn edges(&mut self, mut tell: impl FnMut(&str, Duration, Vec<Stamped<Edge>>)) -> Result<()> {
        let mut outcome = Ok(());
        for (name, board) in &mut self.inputs {
            let edges = board.edges().map_err(|error| error.of(Subsystem::Inputs))?;
            let late = board.stamp_uncertainty().max(0.0);
            for (circuit, ledger) in Circuit::ALL.into_iter().zip(&mut self.ledgers) {
                let Some(sense) = circuit.wiring(&self.rig.wiring).map(|switch| &switch.sense) else { continue };
                let own = edges.iter().filter(|edge| sense.board == *name && edge.value.input.0 == sense.input);
                for edge in own {
                    let attended = |from| self.clock.stood_still(from, edge.at.max(from)).is_none();
                    outcome = outcome.and(account(circuit, ledger, edge, late, attended));
                }
            }
            tell(name, Duration::from_secs_f64(late), edges);
        }
        Circuit::ALL.into_iter().try_fold((), |(), circuit| self.check_overdue(circuit)).and(outcome)
    }

    /// A command that no change has followed is the relay's failure, unless the input board has said nothing at all
    /// since.
    fn check_overdue(&mut self, circuit: Circuit) -> Result<()> {
        let now = self.clock.now();
        let Some((commanded, closed)) = self.ledgers[circuit as usize].overdue(now) else { return Ok(()) };
        let sense = self.wiring_of(circuit)?.sense.clone();
        let board = self.inputs.get_mut(&sense.board).ok_or_else(|| missing(&sense.board))?;
        let told = board.is_lit(Input(sense.input), commanded).map_err(|error| error.of(Subsystem::Inputs))?;
        if told.is_none() && now.since(commanded) < BOARD_ANSWERS_WITHIN * 4 {
            return Ok(());
        }
        self.ledgers[circuit as usize].give_up();
        Err(if told.is_some() { self.unproved(circuit, closed) } else { self.unanswered(&sense, commanded) })
    }

    /// Whoever asked for the proof of a circuit's last command has been answered: it stands so.
    pub(super) fn settle(&mut self, circuit: Circuit, closed: bool) {
        self.ledgers[circuit as usize].settle(closed);
    }

    /// How long a circuit's contact takes from its command to its sense: shortest, typical and longest, in seconds.
    pub(super) fn delays(&self, circuit: Circuit, closed: bool) -> Option<super::ledger::Delays> {
        self.ledgers[circuit as usize].delays(closed)
    }

    /// How much later than the change itself a stamp of this input may be, in seconds (95 %).
    fn lateness(&self, input: &InputRef) -> f64 {
        let stated = self.inputs.get(&input.board).map_or(0.0, |board| board.stamp_uncertainty());
        let is_sensed_here = |circuit: &Circuit| circuit.wiring(&self.rig.wiring).is_some_and(|s| s.sense.board == input.board);
        // What was seen to be worse than stated counts as it was seen.
        let button = Some(Circuit::Button).filter(is_sensed_here);
        let seen = button.into_iter().flat_map(|button| [true, false].map(|closed| self.delays(button, closed)));
        seen.flatten().map(|delays| delays.spread()).fold(stated, f64::max)
    }
}

/// The bench's own process had to wait for the processor, or the machine slept.
pub fn stood_still(still: Duration) -> InstrumentError {
    let cause = both!(
        "it stood still for {} ms in all while it should have watched",
        "wstrzymany łącznie przez {} ms; w tym czasie niczego nie rejestrował",
        still.as_millis()
    );
    let remedy = (
        "close what else runs on this machine, keep it from sleeping, and run the scenario again",
        "zamknij inne programy na tym komputerze, wyłącz jego usypianie i powtórz scenariusz",
    );
    InstrumentError::new("bench process", "watch without a pause", cause, remedy).of(Subsystem::Process)
}

/// No such board is at hand: it could not be opened, or the rig does not name it.
fn absent(unopened: &BTreeMap<String, InstrumentError>, board: &str) -> InstrumentError {
    unopened.get(board).cloned().unwrap_or_else(|| missing(board))
}

/// A board that was asked and says nothing.
fn silent(input: &InputRef) -> InstrumentError {
    InstrumentError::new(
        "input board",
        format!("tell the state of {}/{}", input.board, input.input),
        Bilingual::new(
            "it was asked and has not answered",
            format!("brak odpowiedzi na pytanie o stan wejścia {}/{}", input.board, input.input),
        ),
        (
            "check the input board's supply and its USB lead: what it last told is not known to be so any more",
            "sprawdź zasilanie i przewód USB modułu wejść: nie wiadomo, czy ostatnio podany stan jest nadal aktualny",
        ),
    )
    .of(Subsystem::Inputs)
}

/// Enters a change of a circuit's sense input. What cannot be is a failure of the relay's or of the input board's.
fn account(
    circuit: Circuit,
    ledger: &mut Ledger,
    edge: &Stamped<Edge>,
    late: f64,
    attended: impl Fn(Instant) -> bool,
) -> Result<()> {
    let ms = |seconds: f64| format!("{:.1} ms", seconds * 1e3);
    let name = circuit.name();
    let stamps = |action: &str, cause: Bilingual| {
        let remedy = (
            "look for a hub, a cable or a program that holds the input board's reports back, then at the relay itself",
            "poszukaj koncentratora, przewodu lub programu, który opóźnia zgłoszenia modułu wejść, a potem sprawdź sam przekaźnik",
        );
        Err(InstrumentError::new("input board", action, cause, remedy).of(Subsystem::Inputs))
    };
    match ledger.changed(edge.at, edge.value.lit, attended) {
        Err(Strange::Uncommanded { at, closed }) => Err(InstrumentError::new(
            format!("{name} relay"),
            "move on command alone",
            Bilingual::new(
                format!("its sense input saw the {name} {} at {at} although nobody had told it to", circuit.state(closed)),
                format!("wejście kontrolne wykryło bez żadnej komendy stan: {} ({at})", circuit.in_state(closed).pl),
            ),
            ("look for a loose wire at the relay and at its sense input, and for anybody else who commands the relay board", "sprawdź, czy przy przekaźniku i jego wejściu kontrolnym nie ma luźnego przewodu i czy nikt inny nie steruje modułem przekaźników"),
        )
        .of(Subsystem::Relays)),
        Err(Strange::BeforeItsCommand { by }) => {
            let pl = circuit.in_state(edge.value.lit).pl;
            let by = ms(by);
            stamps("stamp a change", both!("the {name}'s sense input saw the contact move {by} before its command", "wejście kontrolne wykryło zmianę styku {by} przed komendą ({pl})"))
        }
        Ok(Some(delay)) if circuit == Circuit::Button && delay > QUICK_CONTACT_S + late => stamps(
            "tell a change in time",
            both!(
                "the button's sense input saw the contact {} after its command: a relay takes at most {}, and a stamp of this board should be at most {} late",
                "wejście kontrolne przycisku wykryło zmianę styku {} po komendzie: przekaźnik potrzebuje najwyżej {}, a znacznik czasu tego modułu może się spóźnić najwyżej o {}",
                ms(delay),
                ms(QUICK_CONTACT_S),
                ms(late)
            ),
        ),
        Ok(Some(_)) if circuit == Circuit::Button => {
            match ledger.delays(edge.value.lit).filter(|all| all.spread() > STEADY_CONTACT_S + late) {
                Some(all) => stamps(
                    "stamp a change",
                    both!(
                        "one and the same contact was seen between {} and {} after its command",
                        "zmianę tego samego styku wejście kontrolne wykrywa raz {}, raz {} po komendzie",
                        ms(all.shortest),
                        ms(all.longest)
                    ),
                ),
                None => Ok(()),
            }
        }
        Ok(_) => Ok(()),
    }
}

impl Bench {
    /// Whether the rig switches this circuit.
    pub fn has(&self, circuit: Circuit) -> bool {
        self.gear.has(circuit)
    }

    /// As [`Switchgear::switch`].
    pub fn switch(&mut self, circuit: Circuit, closed: bool) -> Result<Instant> {
        self.gear.switch(circuit, closed)
    }

    /// As [`Switchgear::is_closed`].
    pub fn is_closed<E: From<InstrumentError> + From<Interrupted>>(&mut self, circuit: Circuit) -> std::result::Result<bool, E> {
        self.gear.is_closed(circuit)
    }

    /// The stretches in which a circuit's sense input saw it closed, from `from` on.
    pub fn closures(&self, circuit: Circuit, from: Instant) -> Vec<(Instant, Instant)> {
        let Some(switch) = circuit.wiring(&self.rig.wiring) else { return Vec::new() };
        let changes = self.record.edges(&switch.sense).iter().filter(|change| change.at >= from);
        closures(&changes.map(|change| (change.at, change.value)).collect::<Vec<_>>())
    }

    /// Whether it has been seen how long a circuit's contact takes to close and to open.
    pub fn knows_delays(&self, circuit: Circuit) -> bool {
        [false, true].iter().all(|closed| self.gear.delays(circuit, *closed).is_some())
    }

    /// By how much later than it closes a circuit's contact opens after its command, in seconds; 0 where that is not
    /// known yet.
    pub fn opens_later_by(&self, circuit: Circuit) -> f64 {
        let [opening, closing] = [false, true].map(|closed| self.gear.delays(circuit, closed).map(|delays| delays.typical()));
        opening.zip(closing).map_or(0.0, |(opening, closing)| opening - closing)
    }

    /// How much later than the change itself a stamp of a circuit's sense may be, in seconds.
    pub fn sense_lateness(&self, circuit: Circuit) -> f64 {
        circuit.wiring(&self.rig.wiring).map_or(0.0, |switch| self.gear.lateness(&switch.sense))
    }

    /// The first change of a circuit's sense input to `closed` from `since` on; `None`: not seen yet.
    pub fn proved(&self, circuit: Circuit, closed: bool, since: Instant) -> Option<Moment> {
        self.first_change(&circuit.wiring(&self.rig.wiring)?.sense, closed, since)
    }

    /// The first change of an input to `lit` from `since` on.
    pub fn first_change(&self, input: &InputRef, lit: bool, since: Instant) -> Option<Moment> {
        let found = self.record.changes(input, lit, since, None).next()?;
        Some(self.input_moment(input, found))
    }

    /// The moment of an input's change: a stamp is only ever late, by up to the board's figure, so the middle is the
    /// best estimate.
    pub fn input_moment(&self, input: &InputRef, stamp: Instant) -> Moment {
        let late = self.gear.lateness(input);
        Moment { seconds: stamp.as_secs_f64() - late / 2.0, uncertainty: rectangular(late / 2.0) }
    }
}

#[cfg(test)]
mod tests;
