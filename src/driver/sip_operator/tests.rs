//! The operator through real sockets of the loop-back.

mod secure;
mod strangers;

use super::*;
use crate::clock::RealClock;
use crate::clock::wall_clock;
use crate::instrument::operator::{Action, Answering, Behaviour, CallEvent, Irregular, Operator};
use crate::operator::User;

fn config(ports: std::ops::RangeInclusive<u16>, sip: u16) -> DeskConfig {
    DeskConfig {
        seed: 1,
        sip: SocketAddr::from(([127, 0, 0, 1], sip)),
        backup: None,
        media_ports: ports,
        realm: "straz".to_owned(),
        users: vec![User { name: "sos-1".to_owned(), password: "tajne".to_owned() }],
        grants: crate::sip::registrar::LONGEST,
        operator_user: "operator".to_owned(),
        second_user: "operator2".to_owned(),
        behaviour: Behaviour::answering(Answering::Manual),
        max_calls: 1,
        ring_after: Duration::ZERO,
        codecs: crate::rtp::codec::Codec::G711.to_vec(),
        digests: vec![crate::sip::digest::Algorithm::Md5, crate::sip::digest::Algorithm::Sha256],
        calendar: crate::rtp::report::Calendar { beginning: wall_clock() },
        srtp: crate::sip::sdes::Srtp::Optional,
    }
}

fn check(ports: std::ops::RangeInclusive<u16>, sip: u16) -> Result<(SipOperator, Arc<dyn Clock>)> {
    let clock: Arc<dyn Clock> = Arc::new(RealClock::start());
    listen(Arc::clone(&clock), config(ports, sip)).map(|operator| (operator, clock))
}

#[test]
fn the_operator_finds_itself_through_the_loop_back_and_frees_its_ports() {
    let (mut operator, clock) = check(28_300..=28_303, 28_360).expect("free ports");
    let busy = check(28_300..=28_303, 28_360).map(|_| ());
    assert!(busy.is_err_and(|e| e.action.contains("127.0.0.1:28360")));
    let deadline = clock.now() + Duration::from_secs(2);
    let found = crate::clock::poll(&*clock, deadline, Duration::from_millis(2), || {
        Ok::<_, crate::clock::Interrupted>(operator.self_check().expect("sockets that work"))
    });
    assert_eq!(found, Ok(Some(true)));
    drop(operator);
    assert!(check(28_300..=28_303, 28_360).is_ok());
}

/// A post in plain text on a socket of its own.
struct Post(UdpSocket);

impl Post {
    fn ask(&self, to: &str, first: &str, cseq: &str, to_tag: &str, more: &str) -> String {
        let own = self.0.local_addr().expect("bound");
        let text = format!(
            "{first} SIP/2.0\r\nVia: SIP/2.0/UDP {own};branch=z9hG4bK{};rport\r\nFrom: <sip:sos-1@straz>;tag=p\r\n\
             To: <sip:{}@straz>{to_tag}\r\nCall-ID: live\r\nCSeq: {cseq}\r\nContact: <sip:sos-1@{own}>\r\n{more}",
            cseq.replace(' ', ""),
            if first.starts_with("REGISTER") { "sos-1" } else { "operator" }
        );
        self.0.send_to(text.as_bytes(), to).expect("sent");
        let mut answer = String::new();
        while !cseq.ends_with("ACK") && (answer.is_empty() || answer.starts_with("SIP/2.0 1")) {
            answer = self.hear();
        }
        answer
    }
    fn hear(&self) -> String {
        let mut buffer = [0; 2048];
        let length = self.0.recv(&mut buffer).expect("an answer in time");
        String::from_utf8_lossy(&buffer[..length]).into_owned()
    }
}

fn between<'a>(text: &'a str, start: &str, end: &str) -> &'a str {
    text.split(start).nth(1).and_then(|rest| rest.split(end).next()).unwrap_or_default()
}

#[test]
fn a_post_on_the_loop_back_is_answered_and_spoken_to_in_time() {
    let to = "127.0.0.1:28460";
    let (mut operator, clock) = check(28_400..=28_405, 28_460).expect("free ports");
    operator.behave(Behaviour::answering(Answering::After(Duration::from_millis(30)))).expect("a desk");
    let post = Post(UdpSocket::bind("127.0.0.1:0").expect("a port"));
    let media = UdpSocket::bind("127.0.0.1:0").expect("a port");
    for socket in [&post.0, &media] {
        socket.set_read_timeout(Some(Duration::from_secs(3))).expect("a socket");
    }
    let challenge = post.ask(to, "REGISTER sip:x", "1 REGISTER", "", "\r\n");
    let nonce = between(&challenge, "nonce=\"", "\"");
    let hash = |text: &str| crate::sip::digest::Algorithm::Md5.hash(text);
    let response = hash(&format!("{}:{nonce}:{}", hash("sos-1:straz:tajne"), hash("REGISTER:sip:x")));
    let digest = format!(
        "Authorization: Digest username=\"sos-1\", realm=\"straz\", nonce=\"{nonce}\", uri=\"sip:x\", response=\"{response}\"\r\n\r\n"
    );
    assert!(post.ask(to, "REGISTER sip:x", "2 REGISTER", "", &digest).starts_with("SIP/2.0 200 "));
    let port = media.local_addr().expect("bound").port();
    let sdp = format!(
        "Content-Type: application/sdp\r\n\r\nv=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n\
         m=audio {port} RTP/AVP 8\r\n"
    );
    let ok = post.ask(to, "INVITE sip:operator@x", "3 INVITE", "", &sdp);
    assert!(ok.starts_with("SIP/2.0 200 "), "{ok}");
    let tag = format!(";tag={}", between(&ok, "To: <sip:operator@straz>;tag=", "\r\n"));
    post.ask(to, "ACK sip:operator@x", "3 ACK", &tag, "\r\n");
    let mut arrivals = Vec::new();
    let mut buffer = [0; 2048];
    while arrivals.len() < 26 {
        media.recv(&mut buffer).expect("media");
        arrivals.push(clock.now());
    }
    let half_second = arrivals[25].seconds_after(arrivals[0]);
    assert!((half_second - 0.5).abs() < 0.1, "25 packets took {half_second} s");
    let call = crate::instrument::operator::CallId(1);
    let headset = operator.audio(call).expect("a call with media");
    let base = headset.timebase().expect("a timebase");
    assert!(headset.play(crate::instrument::audio::Jack(1), &[0.5; 160]).expect("media") >= 4000);
    assert!(base.at < arrivals[0] && base.output_uncertainty > 0.0);
    operator.act(call, Action::HangUp).expect("a call that is up");
    assert!(post.hear().starts_with("BYE sip:sos-1@127.0.0.1:"));
    let told: Vec<Instant> = operator.events().expect("a desk").iter().map(|e| e.at).collect();
    assert!(told.len() >= 5 && told.is_sorted());
}

#[test]
fn no_peer_can_end_the_operator_by_where_its_answers_would_have_to_go() {
    let (mut operator, _) = check(28_700..=28_703, 28_760).expect("free ports");
    let post = Post(UdpSocket::bind("127.0.0.1:0").expect("a free port"));
    post.0.set_read_timeout(Some(Duration::from_secs(2))).expect("set");
    let own = post.0.local_addr().expect("bound");
    let long = format!("{own};rport;x={}", "x".repeat(65_000));
    for (n, sent_by) in ["127.0.0.1:0", "127.0.0.1:1", &long].into_iter().enumerate() {
        let text = format!(
            "OPTIONS sip:x SIP/2.0\r\nVia: SIP/2.0/UDP {sent_by};branch=z9hG4bKbad{n}\r\nFrom: <sip:a@b>;tag=1\r\n\
             To: <sip:operator@b>\r\nCall-ID: bad{n}\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n"
        );
        post.0.send_to(text.as_bytes(), "127.0.0.1:28760").expect("sent");
        let good = post.ask("127.0.0.1:28760", "OPTIONS sip:operator@127.0.0.1", &format!("{} OPTIONS", n + 1), "", "\r\n");
        assert!(good.starts_with("SIP/2.0 200"), "{good}");
        // That a request is too long for a datagram is told and ends nothing.
        let told = operator.events().expect("a desk that still works");
        let is_ordinary = |event: &CallEvent| matches!(event, CallEvent::Irregular { what: Irregular::TooLong { .. }, .. });
        assert!(told.iter().all(|event| is_ordinary(&event.value)), "{:?}: {told:?}", sent_by.get(..20));
    }
}
