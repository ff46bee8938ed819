//! What healthy modules of other makers make of their messages.
//!
//! Knows text only; lengths are set right afterwards.

/// RFC 3261, 7.3.1: a value may go on in the next line, behind a blank.
pub fn folded(text: &mut String) {
    let pairs = [(";branch=", "\r\n ;branch="), (";tag=", "\r\n\t;tag=")];
    for (from, to) in pairs {
        *text = text.replace(from, to);
    }
}
/// RFC 3261, 10.2.1.1: how long, beside where.
pub fn expires_in_contact(text: &mut String) {
    let Some(rest) = text.strip_prefix("REGISTER ") else { return };
    let seconds = rest.lines().find_map(|line| line.strip_prefix("Expires: ")).map(str::to_owned);
    if let Some(seconds) = seconds {
        *text = text.replace(&format!("\r\nExpires: {seconds}\r\n"), "\r\n");
        *text = text.replace("@10.20.0.17>\r\n", &format!("@10.20.0.17>;expires={seconds}\r\n"));
    }
}
/// RFC 3264, 5.1 and RFC 3551, 6: what goes without saying is not said, and the address stands where it is used.
pub fn terse(text: &mut String) {
    for silent in ["a=rtpmap:0 PCMU/8000\r\n", "a=rtpmap:8 PCMA/8000\r\n", "a=ptime:20\r\n", "a=sendrecv\r\n"] {
        *text = text.replace(silent, "");
    }
    let (address, media) = ("c=IN IP4 10.20.0.17\r\n", "\r\nm=audio ");
    if let Some(at) = text.find(media).filter(|_| text.contains(address)) {
        let line = text.get(at + 2..).and_then(|rest| rest.find("\r\n")).map(|end| at + 2 + end + 2);
        if let Some(behind) = line.filter(|behind| *behind <= text.len()) {
            text.insert_str(behind, address);
            *text = text.replacen(address, "", 1);
        }
    }
}
