//! What modules of the latecomer's kind make of their messages, and what healthy ones of another make do.
//!
//! Knows text only; lengths are set right afterwards.

use crate::twin::voice::reached_at;

/// Puts another value into a header of requests of one method.
fn set(text: &mut String, method: &str, header: &str, value: &str) {
    if !text.starts_with(method) {
        return;
    }
    let lines = text.split("\r\n").map(|line| match line.split_once(':') {
        Some((name, _)) if name == header => format!("{header}: {value}"),
        _ => line.to_owned(),
    });
    *text = lines.collect::<Vec<_>>().join("\r\n");
}

/// As it left the workshop.
pub fn named_test(text: &mut String) {
    if text.starts_with("INVITE ") {
        *text = text.replacen("P-Asserted-Identity: \"SOS-0417\"", "P-Asserted-Identity: \"SOS TEST\"", 1);
    }
}
/// The branch of RFC 2543, without what tells that it is unique (RFC 3261, 8.1.1.7).
pub fn old_branch(text: &mut String) {
    if !text.starts_with("SIP/2.0") {
        *text = text.replacen("branch=z9hG4bK", "branch=", 1);
    }
}
/// Nobody listens where it says that it is to be reached.
pub fn contact_nowhere(text: &mut String) {
    reached_at(text, 5099);
}
pub fn priority_misspelt(text: &mut String) {
    set(text, "INVITE ", "Priority", "emergancy");
}
/// The law that the number 8 stands for is called by the name of the other.
pub fn law_misnamed(text: &mut String) {
    *text = text.replace("a=rtpmap:8 PCMA/8000", "a=rtpmap:8 PCMU/8000");
}
/// A number in words of its own.
pub fn number_decorated(text: &mut String) {
    if text.starts_with("INVITE ") {
        *text = text.replacen("X-SOS-Press: ", "X-SOS-Press: no-", 1);
    }
}
/// A call is good for one second (RFC 3261, 13.2.1): whoever rings longer is to give it up.
pub fn expires_at_once(text: &mut String) {
    if text.starts_with("INVITE ") {
        *text = text.replacen("\r\nMax-Forwards", "\r\nExpires: 1\r\nMax-Forwards", 1);
    }
}
/// Healthy: tells what it is and what it can, at length.
pub fn talkative(text: &mut String) {
    if !text.starts_with("SIP/2.0") {
        let more = "\r\nUser-Agent: Voice module VM-8 (rev. C)/2.11\r\nSupported: path, outbound\r\nMax-Forwards";
        *text = text.replacen("\r\nMax-Forwards", more, 1);
    }
}
