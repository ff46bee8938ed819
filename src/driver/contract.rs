//! What every relay board must do, whoever makes it and whatever leads to it: one list, which each driver's tests run.

use crate::clock::Clock;
use crate::instrument::relay::{Channel, Contact, RelayBoard};

/// Runs the list on a board with so many relays; `closed` tells which contacts the far end has closed at present.
pub(super) fn holds_for(board: &mut dyn RelayBoard, relays: u8, clock: &dyn Clock, closed: &dyn Fn() -> Vec<bool>) {
    let identity = board.identify().expect("it says what it is");
    assert!(!identity.model.is_empty() && !identity.unit.is_empty(), "{identity:?}");
    assert_eq!(board.identify(), Ok(identity), "the same whenever it is asked");
    board.make_safe().expect("it can be made safe before anything else");
    assert_eq!(closed(), vec![false; usize::from(relays)], "safe is open");
    for channel in 1..=relays {
        // A command that changes nothing is one like any other.
        for to in [Contact::Closed, Contact::Closed, Contact::Open, Contact::Open] {
            let before = clock.now();
            let left = board.set(Channel(channel), to).expect("it switches");
            assert!(left >= before, "a command leaves after it was given");
            let wanted: Vec<bool> = (1..=relays).map(|other| other == channel && to == Contact::Closed).collect();
            assert_eq!(closed(), wanted, "relay {channel} alone follows");
            assert_eq!(board.get(Channel(channel)), Ok(to));
        }
    }
    for channel in (1..=relays).filter(|channel| channel % 2 == 1) {
        board.set(Channel(channel), Contact::Closed).expect("it switches");
    }
    let before = closed();
    for beyond in [0, relays + 1, u8::MAX] {
        for error in [board.set(Channel(beyond), Contact::Closed).err(), board.get(Channel(beyond)).err()] {
            let error = error.expect("there is no such relay");
            assert!(error.cause.en.contains(&format!("relays 1 to {relays}")), "{error}");
            assert!(error.cause.pl.contains(&format!("od 1 do {relays}")), "{error:?}");
            assert!(!error.remedy.en.is_empty() && !error.remedy.pl.is_empty());
        }
    }
    assert_eq!(closed(), before, "what it does not have it leaves alone");
    board.make_safe().expect("it can be made safe");
    assert_eq!(closed(), vec![false; usize::from(relays)], "safe is open, whatever was");
}
