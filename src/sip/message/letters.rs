//! Octets of a message as letters and back: whatever is not UTF-8 is kept as it is, so that an answer gives it back
//! unchanged, and the rest of the message is read.

/// Octets from 0x80 on stand as letters of private use from here on.
const FIRST: u32 = 0xF780;
const LAST: u32 = 0xF7FF;

fn is_octet(letter: char) -> bool {
    (FIRST..=LAST).contains(&u32::from(letter))
}
fn letter_of(octet: u8) -> char {
    char::from_u32(FIRST + u32::from(octet) - 0x80).unwrap_or(char::REPLACEMENT_CHARACTER)
}

/// The text, and whether all of it was UTF-8. A letter that would be taken for an octet is taken apart as well.
pub fn read(octets: &[u8]) -> (String, bool) {
    if let Ok(text) = std::str::from_utf8(octets)
        && !text.chars().any(is_octet)
    {
        return (text.to_owned(), true);
    }
    let (mut text, mut is_utf8) = (String::with_capacity(octets.len()), true);
    for part in octets.utf8_chunks() {
        for letter in part.valid().chars() {
            if is_octet(letter) {
                text.extend(letter.encode_utf8(&mut [0; 4]).bytes().map(letter_of));
            } else {
                text.push(letter);
            }
        }
        is_utf8 &= part.invalid().is_empty();
        text.extend(part.invalid().iter().copied().map(letter_of));
    }
    (text, is_utf8)
}

/// The octets that a text was read from.
pub fn written(text: String) -> Vec<u8> {
    if !text.chars().any(is_octet) {
        return text.into_bytes();
    }
    let mut octets = Vec::with_capacity(text.len());
    for letter in text.chars() {
        match u32::from(letter) {
            code @ FIRST..=LAST => octets.push((code - FIRST + 0x80) as u8),
            _ => octets.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
    octets
}

/// The text for people: what could not be read stands as a sign.
pub fn shown(text: &str) -> String {
    text.chars().map(|letter| if is_octet(letter) { char::REPLACEMENT_CHARACTER } else { letter }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn letters_of_another_encoding_are_kept_and_shown_as_signs() {
        // ISO 8859-2.
        let (text, is_utf8) = read(b"Punkt \xb3\xb1ka \xc5\x82");
        assert!(!is_utf8);
        assert_eq!(shown(&text), "Punkt \u{fffd}\u{fffd}ka ł");
        assert_eq!(written(text), b"Punkt \xb3\xb1ka \xc5\x82");
        assert_eq!(read("Łódź".as_bytes()), ("Łódź".to_owned(), true));
    }

    proptest! {
        #[test]
        fn what_is_read_is_written_as_it_was(octets: Vec<u8>, letters in "[\\x{f700}-\\x{f8ff}a]{0,9}") {
            let octets = [octets, letters.into_bytes()].concat();
            prop_assert_eq!(written(read(&octets).0), octets);
        }
    }
}
