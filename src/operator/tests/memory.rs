//! What the desk keeps of calls that are over: little, and not for long.

use super::*;

#[test]
fn a_thousand_calls_leave_their_last_64_behind_and_nothing_else() {
    let mut s = Scene::ready(AT_ONCE);
    let mut most = 0;
    for n in 0..1000 {
        s.now += 500;
        s.pass(s.now);
        let ok = s.call(&format!("c{n}"));
        let bye = s.within("BYE", &ok, 2, "");
        assert_eq!(statuses(&s.send(&bye)), [200]);
        most = most.max(s.desk.cx.transactions().counts()[..2].iter().copied().max().unwrap_or(0));
    }
    // Two calls a second, for 64 · T1 each, and the one that has just come.
    assert!(most <= 65, "{most} transactions at a time");
    s.pass(s.now + 32_001);
    assert_eq!((s.desk.calls.living().len(), s.desk.cx.transactions().counts()), (0, [0; 3]));
    assert_eq!(s.desk.calls.all().count(), PAST_CALLS);
    assert!(s.desk.ports.count() <= 11, "ports are used in turn");
}
