//! What arrived at the bench, as values: a report puts them into words, a machine reads them as they are.
//!
//! Names and fields are part of the journal's format. They are the journal's own, so that an instrument's types may
//! change without it.

use crate::clock::Instant;
use crate::unit::Bilingual;
use serde::{Deserialize, Serialize};

/// One thing that arrived.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Observation {
    /// At the operator's server, of no call in particular.
    Server(ServerObservation),
    /// Of one call; calls are numbered in order of arrival from 1.
    Call { call: u32, what: CallObservation },
    /// An input changed; inputs are numbered as on their board.
    Input { input: u8, on: bool },
    /// A lamp goes on and off so fast that it is lit until its input is told to be off; its rhythm, and the share of
    /// time in which it gives light.
    Dimmed { input: u8, hertz: f64, duty: f64 },
    /// A line of the post's console, as it came.
    Console { text: String },
    /// A message in which the post tells the supervision of itself, and the time that it gives it, as it came.
    Supervision {
        /// As syslog counts them (RFC 5424, 6.2.1); unknown in a journal that has none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        severity: Option<u8>,
        text: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        time: Option<String>,
    },
    /// What a person said who was asked to look, under which name.
    Person { question: String, word: PersonsWord, remark: String, by: String },
    /// An event that came to the camera system; whether it was taken.
    Camera { from: String, request: String, text: String, taken: bool },
    /// Something was asked of a service that the bench gives the post's network.
    Service(ServiceObservation),
}

/// What was asked of the services, and what came of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ServiceObservation {
    /// The post may use this address for so long.
    AddressGiven {
        address: String,
        lease_s: u64,
    },
    AddressRefused {
        address: String,
    },
    AddressReleased {
        address: String,
    },
    AddressUnanswered,
    /// How many records were found; `null`: the question stayed without an answer.
    NameAsked {
        name: String,
        kind: String,
        found: Option<usize>,
    },
    TimeAsked {
        answered: bool,
    },
}

/// What happened at the operator's servers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ServerObservation {
    Registered {
        user: String,
        contact: String,
        expires_s: u64,
        server: Server,
    },
    RegistrationExpired {
        user: String,
        contact: String,
    },
    Unregistered {
        user: String,
        contact: String,
    },
    /// The same post registered under another contact instead.
    Moved {
        user: String,
        from: String,
        to: String,
    },
    RegistrationRefused {
        user: String,
        /// Of whoever wanted it.
        #[serde(default)]
        from: String,
        /// The registrar's own words.
        why: String,
    },
    Connected {
        from: String,
        cipher: String,
        certified: bool,
    },
    ConnectionFailed {
        from: String,
        why: Bilingual,
    },
    /// A request reached a server that answers nothing.
    Swallowed {
        server: Server,
        from: String,
        method: String,
    },
    /// Media where there should be none, told once a second.
    StrayMedia {
        call: Option<u32>,
        from: String,
        kind: Stray,
        /// So many packets more since it was told last.
        #[serde(default, skip_serializing_if = "is_zero")]
        more: u32,
    },
    Intruder {
        from: String,
        what: String,
    },
    /// Something in signalling that no sound post does.
    Irregular {
        from: String,
        what: Bilingual,
    },
    /// What became of a stranger's call to the post.
    Stranger {
        what: Bilingual,
    },
}

/// What happened to a call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CallObservation {
    Invited {
        from: String,
        to: String,
        call_id: String,
        /// Headers that scenarios ask for, as sent.
        headers: Vec<(String, String)>,
        server: Server,
    },
    Refused {
        status: u16,
    },
    Ringing,
    /// The first operator refused or did not answer: it rings at the second.
    PassedOn,
    EarlyMedia,
    Answered,
    Confirmed,
    FirstMedia,
    /// The post put the call on hold or took it off.
    Held {
        held: bool,
    },
    /// What the operator asked of the post by a re-INVITE, and what became of it.
    Changed {
        change: Change,
        outcome: ChangeOutcome,
    },
    MediaMoved,
    /// It is reached over another connection of the post's.
    Reconnected {
        from: String,
        to: String,
    },
    Refreshed {
        by: Party,
    },
    VoiceMissing {
        side: Side,
        since_ns: Instant,
    },
    VoiceBack {
        side: Side,
    },
    /// What the post reported of our stream (RTCP).
    FarReport {
        /// Since its last report, 0 to 1.
        lost_ratio: f64,
        /// `null`: what it said cannot be.
        jitter_s: Option<f64>,
        /// Came too late to be heard, since its last report, where it tells (RFC 3611).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        discarded_ratio: Option<f64>,
        round_trip_s: Option<f64>,
    },
    Digit {
        digit: char,
    },
    MediaSecurity {
        what: Bilingual,
    },
    /// A request of the post's within the call.
    Asked {
        method: String,
    },
    /// Something in its signalling that no sound post does.
    Irregular {
        from: String,
        what: Bilingual,
    },
    Ended {
        by: EndedBy,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PersonsWord {
    Yes,
    No,
    NotChecked,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Server {
    Primary,
    Backup,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Party {
    Operator,
    Post,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Side {
    FromPost,
    ToPost,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Change {
    Hold,
    Resume,
    Move,
    Propose,
    Unseal,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChangeOutcome {
    Agreed,
    Refused { status: u16 },
    Unanswered,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EndedBy {
    Post,
    Operator,
    Cancelled,
    Silence,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stray {
    BeforeAnswer,
    AfterEnd,
    NoCall,
    OfAnother,
    OldPort,
    OnHold,
    NoMedia,
    /// STUN or DTLS.
    Negotiation,
}

fn is_zero(count: &u32) -> bool {
    *count == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(what: &Observation, written: &str) {
        assert_eq!(serde_json::to_string(what).unwrap(), written);
        assert_eq!(&serde_json::from_str::<Observation>(written).unwrap(), what);
    }

    #[test]
    fn what_was_seen_is_written_under_stable_names_with_units() {
        check(&Observation::Input { input: 2, on: true }, r#"{"input":{"input":2,"on":true}}"#);
        let dimmed = Observation::Dimmed { input: 2, hertz: 250.0, duty: 0.25 };
        check(&dimmed, r#"{"dimmed":{"input":2,"hertz":250.0,"duty":0.25}}"#);
        check(&Observation::Console { text: "$BEAT*1F".into() }, r#"{"console":{"text":"$BEAT*1F"}}"#);
        let (from, request, text) = ("10.20.0.17:40000".into(), "POST /events".into(), "SOS-0417".into());
        check(
            &Observation::Camera { from, request, text, taken: true },
            r#"{"camera":{"from":"10.20.0.17:40000","request":"POST /events","text":"SOS-0417","taken":true}}"#,
        );
        let (question, remark, by) = ("Marking".into(), "92 cm".into(), "A. Nowak".into());
        check(
            &Observation::Person { question, word: PersonsWord::NotChecked, remark, by },
            r#"{"person":{"question":"Marking","word":"not-checked","remark":"92 cm","by":"A. Nowak"}}"#,
        );
        check(
            &Observation::Supervision { severity: Some(6), text: "ALIVE".into(), time: None },
            r#"{"supervision":{"severity":6,"text":"ALIVE"}}"#,
        );
        let given = ServiceObservation::AddressGiven { address: "10.20.0.17".into(), lease_s: 120 };
        check(&Observation::Service(given), r#"{"service":{"address-given":{"address":"10.20.0.17","lease_s":120}}}"#);
        let call = |what| Observation::Call { call: 1, what };
        let registered = ServerObservation::Registered {
            user: "SOS-0417".into(),
            contact: "sip:SOS-0417@10.20.0.17".into(),
            expires_s: 60,
            server: Server::Primary,
        };
        check(
            &Observation::Server(registered),
            r#"{"server":{"registered":{"user":"SOS-0417","contact":"sip:SOS-0417@10.20.0.17","expires_s":60,"server":"primary"}}}"#,
        );
        let since_ns = Instant::from_nanos(1_500);
        check(
            &call(CallObservation::VoiceMissing { side: Side::FromPost, since_ns }),
            r#"{"call":{"call":1,"what":{"voice-missing":{"side":"from-post","since_ns":1500}}}}"#,
        );
        let outcome = ChangeOutcome::Refused { status: 488 };
        check(&call(CallObservation::Ringing), r#"{"call":{"call":1,"what":"ringing"}}"#);
        check(
            &call(CallObservation::Changed { change: Change::Hold, outcome }),
            r#"{"call":{"call":1,"what":{"changed":{"change":"hold","outcome":{"refused":{"status":488}}}}}}"#,
        );
        check(
            &Observation::Server(ServerObservation::StrayMedia {
                call: None,
                from: "10.0.0.9:4000".into(),
                kind: Stray::NoCall,
                more: 0,
            }),
            r#"{"server":{"stray-media":{"call":null,"from":"10.0.0.9:4000","kind":"no-call"}}}"#,
        );
    }
}
