//! Defects and oddities that are worded as functions: of a message, of a packet, of a frame of sound.
//!
//! Must not know why: whoever plants one says so.

use super::habit::Habit;
use std::collections::VecDeque;

/// What a function of packets or frames remembers of one call.
#[derive(Default)]
pub struct Scratch {
    pub count: u64,
    pub level: f32,
    pub samples: VecDeque<f32>,
    pub bytes: Vec<u8>,
}

/// Changes a message on its way out.
pub type Letters = fn(&mut String);
/// Changes a packet on its way out; `false`: it is not sent.
pub type Packets = fn(&mut Scratch, &mut Vec<u8>) -> bool;
/// Changes a frame.
pub type Sound = fn(&mut Scratch, &mut [f32]);

/// How a request that nothing answers is sent again.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Resending {
    #[default]
    ByTheBook,
    Never,
    /// Twenty times a second.
    Hammering,
    /// An INVITE also after a provisional answer.
    InRinging,
    /// By the book, but a refusal is not acknowledged.
    Thankless,
}

#[derive(Debug, Clone, Default)]
pub struct Quirks {
    pub letters: Option<Letters>,
    pub packets: Option<Packets>,
    pub up: Option<Sound>,
    pub down: Option<Sound>,
    pub resending: Resending,
    pub habit: Option<Habit>,
    /// An operator who was given up is not told.
    pub never_cancels: bool,
    /// Every use of a nonce is called its first.
    pub nonce_count_stuck: bool,
    /// Each refresh of the registration counts from one again.
    pub register_count_restarts: bool,
    /// No refresh while somebody talks.
    pub lapses_in_talk: bool,
    /// Once a case was flagged as delayed, all are.
    pub delayed_flag_sticks: bool,
    /// A call bears the number of the case before it.
    pub number_behind: bool,
    /// The second operator is not told what kind of call it is.
    pub second_untold: bool,
    /// The loudspeaker is off once the call was on hold.
    pub deaf_after_hold: bool,
    /// A branch is made of count and method only.
    pub branches_repeat: bool,
    /// Anybody's packets are played.
    pub trusts_any_sound: bool,
    /// The loudspeaker says what the microphone hears.
    pub sidetone: bool,
}

/// The module is said to be where it was before.
pub fn at_old_port(text: &mut String) {
    reached_at(text, 5062);
}

/// Calls and registrations name this port in their Contact.
pub fn reached_at(text: &mut String, port: u16) {
    if !text.starts_with("INVITE ") && !text.starts_with("REGISTER ") {
        return;
    }
    let moved = |line: &str| match line.strip_prefix("Contact:").and_then(|rest| rest.split_once('@')) {
        Some((before, place)) => {
            let end = place.find([':', ';', '>']).unwrap_or(place.len());
            let (host, behind) = place.split_at(end);
            let behind = behind.trim_start_matches(|c: char| c == ':' || c.is_ascii_digit());
            format!("Contact:{before}@{host}:{port}{behind}")
        }
        None => line.to_owned(),
    };
    *text = text.split("\r\n").map(moved).collect::<Vec<_>>().join("\r\n");
}

/// The text of a message with its length set right again.
pub fn reworded(bytes: &[u8], change: Letters) -> Vec<u8> {
    let mut text = String::from_utf8_lossy(bytes).into_owned();
    change(&mut text);
    let Some((head, body)) = text.trim_start().split_once("\r\n\r\n") else { return text.into_bytes() };
    let leading = &text[..text.len() - text.trim_start().len()];
    let lines = head.split("\r\n").map(|line| match line.split_once(':') {
        Some((name, _)) if name.eq_ignore_ascii_case("Content-Length") || name == "l" => format!("{name}: {}", body.len()),
        _ => line.to_owned(),
    });
    format!("{leading}{}\r\n\r\n{body}", lines.collect::<Vec<_>>().join("\r\n")).into_bytes()
}
