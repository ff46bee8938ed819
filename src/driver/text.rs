//! Bytes into lines: collects what arrives on a port until a line end, and keeps the moment of each line's first byte.
//!
//! Knows nothing of what the lines say.

use crate::clock::{Instant, Stamped};

/// No protocol of ours has longer lines: what exceeds this is cut into pieces, so that a line end that never comes
/// cannot fill the memory.
const LONGEST: usize = 512;

#[derive(Debug, Default)]
pub struct Lines {
    began: Option<Instant>,
    text: String,
}

impl Lines {
    /// Takes one byte; gives the line that it completes. CR and LF both end a line, empty lines are none. What is no
    /// printable ASCII is kept as U+FFFD.
    pub fn push(&mut self, byte: Stamped<u8>) -> Option<Stamped<String>> {
        match byte.value {
            b'\r' | b'\n' => return self.end(),
            printable @ (b' '..=b'~' | b'\t') => self.text.push(char::from(printable)),
            _ => self.text.push(char::REPLACEMENT_CHARACTER),
        }
        self.began.get_or_insert(byte.at);
        if self.text.len() >= LONGEST { self.end() } else { None }
    }

    fn end(&mut self) -> Option<Stamped<String>> {
        let began = self.began.take()?;
        Some(Stamped::new(began, std::mem::take(&mut self.text)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(bytes: &[u8], expected: &[(u64, &str)]) {
        let mut lines = Lines::default();
        let stamped = bytes.iter().zip(0..).map(|(byte, n)| Stamped::new(Instant::from_nanos(n), *byte));
        let got: Vec<_> = stamped.filter_map(|byte| lines.push(byte)).map(|l| (l.at.as_nanos(), l.value)).collect();
        let expected: Vec<_> = expected.iter().map(|(at, text)| (*at, (*text).to_string())).collect();
        assert_eq!(got, expected);
    }

    #[test]
    fn a_line_is_stamped_at_its_first_byte() {
        check(b"ab\r\ncd\n\n\re\r", &[(0, "ab"), (4, "cd"), (9, "e")]);
        check(b"no end", &[]);
    }

    #[test]
    fn what_is_no_text_is_seen_as_such() {
        check(b"a\x80\x00b\n", &[(0, "a\u{FFFD}\u{FFFD}b")]);
    }

    #[test]
    fn a_line_without_end_is_cut() {
        let mut lines = Lines::default();
        let pieces = (0..5000).filter_map(|_| lines.push(Stamped::new(Instant::ZERO, b'x'))).count();
        assert_eq!(pieces, 5000 / LONGEST);
    }
}
