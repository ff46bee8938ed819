//! What the operator's end saw of a post, and of strangers, as the rules read it.

use super::course::{Binding, Course};
use super::reports::{CalledUp, Oddity, Stranger, StrayMedia};
use super::span::Span;
use crate::bench::Moment;
use crate::clock::Stamped;
use crate::instrument::operator::{CallEvent, Irregular, Server, Side, StrangerNews, Unbound, host_of};

/// Where a post has registered from, and where what should not be came from.
#[derive(Default)]
struct Homes {
    known: Vec<String>,
    /// Who spoke from elsewhere, by name and host, while it was known where the post is at home.
    others: Vec<String>,
    strays: Vec<String>,
    strangers: Vec<String>,
    oddities: Vec<String>,
}

impl Homes {
    fn are(&self, from: &str) -> bool {
        let host = host_of(from);
        self.known.iter().any(|home| home == host)
    }
}

/// Puts all events of a scenario into its course, what was told that may not be, and what came to the camera
/// system, with who sent it.
pub fn note<'a>(
    course: &mut Course,
    events: impl Iterator<Item = &'a Stamped<CallEvent>>,
    told_secrets: &[Stamped<&'static str>],
    called_up: Vec<(CalledUp, &str)>,
) {
    let mut homes = Homes::default();
    for event in events {
        note_one(course, &mut homes, event);
    }
    // Where a post is registered from may be learnt after it has sent something.
    for (stray, from) in course.strays.iter_mut().zip(&homes.strays) {
        stray.is_posts = homes.are(from);
    }
    for (stranger, from) in course.strangers.iter_mut().zip(&homes.strangers) {
        stranger.is_posts = homes.are(from) && !homes.others.contains(&without_port(from));
    }
    for (oddity, from) in course.oddities.iter_mut().zip(&homes.oddities) {
        oddity.is_posts = homes.are(from);
    }
    let of_post = |(event, from): (CalledUp, &str)| CalledUp { is_posts: homes.are(from), ..event };
    course.called_up = called_up.into_iter().map(of_post).collect();
    for told in told_secrets {
        let what = Irregular::Secret { method: told.value.into() };
        course.oddities.push(Oddity { at: told.at.as_secs_f64(), call: None, is_posts: true, what });
    }
}

fn note_one(course: &mut Course, homes: &mut Homes, event: &Stamped<CallEvent>) {
    let at = Moment::at_operator(event).seconds;
    match &event.value {
        CallEvent::Registered { user, contact, expires, server } => {
            let host = host_of(contact).to_string();
            let (user, is_primary, granted) = (user.clone(), *server == Server::Primary, expires.as_secs_f64());
            homes.known.push(host.clone());
            course.bindings.push(Binding { at, user, is_primary, host, granted });
        }
        CallEvent::Connected { from, .. } if homes.are(from) => course.connections.push(at),
        CallEvent::Unregistered { why: Unbound::Expired, user, contact } => {
            let last = course.bindings.iter().rfind(|binding| binding.user == *user);
            // Of an address that the post has left nothing need be refreshed.
            if !last.is_some_and(|last| last.host != host_of(contact) && at < last.at + last.granted) {
                course.expired.push(at);
            }
        }
        CallEvent::Refused { call, status } => _ = course.refused.insert(*call, *status),
        // Of two posts on one desk the other may be refused.
        CallEvent::RegistrationRefused { user, .. }
            if course.bindings.is_empty() || course.bindings.iter().any(|binding| binding.user == *user) =>
        {
            course.attempts.push(at);
        }
        CallEvent::Swallowed { what, .. } if what == "REGISTER" => course.attempts.push(at),
        CallEvent::Swallowed { what, .. } if what == "OPTIONS" => course.probed.push(at),
        CallEvent::Swallowed { what, .. } if what == "INVITE" => course.swallowed.push(at),
        CallEvent::StrayMedia { from, kind, .. } => {
            course.strays.push(StrayMedia { at, kind: *kind, is_posts: false });
            homes.strays.push(from.clone());
        }
        CallEvent::Irregular { call, from, what } => {
            let what = what.itself();
            // Who registers from there has proved that he is the post, whatever address he names.
            if call.is_none() && matches!(what, Irregular::Elsewhere { .. }) {
                homes.known.push(host_of(from).to_string());
            }
            course.oddities.push(Oddity { at, call: *call, is_posts: false, what: what.clone() });
            homes.oddities.push(from.clone());
        }
        CallEvent::VoiceMissing { call, side: Side::FromPost, since } => {
            course.mute.push((Span { from: since.as_secs_f64(), to: f64::INFINITY }, *call));
        }
        CallEvent::VoiceBack { call, side: Side::FromPost } => {
            let last = course.mute.iter_mut().rfind(|(_, of)| of == call);
            last.into_iter().for_each(|(span, _)| span.to = span.to.min(at));
        }
        CallEvent::Asked { call, .. } => course.asked.push((at, *call)),
        CallEvent::Changed { outcome, .. } => course.offers.push((at, *outcome)),
        CallEvent::Stranger { news: StrangerNews::Spoke } => course.spoken_into.push(at),
        CallEvent::Stranger { news: StrangerNews::Ordered } => {}
        CallEvent::Stranger { news } => {
            let is_let_in = matches!(news, StrangerNews::Answered(200..300) | StrangerNews::Heard | StrangerNews::CalledBack);
            course.let_in.push((at, is_let_in));
        }
        CallEvent::Intruder { from, what } => {
            if !homes.known.is_empty() && !homes.are(from) {
                homes.others.push(without_port(from));
            }
            course.strangers.push(Stranger { at, is_posts: false, what: what.clone() });
            homes.strangers.push(from.clone());
        }
        _ => {}
    }
}

/// A name and its host.
fn without_port(from: &str) -> String {
    let user = from.rsplit_once('@').map_or("", |(user, _)| user);
    format!("{user}@{}", host_of(from))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Instant;
    use crate::instrument::operator::CallId;

    #[test]
    fn what_a_stranger_sends_is_not_the_posts() {
        let known = vec!["10.20.0.17".to_string(), "fd00::17".to_string()];
        let homes = Homes { known, ..Homes::default() };
        for own in ["10.20.0.17:40000", "SOS-0417@10.20.0.17:5060", "[fd00::17]:40000"] {
            assert!(homes.are(own), "{own}");
        }
        for strange in ["10.20.0.18:40000", "SOS-0417@10.20.0.99:5060", "[fd00::18]:40000", ""] {
            assert!(!homes.are(strange), "{strange}");
        }
        assert!(!Homes::default().are("10.20.0.17:40000"));
    }

    #[test]
    fn what_a_stranger_did_is_told_apart_from_what_the_post_made_of_it() {
        let (mut course, mut homes) = (crate::watch::tests::quiet(), Homes::default());
        let news = [StrangerNews::Answered(486), StrangerNews::Spoke, StrangerNews::Answered(200), StrangerNews::Heard];
        for (second, news) in (1..).zip(news) {
            let at = Instant::from_nanos(second * 1_000_000_000);
            note_one(&mut course, &mut homes, &Stamped::new(at, CallEvent::Stranger { news }));
        }
        assert_eq!(course.spoken_into, [2.0]);
        assert_eq!(course.let_in, [(1.0, false), (3.0, true), (4.0, true)]);
    }

    /// An address that the post is given later may have been somebody else's, who goes on there under his own name.
    #[test]
    fn who_spoke_from_an_address_before_the_post_did_is_another() {
        let server = Server::Primary;
        let registered = |host: &str| {
            let (user, contact) = ("SOS-0417".to_string(), format!("sip:SOS-0417@{host}"));
            CallEvent::Registered { user, contact, expires: std::time::Duration::from_secs(60), server }
        };
        let calls =
            |user: &str, port: u16| CallEvent::Intruder { from: format!("{user}@10.20.0.18:{port}"), what: "INVITE".into() };
        let events = [registered("10.20.0.17"), calls("SOS-0999", 5060), registered("10.20.0.18"), calls("SOS-0999", 5062)];
        let events = events.into_iter().chain([calls("SOS-0417", 5060)]);
        let events: Vec<_> =
            (500..).zip(events).map(|(at, e)| Stamped::new(Instant::from_nanos(at * 1_000_000_000), e)).collect();
        let mut course = crate::watch::tests::quiet();
        note(&mut course, events.iter(), &[], Vec::new());
        let is_posts: Vec<bool> = course.strangers.iter().map(|stranger| stranger.is_posts).collect();
        assert_eq!(is_posts, [false, false, true]);
        let refused = |user: &str| CallEvent::RegistrationRefused { user: user.into(), from: String::new(), why: String::new() };
        for (user, count) in [("SOS-0999", 0), ("SOS-0417", 1)] {
            let mut course = crate::watch::tests::quiet();
            note(&mut course, std::iter::once(&Stamped::new(Instant::ZERO, refused(user))), &[], Vec::new());
            assert_eq!(course.attempts.len(), count, "{user}");
        }
    }

    /// Without a word about the old address its binding runs out, which takes nothing from the post.
    #[test]
    fn a_binding_that_the_post_has_left_may_run_out() {
        let lapses = |left: &str, expires: u64| {
            let (mut course, mut homes) = (crate::watch::tests::quiet(), Homes::default());
            let user = || "SOS-0417".to_string();
            let contact = |host: &str| format!("sip:SOS-0417@{host}");
            let expires = std::time::Duration::from_secs(expires);
            let (contact, left, server) = (contact("10.20.0.18"), contact(left), Server::Primary);
            let news = [
                (500, CallEvent::Registered { user: user(), contact, expires, server }),
                (540, CallEvent::Unregistered { user: user(), contact: left, why: Unbound::Expired }),
            ];
            for (second, event) in news {
                note_one(&mut course, &mut homes, &Stamped::new(Instant::from_nanos(second * 1_000_000_000), event));
            }
            course.expired.len()
        };
        assert_eq!(lapses("10.20.0.17", 60), 0);
        assert_eq!((lapses("10.20.0.18", 60), lapses("10.20.0.17", 30)), (1, 1));
    }

    #[test]
    fn only_who_registers_is_at_home_where_he_speaks_from() {
        let elsewhere = Irregular::Elsewhere { place: "Contact", named: "10.20.0.99".into() };
        let is_home = |call: Option<CallId>, what: &Irregular| {
            let (mut course, mut homes) = (crate::watch::tests::quiet(), Homes::default());
            let event = CallEvent::Irregular { call, from: "10.20.0.17:5060".into(), what: what.clone() };
            note_one(&mut course, &mut homes, &Stamped::new(Instant::ZERO, event));
            assert_eq!(course.oddities.len(), 1);
            homes.are("10.20.0.17:40000")
        };
        assert!(is_home(None, &elsewhere));
        assert!(!is_home(Some(CallId(1)), &elsewhere) && !is_home(None, &Irregular::SameTag));
    }
}
