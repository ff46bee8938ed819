//! Session timers as a post meets them.

use super::*;
use crate::instrument::operator::Refresher;

fn call_with(s: &mut Scene, more: &str) -> String {
    let invite = s.invite_with("c1", more, &offer("8", 4000, ""));
    let ok = s.send(&invite).pop().expect("an answer");
    let ack = s.within("ACK", &ok, 1, "");
    s.send(&ack);
    s.events();
    ok
}

#[test]
fn a_post_that_refreshes_keeps_its_call_and_one_that_stops_loses_it() {
    let mut s = Scene::ready(AT_ONCE);
    let ok = call_with(&mut s, "Supported: timer\r\nSession-Expires: 90\r\n");
    assert!(ok.contains("Session-Expires: 90;refresher=uac\r\n") && ok.contains("Require: timer\r\n"), "{ok}");
    s.skip(46_000);
    let update = s
        .within("UPDATE", &ok, 2, "")
        .replace("Max-Forwards", "Supported: timer\r\nSession-Expires: 90;refresher=uac\r\nMax-Forwards");
    assert!(s.send(&update)[0].contains("Session-Expires: 90;refresher=uac\r\n"));
    assert!(s.events().contains(&CallEvent::Refreshed { call: CALL, by: Refresher::Them }));
    let reinvite = s
        .within("INVITE", &ok, 3, &offer("8", 4000, ""))
        .replace("Max-Forwards", "Supported: timer\r\nSession-Expires: 90;refresher=uac\r\nMax-Forwards");
    s.skip(91_000);
    let ok = s.send(&reinvite).pop().expect("200");
    let ack = s.within("ACK", &ok, 3, "");
    s.send(&ack);
    let bye = s.pass(300_000).into_iter().find(|(_, t)| t.starts_with("BYE ")).expect("a BYE");
    assert_eq!(bye.0, 91_000 + 60_000, "a third of the interval before its end");
    assert!(s.events().contains(&CallEvent::Ended { call: CALL, by: EndedBy::Silence }));
}

#[test]
fn we_refresh_by_update_where_the_post_allows_it() {
    let mut s = Scene::ready(AT_ONCE);
    let ok = call_with(&mut s, "Allow: INVITE, ACK, UPDATE\r\nSupported: timer\r\nSession-Expires: 100;refresher=uas\r\n");
    assert!(ok.contains("refresher=uas") && !ok.contains("Require"), "{ok}");
    let (at, update) = s.pass(51_000).remove(0);
    assert!(
        at == 51_000
            && update.starts_with("UPDATE sip:sos-1@10.0.0.2:5062 ")
            && update.contains("Session-Expires: 100;refresher=uac\r\n"),
        "{update}"
    );
    s.respond(&update, 200, "Session-Expires: 100;refresher=uac\r\n", "");
    assert!(s.events().contains(&CallEvent::Refreshed { call: CALL, by: Refresher::Us }));
    let (at, update) = s.pass(101_000).remove(0);
    assert_eq!(at, 101_000);
    let longer = s.respond(&update, 422, "Min-SE: 300\r\n", "").remove(0);
    assert!(longer.starts_with("UPDATE ") && longer.contains("Session-Expires: 300;"), "{longer}");
    s.respond(&longer, 481, "", "");
    assert_eq!(s.events().last(), Some(&CallEvent::Ended { call: CALL, by: EndedBy::Silence }));
}

#[test]
fn we_refresh_by_a_re_invite_that_changes_nothing_where_it_does_not() {
    let mut s = Scene::ready(AT_ONCE);
    s.behave(|how| how.session.ours = Some(Duration::from_secs(100)));
    let ok = call_with(&mut s, "");
    assert!(ok.contains("Session-Expires: 100;refresher=uas\r\n") && !ok.contains("Require"), "{ok}");
    let (at, invite) = s.pass(51_000).remove(0);
    assert!(
        at == 51_000 && invite.starts_with("INVITE ") && media_port(&invite) == 20000 && invite.contains("a=sendrecv"),
        "{invite}"
    );
    assert!(invite.contains(" 1 IN IP4 10.0.0.1\r\ns="), "the same version: nothing has changed");
    let ack = s.respond(&invite, 200, "Session-Expires: 100;refresher=uac\r\n", &offer("8", 4000, ""));
    assert!(ack[0].starts_with("ACK "));
    assert!(s.events().contains(&CallEvent::Refreshed { call: CALL, by: Refresher::Us }));
    assert_eq!(s.pass(101_000).len(), 1);
    s.skip(140_000);
    assert_eq!(s.events().last(), Some(&CallEvent::Ended { call: CALL, by: EndedBy::Silence }), "nobody answered the refresh");
}

#[test]
fn too_brief_a_session_is_refused() {
    let mut s = Scene::ready(AT_ONCE);
    let invite = s.invite_with("c1", "Supported: timer\r\nSession-Expires: 60\r\n", &offer("8", 4000, ""));
    let refused = s.send(&invite).pop().expect("422");
    assert!(status(&refused) == 422 && refused.contains("Min-SE: 90\r\n"), "{refused}");
}
