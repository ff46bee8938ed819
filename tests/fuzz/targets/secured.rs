//! Packets at a secured call: what was sealed under other keys is never opened, and what we seal the other end opens,
//! once.

use hejnal::clock::Instant;
use hejnal::rtp::packet::is_rtp_or_rtcp;
use hejnal::rtp::report::{Calendar, Reporting};
use hejnal::rtp::srtp::{Flaw, Guard, Master, Tag};
use std::time::Duration;

pub fn run(data: &[u8]) {
    let calendar = Calendar { beginning: Duration::ZERO };
    let mut reporting = Reporting::started(Instant::ZERO, calendar, 7, 8000, 1);
    let far = reporting.received(Instant::ZERO, data);
    assert!(far.is_none_or(|view| view.fraction < 1.0 && view.jitter.is_none_or(f64::is_finite)));
    for tag in [Tag::Bits80, Tag::Bits32] {
        let (own, theirs) = (Master { tag, key: [1; 30] }, Master { tag, key: [2; 30] });
        let (mut here, mut there) = (Guard::under(&own, &theirs), Guard::under(&theirs, &own));
        assert!(here.open(data).is_err(), "nobody but the other end could have sealed it");
        let Some(sealed) = here.seal(data) else { continue };
        assert!(is_rtp_or_rtcp(data));
        assert_eq!(there.open(&sealed).as_deref(), Ok(data));
        assert_eq!(there.open(&sealed), Err(Flaw::Replayed));
    }
}
