//! What the bad modules of an outsider tell the cameras: when, how often, and in which words.

use super::outsider::{at, planted};
use super::*;
use crate::twin::street::stream::{End, Kind};
use std::collections::BTreeMap;
use std::net::SocketAddr;

/// What goes to the camera system, in tenths of a second, when these commands are given then.
fn events(id: &str, commands: &[(u32, &str)], takes: bool) -> Vec<(u32, String)> {
    let mut voice = Voice::new(Config { cameras: Some("10.0.0.1:8080".parse().unwrap()), ..planted(id) });
    voice.set_power(at(0.0), true);
    let (mut air, mut sent, mut ends) = (Air::default(), Vec::new(), BTreeMap::<SocketAddr, End>::new());
    for tenth in 0..1200 {
        let now = at(f64::from(tenth) / 10.0);
        for (_, command) in [(40, "AT+ID=SOS-0417")].iter().chain(commands).filter(|(when, _)| *when == tenth) {
            command.bytes().chain([b'\r']).for_each(|byte| voice.serial_in(now, byte));
        }
        voice.wake(now, &mut air);
        let mut actions = voice.take_actions();
        while let Some(action) = actions.pop() {
            let Action::Segment(segment) = action else { continue };
            if segment.kind == Kind::Open {
                ends.insert(segment.from, End::accept(now, &segment));
            }
            let Some(end) = ends.get_mut(&segment.from) else { continue };
            if segment.kind != Kind::Open {
                end.segment(now, &segment);
            }
            let bytes = end.take_bytes();
            if !bytes.is_empty() {
                sent.push((tenth, String::from_utf8(bytes).unwrap()));
                if takes {
                    end.send(now, b"HTTP/1.1 204 No Content\r\n\r\n");
                }
            }
            end.take_segments().iter().for_each(|answer| voice.segment_in(now, answer));
            actions.extend(voice.take_actions());
        }
    }
    sent
}

#[test]
fn cameras() {
    let times = |id, commands: &[(u32, &str)], takes| events(id, commands, takes).iter().map(|(at, _)| *at).collect::<Vec<_>>();
    let three = [(50, "AT+DIAL=7"), (80, "AT+HUP"), (200, "AT+DIAL=8"), (230, "AT+HUP"), (800, "AT+DIAL=9")];
    assert_eq!(times("", &three, true), [50, 200, 800]);
    assert_eq!(times("cctv-event-once-a-minute", &three, true), [50, 800]);
    assert_eq!(times("cctv-event-a-quarter-late", &three[..1], true), [75]);
    let kept = [(50, "AT+DIAL=7,DELAYED")];
    assert_eq!((times("", &kept, true), times("cctv-kept-press-untold", &kept, true)), (vec![50], vec![]));
    assert_eq!(times("", &three[..1], false), [50, 190, 330]);
    assert_eq!(times("control-cctv-again-soon", &three[..1], false), [50, 120, 190]);
    let miscounts = |id| {
        let (_, request) = events(id, &three[..1], true).remove(0);
        let (head, body) = request.split_once("\r\n\r\n").unwrap();
        let length = head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ").map(str::to_owned));
        length.unwrap().parse::<usize>().unwrap() - body.len()
    };
    assert_eq!([miscounts(""), miscounts("cctv-event-miscounted"), miscounts("control-cctv-in-other-words")], [0, 2, 0]);
}
