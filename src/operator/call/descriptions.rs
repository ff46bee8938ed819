//! The other end's session descriptions of one call, each held against the one before it and against our offer (RFC
//! 3264).
//!
//! Says nothing of what comes of them.

use crate::instrument::operator::Irregular;
use crate::sip::sdp::{Audio, Direction};

/// The other end's last one: its session, its version, and all lines but the origin, in which these stand.
#[derive(Debug, Default)]
pub struct Descriptions {
    last: Option<(String, u64, Vec<String>)>,
}

impl Descriptions {
    /// Another one came. `offered`: it answers an offer of ours in that direction.
    pub fn came(&mut self, body: &[u8], offered: Option<Direction>) -> Option<Irregular> {
        let text = String::from_utf8_lossy(body);
        if let Some(misnamed) = text.lines().find_map(misnamed) {
            return Some(misnamed);
        }
        let origin = text.lines().find_map(|line| line.strip_prefix("o="))?;
        let version: u64 = origin.split(' ').nth(2)?.parse().ok()?;
        // Who has moved names another address there.
        let session = origin.split(' ').take(2).collect::<Vec<_>>().join(" ");
        let rest: Vec<String> = text.lines().filter(|line| !line.starts_with("o=")).map(str::to_owned).collect();
        let before = self.last.replace((session.clone(), version, rest.clone()));
        if before.as_ref().is_some_and(|(known, ..)| *known != session) {
            return Some(Irregular::OtherSession);
        }
        if before.is_some_and(|(_, known, lines)| known >= version && lines != rest) {
            return Some(Irregular::SameVersion);
        }
        let answered = Audio::parse(body).ok().map(|audio| audio.direction);
        let (offered, answered) = (offered?, answered?);
        (!fits(offered, answered)).then_some(Irregular::WrongDirection { offered: offered.name(), answered: answered.name() })
    }
}

/// Numbers that are given away for good (RFC 3551, 6, table 4), and what they stand for.
const GIVEN_AWAY: [(u8, &str); 3] = [(0, "PCMU"), (8, "PCMA"), (9, "G722")];

fn misnamed(line: &str) -> Option<Irregular> {
    let (number, name) = line.strip_prefix("a=rtpmap:")?.split_once(' ')?;
    let number: u8 = number.trim().parse().ok()?;
    let named = name.split('/').next().unwrap_or_default().trim();
    let (_, own) = GIVEN_AWAY.into_iter().find(|(given, _)| *given == number)?;
    (!own.eq_ignore_ascii_case(named)).then(|| Irregular::Misnamed { number, named: named.to_owned() })
}

/// Whether an answer may say so (RFC 3264, 6.1): nobody sends to an end that does not hear, nor waits for one that does
/// not send.
const fn fits(offered: Direction, answered: Direction) -> bool {
    match offered {
        Direction::SendRecv => true,
        Direction::SendOnly => matches!(answered, Direction::RecvOnly | Direction::Inactive),
        Direction::RecvOnly => matches!(answered, Direction::SendOnly | Direction::Inactive),
        Direction::Inactive => matches!(answered, Direction::Inactive),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(version: u32, direction: &str) -> String {
        format!(
            "v=0\r\no=- 7 {version} IN IP4 10.0.0.2\r\ns=-\r\nc=IN IP4 10.0.0.2\r\nt=0 0\r\nm=audio 4000 RTP/AVP 8\r\na={direction}\r\n"
        )
    }
    fn after_one(version: u32, direction: &str, offered: Option<Direction>) -> Option<Irregular> {
        let mut all = Descriptions::default();
        assert_eq!(all.came(body(5, "sendrecv").as_bytes(), None), None);
        all.came(body(version, direction).as_bytes(), offered)
    }

    #[test]
    fn a_number_that_is_given_away_bears_its_own_name() {
        let named = |map: &str| {
            let body = format!("{}a=rtpmap:{map}\r\n", body(5, "sendrecv"));
            Descriptions::default().came(body.as_bytes(), None)
        };
        assert_eq!([named("8 PCMA/8000"), named("0 pcmu/8000/1"), named("101 telephone-event/8000")], [None, None, None]);
        assert_eq!(named("8 PCMU/8000"), Some(Irregular::Misnamed { number: 8, named: "PCMU".into() }));
    }

    #[test]
    fn what_is_described_anew_has_a_new_version_and_the_same_may_be_repeated() {
        assert_eq!(after_one(5, "sendrecv", None), None);
        assert_eq!(after_one(6, "recvonly", None), None);
        assert_eq!(after_one(9, "recvonly", None), None, "a step too wide harms nobody");
        assert_eq!(after_one(5, "recvonly", None), Some(Irregular::SameVersion));
        assert_eq!(after_one(4, "recvonly", None), Some(Irregular::SameVersion));
        let other = |origin: &str| {
            let mut all = Descriptions::default();
            all.came(body(5, "sendrecv").as_bytes(), None);
            all.came(body(6, "sendrecv").replace("o=- 7 6 IN IP4 10.0.0.2", origin).as_bytes(), None)
        };
        assert_eq!(other("o=- 8 6 IN IP4 10.0.0.2"), Some(Irregular::OtherSession));
        assert_eq!(other("o=- 7 6 IN IP4 10.0.0.9"), None, "who has moved");
        assert_eq!(Descriptions::default().came(b"\xff", None), None);
        assert_eq!(Descriptions::default().came(b"o=- 1", None), None);
    }

    #[test]
    fn an_answer_fits_what_was_offered() {
        let wrong = |offered, answered| Some(Irregular::WrongDirection { offered, answered });
        assert_eq!(after_one(6, "sendrecv", Some(Direction::SendOnly)), wrong("sendonly", "sendrecv"));
        assert_eq!(after_one(6, "sendonly", Some(Direction::SendOnly)), wrong("sendonly", "sendonly"));
        assert_eq!(after_one(6, "recvonly", Some(Direction::Inactive)), wrong("inactive", "recvonly"));
        for (offered, answered) in
            [(Direction::SendOnly, "recvonly"), (Direction::SendOnly, "inactive"), (Direction::SendRecv, "sendonly")]
        {
            assert_eq!(after_one(6, answered, Some(offered)), None);
        }
    }
}
