//! What odd or bad modules make of their messages.
//!
//! Knows text only; lengths are set right afterwards.

fn all(text: &mut String, pairs: &[(&str, &str)]) {
    for (from, to) in pairs {
        *text = text.replace(from, to);
    }
}

/// Behind a router the module tells the street's address of itself, where no BYE will find it.
pub fn contact_private(text: &mut String) {
    if !text.starts_with("REGISTER") {
        all(text, &[("@10.20.0.17>", "@192.168.1.17>")]);
    }
}
/// The same of where it wants to hear the operator.
pub fn sdp_private(text: &mut String) {
    all(text, &[("IN IP4 10.20.0.17", "IN IP4 192.168.1.17")]);
}
/// RFC 3261, 7.3.3.
pub fn compact(text: &mut String) {
    all(
        text,
        &[
            ("\r\nVia: ", "\r\nv: "),
            ("\r\nFrom: ", "\r\nf: "),
            ("\r\nTo: ", "\r\nt: "),
            ("\r\nCall-ID: ", "\r\ni: "),
            ("\r\nContact: ", "\r\nm: "),
            ("\r\nContent-Type: ", "\r\nc: "),
            ("\r\nContent-Length: ", "\r\nl: "),
        ],
    );
}
/// RFC 3261, 7.3.1: case and blanks around the colon say nothing.
pub fn odd_case(text: &mut String) {
    let pairs = [
        ("\r\nVia: ", "\r\nVIA :  "),
        ("\r\nFrom: ", "\r\nfrom:"),
        ("\r\nCall-ID: ", "\r\nCALL-ID: "),
        ("\r\nCSeq: ", "\r\ncseq : "),
        ("\r\nMax-Forwards: ", "\r\nmax-forwards:"),
        ("\r\nContact: ", "\r\ncontact:  "),
        ("\r\nX-SOS-Press: ", "\r\nx-sos-press:"),
        ("\r\nPriority: ", "\r\nPRIORITY: "),
    ];
    all(text, &pairs);
}
/// RFC 3261, 7.5.
pub fn blank_lines_first(text: &mut String) {
    text.insert_str(0, "\r\n\r\n");
}
pub fn a_law_only(text: &mut String) {
    all(text, &[("RTP/AVP 0 8 101\r\na=rtpmap:0 PCMU/8000\r\n", "RTP/AVP 8 101\r\n")]);
}
/// RFC 4566, 5 to 6; RFC 3605.
pub fn verbose(text: &mut String) {
    all(
        text,
        &[
            ("\r\ns=-\r\n", "\r\ns=SOS call\r\ni=alarm post\r\n"),
            ("\r\nt=0 0\r\n", "\r\nb=AS:80\r\nt=0 0\r\na=tool:voice module 2.1\r\na=charset:UTF-8\r\n"),
            ("a=ptime:20\r\n", "a=rtcp:4001\r\na=silenceSupp:off - - - -\r\na=ptime:20\r\na=maxptime:40\r\n"),
        ],
    );
}
/// RFC 5626, 4.1.
pub fn instance(text: &mut String) {
    let unit = "@10.20.0.17>;+sip.instance=\"<urn:uuid:00000000-0000-1000-8000-000A95A0E128>\"\r\n";
    all(text, &[("@10.20.0.17>\r\n", unit), ("\r\nMax-Forwards", "\r\nSupported: outbound, path\r\nMax-Forwards")]);
}
pub fn forty(text: &mut String) {
    all(text, &[("a=ptime:20\r\n", "a=ptime:40\r\n")]);
}
