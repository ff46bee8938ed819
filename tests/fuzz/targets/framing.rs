//! A connection's bytes in pieces: no panic, and nothing taken that did not come.

use hejnal::sip::framing::{Framed, Framer};

pub fn run(data: &[u8]) {
    let (mut framer, mut taken) = (Framer::default(), 0);
    let size = data.first().map_or(1, |first| usize::from(*first) + 1);
    for piece in data.chunks(size) {
        let Ok(complete) = framer.received(piece) else { return };
        taken += complete.iter().map(|one| if let Framed::Message(bytes) = one { bytes.len() } else { 4 }).sum::<usize>();
    }
    assert!(taken <= data.len());
}
