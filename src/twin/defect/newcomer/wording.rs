//! What careless modules make of their messages.
//!
//! Knows text only; lengths are set right afterwards.

/// RFC 3264, 6.1 has the answer to `sendonly` say `recvonly`: this module says in any case what it says at the start of
/// a call.
pub fn hold_as_talk(text: &mut String) {
    if text.starts_with("SIP/2.0 200") {
        for direction in ["a=recvonly", "a=inactive", "a=sendonly"] {
            *text = text.replace(direction, "a=sendrecv");
        }
    }
}
/// What helped the developers to find mistakes goes along with every call: no datagram of 1500 bytes holds it (RFC
/// 3261, 18.1.1).
pub fn diagnostics(text: &mut String) {
    if text.starts_with("INVITE ")
        && let Some(at) = text.find("\r\nMax-Forwards")
    {
        let dump: String = (0..200u32).map(|n| format!("{:08x}", n.wrapping_mul(2_654_435_761))).collect();
        text.insert_str(at, &format!("\r\nX-Diagnostics: {dump}"));
    }
}
