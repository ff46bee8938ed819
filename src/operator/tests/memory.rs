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
        most = most.max(s.desk.invites.len().max(s.desk.servers.len()));
    }
    // Two calls a second, for 64 · T1 each, and the one that has just come.
    assert!(most <= 65, "{most} transactions at a time");
    s.pass(s.now + 32_001);
    let left = (s.desk.calls.len(), s.desk.invites.len(), s.desk.servers.len(), s.desk.clients.len());
    assert_eq!((left, s.desk.past.len()), ((0, 0, 0, 0), PAST_CALLS));
    assert!(s.desk.ports.len() <= 11 && s.desk.reported.is_empty(), "ports are used in turn");
}
