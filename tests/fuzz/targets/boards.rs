//! What comes over the bench's serial lines: relay board, input board and console, all given the same bytes.

use hejnal::clock::{Instant, Stamped};
use hejnal::driver::{console::SerialConsole, inputs::Inputs, lcus::Lcus};
use hejnal::instrument::Instrument as _;
use hejnal::instrument::console::Console as _;
use hejnal::instrument::lamp::InputBoard as _;
use hejnal::instrument::port::Port;
use hejnal::instrument::relay::{Channel, Contact, RelayBoard as _};

/// A line that says its bytes in four pieces and takes whatever it is told.
struct Given(Vec<u8>, usize);

impl Port for Given {
    fn write(&mut self, _: &[u8]) -> hejnal::instrument::Result<Instant> {
        Ok(Instant::ZERO)
    }
    fn read(&mut self) -> hejnal::instrument::Result<Vec<Stamped<u8>>> {
        let piece = self.0.len() / 4 + 1;
        let from = self.1;
        self.1 = (from + piece).min(self.0.len());
        Ok(self.0[from..self.1].iter().map(|byte| Stamped::new(Instant::ZERO, *byte)).collect())
    }
    fn name(&self) -> String {
        "fuzz".to_owned()
    }
}

pub fn run(data: &[u8]) {
    let given = || Box::new(Given(data.to_vec(), 0));
    let (mut relays, mut console) = (Lcus::new(given(), 4), SerialConsole::new(given()));
    let Ok(mut inputs) = Inputs::new(given(), 8) else { return };
    for _ in 0..5 {
        let (_, _) = (relays.set(Channel(1), Contact::Closed), relays.get(Channel(1)));
        let (_, _, _) = (relays.identify(), inputs.identify(), inputs.edges());
        let _lines = console.lines();
    }
}
