//! How far the moment of each event is to be trusted.

use super::*;

/// In microseconds, of the events since the last look, in order.
fn trusted(s: &mut Scene) -> Vec<u128> {
    s.desk.take_events().iter().map(|event| event.within.as_micros()).collect()
}

#[test]
fn what_came_is_trusted_as_its_reception_and_what_we_did_as_its_leaving() {
    let mut s = Scene::ready(Answering::Manual);
    let invite = s.invite("c1", &offer("8", 4000, ""));
    let came = |at: u64| Circumstances { at: ms(at), within: Duration::from_micros(70), dscp: None };
    s.desk.datagram_that_came(came(2000), s.post, s.sip, invite.as_bytes());
    s.desk.outgoing_left(ms(2003));
    // What leaves later is no business of what has left.
    s.desk.outgoing_left(ms(2100));
    assert_eq!(trusted(&mut s), [70, 3000], "invited, ringing");
    s.desk.act(ms(2200), CALL, Action::Answer).expect("a call that rings");
    s.desk.outgoing_left(ms(2201));
    let ok = s.texts().pop().expect("200");
    let ack = s.within("ACK", &ok, 1, "");
    s.desk.datagram_that_came(came(2210), s.post, s.sip, ack.as_bytes());
    s.desk.outgoing_left(ms(2214));
    assert_eq!(trusted(&mut s), [1000, 70], "answered, confirmed");
    let way = Route { wire: crate::sip::route::Wire::Tcp, own: s.sip, peer: s.post };
    let bye = s.within("BYE", &ok, 2, "");
    s.desk.message(ms(2300), Duration::from_micros(500), way, bye.as_bytes());
    s.desk.outgoing_left(ms(2302));
    assert_eq!(trusted(&mut s), [500], "ended by the post");
}
