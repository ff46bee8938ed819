//! What a module tells the city's camera system, and when.

use super::*;
use crate::twin::street::stream::Kind;

const OWN: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);
const SYSTEM: SocketAddr = SocketAddr::new(OWN, 8080);

/// A camera system, of which only the latest connection matters.
struct System {
    answer: Option<&'static str>,
    end: Option<End>,
}

impl System {
    /// Both speak until neither says more; the requests.
    fn talk(&mut self, cameras: &mut Cameras, now: Instant) -> Vec<String> {
        let mut requests = Vec::new();
        loop {
            cameras.wake(now, OWN, SYSTEM);
            let sent = cameras.take_segments();
            if sent.is_empty() {
                return requests;
            }
            for segment in sent {
                match &mut self.end {
                    Some(end) if segment.kind != Kind::Open => end.segment(now, &segment),
                    end => *end = Some(End::accept(now, &segment)),
                }
                let Some(end) = &mut self.end else { continue };
                let request = end.take_bytes();
                if !request.is_empty() {
                    requests.push(String::from_utf8_lossy(&request).into_owned());
                    self.answer.into_iter().for_each(|status| end.send(now, format!("HTTP/1.1 {status}\r\n\r\n").as_bytes()));
                }
                end.take_segments().iter().for_each(|segment| cameras.segment(now, segment));
            }
        }
    }
}

fn at(seconds: f64) -> Instant {
    Instant::from_nanos((seconds * 1e9) as u64)
}

/// What a module sends when its press is made at 1 s and answered at 3 s, the call ends at 5 s, and every request
/// is answered at once with this status: the moments of its requests, and what they name.
fn life(fault: Option<CameraFault>, answer: Option<&'static str>) -> Vec<(f64, bool)> {
    let (mut cameras, mut system) = (Cameras::new(fault), System { answer, end: None });
    cameras.identify("SOS-0417");
    let mut sent = Vec::new();
    for tenth in 0..600_u32 {
        let now = at(f64::from(tenth) / 10.0);
        match tenth {
            10 | 12 => cameras.pressed(now, 7),
            30 => cameras.answered(now),
            50 => cameras.call_ended(now),
            _ => {}
        }
        let requests = system.talk(&mut cameras, now);
        sent.extend(requests.iter().map(|request| (f64::from(tenth) / 10.0, request.contains("\"SOS-0417\""))));
    }
    sent
}

#[test]
fn a_press_calls_up_the_camera_once_and_again_only_if_that_came_to_nothing() {
    assert_eq!(life(None, Some("204 No Content")), [(1.0, true)]);
    assert_eq!(life(None, Some("503 Service Unavailable")), [(1.0, true), (11.0, true), (21.0, true)]);
    assert_eq!(life(None, None), [(1.0, true), (15.0, true), (29.0, true)]);
}

#[test]
fn defective_ones_send_what_they_should_not() {
    let taken = |fault| life(Some(fault), Some("200 OK"));
    assert_eq!(taken(CameraFault::Missing), []);
    assert_eq!(taken(CameraFault::OtherCamera), [(1.0, false)]);
    assert_eq!(taken(CameraFault::Late), [(5.0, true)]);
    assert_eq!(taken(CameraFault::Twice), [(1.0, true), (1.0, true)]);
    assert_eq!(taken(CameraFault::AtAnswer), [(3.0, true)]);
    assert_eq!(taken(CameraFault::Unpressed), [(1.0, true), (17.0, true)]);
    assert_eq!(life(Some(CameraFault::GivesUpForGood), None), [(1.0, true)]);
}

#[test]
fn only_a_defective_one_lets_a_call_wait() {
    let blocks = |fault, answered: bool| {
        let answer = answered.then_some("204 No Content");
        let (mut cameras, mut system) = (Cameras::new(fault), System { answer, end: None });
        cameras.identify("SOS-0417");
        cameras.pressed(at(0.0), 1);
        system.talk(&mut cameras, at(0.0));
        system.talk(&mut cameras, at(3.9));
        let before = cameras.blocks();
        system.talk(&mut cameras, at(4.1));
        system.talk(&mut cameras, at(14.2));
        (before, cameras.blocks())
    };
    assert_eq!(blocks(None, false), (false, false));
    assert_eq!(blocks(Some(CameraFault::BlocksCall), true), (false, false));
    assert_eq!(blocks(Some(CameraFault::BlocksCall), false), (true, false));
}
