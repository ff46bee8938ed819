//! A stream of RTP packets, each a length and that many bytes, through timeline, statistics and playout.

use hejnal::clock::Instant;
use hejnal::rtp::axis::Axis;
use hejnal::rtp::codec::Codec;
use hejnal::rtp::digits::Digits;
use hejnal::rtp::packet::Packet;
use hejnal::rtp::playout::Playout;
use hejnal::rtp::stats::Meter;

pub fn run(data: &[u8]) {
    let (mut playout, mut meter, mut digits) = (Playout::on(Axis::starting(Instant::ZERO)), Meter::default(), Digits::default());
    let (mut rest, mut millis) = (data, 0u64);
    while let Some((&length, after)) = rest.split_first() {
        let (bytes, next) = after.split_at(usize::from(length).min(after.len()));
        rest = next;
        let Some(packet) = Packet::parse(bytes) else { continue };
        assert!(packet.payload.len() + 12 <= bytes.len());
        millis += u64::from(packet.payload_type);
        let at = Instant::from_nanos(millis * 1_000_000);
        let rate = if packet.marker { 48_000 } else { 8000 };
        let place = playout.place(at, &packet, rate);
        let _key = digits.received(&packet);
        if meter.received(at, &packet, place) {
            playout.receive(at, place, Codec::Pcma, packet.payload);
        }
    }
    let end = playout.end();
    assert!(playout.heard(end.saturating_sub(800), end).iter().all(|sample| sample.is_finite()));
    let stats = meter.stats();
    assert!(stats.jitter.is_finite() && stats.duplicates + stats.reordered <= stats.packets);
}
