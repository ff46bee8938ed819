//! What healthy modules of the examiner's kind make of their messages.
//!
//! Knows text only; lengths are set right afterwards.

/// They speak one law only, that of America.
pub fn mu_law_only(text: &mut String) {
    *text = text.replace(" 0 8 101\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\n", " 0 101\r\na=rtpmap:0 PCMU/8000\r\n");
}
