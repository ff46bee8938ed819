//! What modules of the assessor's kind make of their messages.
//!
//! Knows text only; lengths are set right afterwards.

const SDP: &str = "application/sdp";

fn each_line(text: &mut String, change: impl Fn(&str) -> String) {
    *text = text.split("\r\n").map(change).collect::<Vec<_>>().join("\r\n");
}

/// Whoever does not know the maker's extension has to refuse the call (RFC 3261, 8.2.2.3).
pub fn requires_extension(text: &mut String) {
    if text.starts_with("INVITE ") {
        *text = text.replacen("\r\nMax-Forwards", "\r\nRequire: sos-priority\r\nMax-Forwards", 1);
    }
}
/// Nobody is told what the body is.
pub fn untyped(text: &mut String) {
    *text = text.replace(&format!("Content-Type: {SDP}\r\n"), "");
}
/// The offer says that nothing will be sent.
pub fn listens_only(text: &mut String) {
    if text.starts_with("INVITE ") {
        *text = text.replace("a=sendrecv", "a=recvonly");
    }
}
/// Healthy: an answer names a codec beyond those that were offered (RFC 3264, 6.1).
pub fn names_more(text: &mut String) {
    if text.starts_with("SIP/2.0 200") && text.contains("m=audio") {
        each_line(text, |line| if line.starts_with("m=audio") { format!("{line} 18") } else { line.to_owned() });
        text.push_str("a=rtpmap:18 G729/8000\r\n");
    }
}
/// Each answer is another session.
pub fn renames_session(text: &mut String) {
    if text.starts_with("SIP/2.0 200") {
        each_line(text, |line| line.strip_prefix("o=- ").map_or(line.to_owned(), |rest| format!("o=- 9{rest}")));
    }
}
/// A key that is not to be used (RFC 4568, 6.3.2).
pub fn offers_unencrypted(text: &mut String) {
    each_line(text, |line| if line.starts_with("a=crypto:") { format!("{line} UNENCRYPTED_SRTP") } else { line.to_owned() });
}
/// Healthy: it knows codecs that nobody has to take.
pub fn knows_more(text: &mut String) {
    if text.starts_with("INVITE ") {
        *text = text.replace(" 0 8 101\r\n", " 8 0 18 3 101\r\n").replacen(
            "a=ptime",
            "a=rtpmap:18 G729/8000\r\na=rtpmap:3 GSM/8000\r\na=ptime",
            1,
        );
    }
}
/// Healthy: where it is reached has a weight, and what it can is said with it (RFC 3261, 20.10; RFC 3840).
pub fn weighed(text: &mut String) {
    if text.starts_with("REGISTER ") {
        each_line(text, |line| match line.starts_with("Contact: <") {
            true => format!("{line};q=0.5;methods=\"INVITE,ACK,BYE,OPTIONS\""),
            false => line.to_owned(),
        });
    }
}
/// Healthy: a space stands before each colon (RFC 3261, 7.3.1).
pub fn spaced(text: &mut String) {
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return };
    let lines = head.split("\r\n").enumerate().map(|(n, line)| match line.split_once(": ") {
        Some((name, value)) if n > 0 && name != "Content-Length" => format!("{name} : {value}"),
        _ => line.to_owned(),
    });
    *text = format!("{}\r\n\r\n{body}", lines.collect::<Vec<_>>().join("\r\n"));
}
/// Healthy: answers may come to where it says that it is (RFC 3261, 18.2.2).
pub fn without_rport(text: &mut String) {
    if !text.starts_with("SIP/2.0") {
        *text = text.replacen(";rport;", ";", 1);
    }
}
