//! The switchgear on boards that do only what a test has them do.

use super::*;
use crate::clock::Guard;
use crate::instrument::{Identity, Instrument};
use crate::rig;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

const STATED: f64 = 0.002;

#[derive(Default)]
struct Bench {
    now: AtomicU64,
    guard: Guard,
    still: Mutex<Option<(Instant, Instant)>>,
    /// Reports not yet collected, and what the board answers when asked.
    told: Mutex<Vec<Stamped<Edge>>>,
    answers: Mutex<Option<bool>>,
}

impl Clock for Bench {
    fn now(&self) -> Instant {
        ms(self.now.load(Ordering::Relaxed))
    }
    fn wait_until(&self, deadline: Instant) -> std::result::Result<(), Interrupted> {
        self.now.store(deadline.as_nanos().div_ceil(1_000_000), Ordering::Relaxed);
        Ok(())
    }
    fn guard(&self) -> &Guard {
        &self.guard
    }
    fn stood_still(&self, from: Instant, to: Instant) -> Option<Duration> {
        let still = self.still.lock().expect("one thread").filter(|(began, ended)| *began < to && *ended > from);
        still.map(|(began, ended)| ended.since(began))
    }
}

struct Board(Arc<Bench>);

impl Instrument for Board {
    fn identify(&mut self) -> Result<Identity> {
        Ok(Identity { model: "board".into(), unit: "test".into() })
    }
    fn make_safe(&mut self) -> Result<()> {
        Ok(())
    }
}
impl RelayBoard for Board {
    fn set(&mut self, _: Channel, _: Contact) -> Result<Instant> {
        Ok(self.0.now())
    }
    fn get(&mut self, _: Channel) -> Result<Contact> {
        Ok(Contact::Open)
    }
}
impl InputBoard for Board {
    fn edges(&mut self) -> Result<Vec<Stamped<Edge>>> {
        Ok(std::mem::take(&mut *self.0.told.lock().expect("one thread")))
    }
    fn is_lit(&mut self, _: Input, _: Instant) -> Result<Option<bool>> {
        Ok(*self.0.answers.lock().expect("one thread"))
    }
    fn stamp_uncertainty(&self) -> f64 {
        STATED
    }
}

const fn ms(ms: u64) -> Instant {
    Instant::from_nanos(ms * 1_000_000)
}

struct Stage {
    gear: Switchgear,
    bench: Arc<Bench>,
}

impl Stage {
    fn set() -> Stage {
        let rig = Arc::new(rig::load(Path::new("rigs/virtual-new-post.yaml")).expect("a rig that is shipped"));
        let (bench, wiring) = (Arc::new(Bench::default()), rig.wiring.clone());
        let mut gear = Switchgear::empty(rig, Arc::clone(&bench) as Arc<dyn Clock>);
        gear.add_relays("relays", Box::new(Board(Arc::clone(&bench))));
        gear.add_inputs("inputs", Box::new(Board(Arc::clone(&bench))));
        let mut stage = Stage { gear, bench };
        // Where a circuit stands before its first command nobody knows.
        for circuit in Circuit::ALL.into_iter().filter(|circuit| circuit.wiring(&wiring).is_some()) {
            stage.told(0, circuit, circuit.is_closed_when_safe(), 5).expect("in order");
        }
        stage
    }
    fn at(&self, millis: u64) {
        self.bench.now.store(millis, Ordering::Relaxed);
    }
    /// Tells a circuit at a moment, and has its change reported so many milliseconds later.
    fn told(&mut self, at: u64, circuit: Circuit, closed: bool, later: u64) -> Result<()> {
        self.at(at);
        self.gear.switch(circuit, closed)?;
        self.at(at + later);
        let sense = circuit.wiring(&self.gear.rig.wiring).expect("wired").sense.input;
        let edge = Edge { input: Input(sense), lit: closed };
        self.bench.told.lock().expect("one thread").push(Stamped::new(ms(at + later), edge));
        self.gear.edges(|_, _, _| {})
    }
    fn accused(&mut self) -> Option<Subsystem> {
        self.gear.edges(|_, _, _| {}).err().map(|error| error.part)
    }
}

#[test]
fn a_command_that_nothing_followed_is_the_relays_failure_unless_the_board_is_silent() {
    let mut stage = Stage::set();
    stage.at(1000);
    stage.gear.switch(Circuit::Button, true).expect("the board works");
    let mut look = |millis, answers| {
        stage.at(millis);
        *stage.bench.answers.lock().expect("one thread") = answers;
        stage.accused()
    };
    assert_eq!(look(1500, Some(false)), None, "it may still follow");
    assert_eq!(look(1700, None), None, "the board has been asked, and has not had the time to answer");
    assert_eq!(look(1710, Some(false)), Some(Subsystem::Relays));
    assert_eq!(look(1720, Some(false)), None, "said once");
    let mut stage = Stage::set();
    stage.at(1000);
    stage.gear.switch(Circuit::Button, true).expect("the board works");
    stage.at(2300);
    assert_eq!(stage.accused(), Some(Subsystem::Inputs), "nobody answers for the relay");
    stage.at(5000);
    stage.gear.switch(Circuit::Fibre, false).expect("the board works");
    stage.at(6300);
    *stage.bench.still.lock().expect("one thread") = Some((ms(5100), ms(5900)));
    assert_eq!(stage.accused(), Some(Subsystem::Process), "it may have answered while the bench stood still");
}

#[test]
fn a_contact_of_the_buttons_kind_is_seen_soon_and_always_as_soon() {
    let mut stage = Stage::set();
    let mut accused = |at, circuit, closed, later| stage.told(at, circuit, closed, later).err().map(|error| error.part);
    assert_eq!(accused(1000, Circuit::Button, true, 7), None);
    assert_eq!(accused(2000, Circuit::Button, false, 27), None, "a contact opens and closes as it likes");
    assert_eq!(accused(3000, Circuit::Button, false, 7), None);
    assert_eq!(accused(4000, Circuit::Button, true, 25), Some(Subsystem::Inputs), "18 ms later than the first time");
    assert_eq!(accused(5000, Circuit::Mains, false, 60), None, "a contactor is slow");
    let mut stage = Stage::set();
    assert!(stage.told(1000, Circuit::Button, true, 26).is_ok(), "as late as a relay, and its stamp a little later");
    let mut stage = Stage::set();
    assert!(stage.told(1000, Circuit::Button, true, 28).is_err(), "beyond what a relay takes and a stamp is worth");
}

#[test]
fn one_pause_of_the_bench_accuses_no_board_now_or_later() {
    let mut stage = Stage::set();
    *stage.bench.still.lock().expect("one thread") = Some((ms(1010), ms(1080)));
    assert_eq!(stage.told(1000, Circuit::Button, true, 80), Ok(()));
    assert_eq!(stage.told(2000, Circuit::Button, false, 7), Ok(()));
    assert_eq!(stage.told(3000, Circuit::Button, true, 7), Ok(()));
    assert_eq!(stage.gear.delays(Circuit::Button, true).map(|delays| delays.longest), Some(0.007));
}

#[test]
fn a_stamp_is_worth_what_its_board_states_or_what_was_seen_where_that_is_worse() {
    let mut stage = Stage::set();
    let lateness = |stage: &Stage, board: &str| stage.gear.lateness(&InputRef { board: board.into(), input: 1 });
    assert_eq!((lateness(&stage, "inputs"), lateness(&stage, "elsewhere")), (STATED, 0.0));
    stage.told(1000, Circuit::Button, true, 6).expect("in order");
    stage.told(2000, Circuit::Button, false, 6).expect("in order");
    stage.told(3000, Circuit::Button, true, 16).expect("in order");
    assert!((lateness(&stage, "inputs") - 0.010).abs() < 1e-9);
}
