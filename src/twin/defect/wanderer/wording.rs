//! What modules of the wanderer's kind make of their messages.
//!
//! Knows text only; lengths are set right afterwards.

fn each_line(text: &mut String, change: impl Fn(&str) -> String) {
    *text = text.split("\r\n").map(change).collect::<Vec<_>>().join("\r\n");
}

/// An acknowledgement that does not say which of the ends that may have answered it means.
pub fn ack_untagged(text: &mut String) {
    if text.starts_with("ACK ") {
        each_line(text, |line| match line.split_once(";tag=") {
            Some((head, _)) if line.starts_with("To:") => head.to_owned(),
            _ => line.to_owned(),
        });
    }
}
/// Healthy: a CANCEL and a BYE say why (RFC 3326).
pub fn reasoned(text: &mut String) {
    if text.starts_with("CANCEL ") || text.starts_with("BYE ") {
        *text = text.replacen("\r\nMax-Forwards", "\r\nReason: SIP;cause=480;text=\"No answer\"\r\nMax-Forwards", 1);
    }
}
/// Healthy: a subject and an organisation, in the letters of the city's language.
pub fn in_polish(text: &mut String) {
    if text.starts_with("INVITE ") {
        *text = text.replacen(
            "\r\nMax-Forwards",
            "\r\nSubject: Zgłoszenie — ul. Piotrkowska\r\nOrganization: Straż Miejska\r\nMax-Forwards",
            1,
        );
    }
}
