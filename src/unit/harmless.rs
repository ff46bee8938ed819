//! Text of strangers made harmless: what steers a terminal, turns the direction of writing or cannot be seen is shown
//! as a sign instead.
//!
//! Knows nothing of where a text comes from or goes to.

use std::borrow::Cow;

/// A longer text of a stranger hides whatever stands beside it.
const MOST_LETTERS: usize = 4_000;

/// Whether a letter does something other than stand on the page.
fn is_harmful(letter: char) -> bool {
    letter.is_control()
        || matches!(letter,
            // Marks that turn the direction of what follows (UAX #9, 2), and the one of Arabic.
            '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
            // Widthless: two names that differ look the same.
            | '\u{00ad}' | '\u{200b}'..='\u{200d}' | '\u{2060}'..='\u{2064}' | '\u{feff}'
            // Other ends of a line, what is deprecated, and tags.
            | '\u{2028}' | '\u{2029}' | '\u{206a}'..='\u{206f}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
        // Never interchanged (Unicode, 23.7); XML has no place for two of them.
        || matches!(letter, '\u{fdd0}'..='\u{fdef}')
        || u32::from(letter) & 0xfffe == 0xfffe
}

/// Whether a text may stand as it is.
pub fn is_harmless(text: &str) -> bool {
    let is_plain = text.bytes().all(|byte| (b' '..=b'~').contains(&byte));
    text.len() <= MOST_LETTERS && (is_plain || !text.chars().any(is_harmful))
}

/// The text as it may stand on a terminal, on a page, in XML and in a name.
pub fn harmless(text: &str) -> Cow<'_, str> {
    if is_harmless(text) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len().min(MOST_LETTERS));
    let mut letters = text.chars();
    for letter in letters.by_ref().take(MOST_LETTERS) {
        match u32::from(letter) {
            _ if !is_harmful(letter) => shown.push(letter),
            0x7f => shown.push('\u{2421}'),
            // Unicode has a picture of each of these, from ␀ to ␟.
            code @ 0..0x20 => shown.extend(char::from_u32(0x2400 + code)),
            code => shown.push_str(&format!("‹U+{code:04X}›")),
        }
    }
    let left = letters.count();
    if left > 0 {
        shown.push_str(&format!("… (+{left})"));
    }
    Cow::Owned(shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_steers_a_terminal_or_turns_the_writing_is_shown_as_a_sign() {
        for (text, shown) in [
            ("Zażółć gęślą jaźń – 5 ± 1 °C", "Zażółć gęślą jaźń – 5 ± 1 °C"),
            ("\u{1b}[2J\u{1b}]0;owned\u{7}", "␛[2J␛]0;owned␇"),
            ("a\r\nb\tc\u{7f}", "a␍␊b␉c␡"),
            ("\u{9b}31m", "‹U+009B›31m"),
            ("SOS-\u{202e}7140", "SOS-‹U+202E›7140"),
            ("SOS\u{200b}-0417", "SOS‹U+200B›-0417"),
            ("\u{fffe}\u{fdd1}", "‹U+FFFE›‹U+FDD1›"),
        ] {
            assert_eq!(harmless(text), shown);
            assert_eq!(is_harmless(text), text == shown);
        }
    }

    #[test]
    fn a_text_without_end_is_cut_and_says_so() {
        let long = "ż".repeat(10_000);
        let shown = harmless(&long);
        assert!(shown.ends_with("… (+6000)") && shown.chars().count() < 4_020, "{}", shown.len());
        // What is made harmless once is so.
        let escapes = "\u{1b}".repeat(300);
        assert_eq!(harmless(&harmless(&escapes)), harmless(&escapes));
    }
}
