//! The bench's sound held against itself where it is in order and where it is not.

use super::*;
use crate::bench::safe::Unread;
use crate::bench::{Opening, open};
use crate::rig;
use std::path::Path;
use std::sync::Arc;

const RATE: f64 = 48_000.0;

fn torn_of(change: impl Fn(usize, f32) -> f32) -> usize {
    let sent = stimulus::steady_noise(3, 48_000, LOOPED_S);
    let mut came = vec![0.0; 4_800];
    came.extend(sent.iter().enumerate().map(|(n, x)| change(n, *x)));
    came.resize(60_000, 0.0);
    torn_pieces(&align(Signal::new(&sent, RATE), Signal::new(&came, RATE)).expect("it came back"))
}

#[test]
fn a_bench_in_order_hears_itself_and_what_is_fainter_as_much_fainter() {
    let folder = tempfile::tempdir().expect("a folder");
    let rig = Arc::new(rig::load(Path::new("rigs/virtual.yaml")).expect("a rig that is shipped"));
    let opening = Opening { rig, seed: 1, folder: folder.path().to_path_buf(), onlookers: Vec::new(), preamble: Vec::new() };
    let mut bench = open(opening).expect("the virtual post");
    bench.prove_operator::<Unread>().expect("the desk answers");
    bench.calibrate_card::<Unread>().expect("it is looped back");
    let round_trip = bench.sound.values().next().expect("one card").round_trip;
    assert!((0.0..0.1).contains(&round_trip), "{round_trip} s");
    bench.prove_card::<Unread>().expect("it returns what was sent, as late as before");
    let mut heard = |level| bench.mouth_at_ear::<Unread>(level).expect("in order").flatten().expect("it is heard");
    let (usual, fainter) = (heard(1.0), heard(FAINTER));
    assert!((0.0..AIR_WITHIN_S).contains(&usual.late), "{usual:?}");
    assert!((usual.gain - usual.linear).abs() < LINEAR_WITHIN_DB, "{usual:?}");
    assert!((usual.linear - fainter.linear).abs() < LINEAR_WITHIN_DB, "{usual:?} {fainter:?}");
    let less = usual.spl.zip(fainter.spl).map(|(usual, fainter)| usual - fainter).expect("the rig states its levels");
    assert!((less + 20.0 * f64::from(FAINTER).log10()).abs() < LINEAR_WITHIN_DB, "{less} dB");
    // No post is there to be shut out.
    bench.prove_way_in::<Unread>().expect("nobody is heard, spoken to or not");
}

#[test]
fn a_loop_back_that_loses_a_few_milliseconds_is_not_whole() {
    assert_eq!([1.0, 0.2, -0.5].map(|gain| torn_of(|_, x| gain * x)), [0, 0, 0]);
    assert_eq!(torn_of(|n, x| x + 0.002 * ((n * 7919 % 101) as f32 / 50.0 - 1.0)), 0, "a little noise");
    assert_eq!(torn_of(|n, x| if n < 480 { 0.0 } else { x }), 0, "where a filter settles");
    for hole in [96usize, 480, 4_800] {
        let torn = torn_of(|n, x| if (20_000..20_000 + hole).contains(&n) { 0.0 } else { x });
        assert!(torn > 0 && torn <= hole / 48 + 1, "{hole}: {torn}");
    }
}
