//! Addresses that lead to those who come to save lives, however they are written. A bench never calls one: a false
//! alarm is an offence, and somebody else waits meanwhile.
//!
//! Refuses rather once too often. Knows nothing of who wants to call.

/// Emergency numbers of Europe and Poland (112; 984 to 999), and the commonest elsewhere.
const NUMBERS: [&str; 20] = [
    "112", "911", "000", "984", "985", "986", "987", "988", "989", "991", "992", "993", "994", "995", "996", "997", "998", "999",
    "110", "119",
];
/// Those that a switchboard's number for an outside line is dialled before: the ones of this country, and the one that
/// telephones of others dial.
const BEHIND_OUTSIDE_LINE: [&str; 17] =
    ["112", "911", "984", "985", "986", "987", "988", "989", "991", "992", "993", "994", "995", "996", "997", "998", "999"];
/// Poland's areas: behind one stands an emergency number of that area.
const AREAS: [u8; 49] = [
    12, 13, 14, 15, 16, 17, 18, 22, 23, 24, 25, 29, 32, 33, 34, 41, 42, 43, 44, 46, 48, 52, 54, 55, 56, 58, 59, 61, 62, 63, 65,
    67, 68, 71, 74, 75, 76, 77, 81, 82, 83, 84, 85, 86, 87, 89, 91, 94, 95,
];
const COUNTRY: &str = "48";
/// The service of RFC 5031, 4.1.
const SERVICE: &str = "urn:service:sos";
/// Percent signs within percent signs, so deep.
const MOST_WRAPPINGS: usize = 8;

/// Whether this leads to an emergency call: a URI, a number, or a name before an `@`.
pub fn is_emergency(address: &str) -> bool {
    let address = unwrapped(address).to_lowercase();
    let address = address.trim_matches(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"'));
    if let Some(rest) = address.strip_prefix(SERVICE) {
        return !rest.starts_with(|c: char| c.is_alphanumeric());
    }
    let mut rest = address;
    for scheme in ["sips:", "sip:", "tel:", "callto:", "im:", "pres:"] {
        rest = rest.strip_prefix(scheme).unwrap_or(rest).trim_start_matches('/');
    }
    // A whole address may stand before the @ of another.
    let user = rest.rsplit_once('@').map_or(rest, |(user, _)| user);
    if user != address && user != rest && is_emergency(user) {
        return true;
    }
    let user = user.split([';', '?', ':']).next().unwrap_or_default();
    // What is dialled after a pause is for whoever has answered.
    let pauses = [',', '~', 'p', 'w', 'x'];
    let is_dialled = user.chars().all(|c| digit(c).is_some() || !c.is_alphabetic() || pauses.contains(&c));
    is_number(user) || (is_dialled && user.split(pauses).next().is_some_and(is_number))
}

/// Percent signs resolved, again and again.
fn unwrapped(text: &str) -> String {
    let mut text = text.to_owned();
    for _ in 0..MOST_WRAPPINGS {
        let next = unescaped(&text);
        if next == text {
            break;
        }
        text = next;
    }
    text
}
fn unescaped(text: &str) -> String {
    let mut octets = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let code = after.first_chunk::<2>().and_then(|code| std::str::from_utf8(code).ok());
        let code = code.and_then(|code| u8::from_str_radix(code, 16).ok()).filter(|_| *first == b'%');
        octets.push(code.unwrap_or(*first));
        rest = if code.is_some() { after.get(2..).unwrap_or_default() } else { after };
    }
    String::from_utf8_lossy(&octets).into_owned()
}

/// A digit of any script.
fn digit(letter: char) -> Option<char> {
    // Where ten digits begin: of Arabic, Persian, Devanagari, Bengali, Thai, full width, superscript and subscript.
    const ZEROS: [u32; 8] = [0x0660, 0x06F0, 0x0966, 0x09E6, 0x0E50, 0xFF10, 0x2070, 0x2080];
    let code = u32::from(letter);
    let value = match letter {
        '0'..='9' => return Some(letter),
        '¹' => 1,
        '²' => 2,
        '³' => 3,
        '①'..='⑨' => code - 0x2460 + 1,
        '\u{1D7CE}'..='\u{1D7FF}' => (code - 0x1D7CE) % 10,
        _ => ZEROS.into_iter().find_map(|zero| code.checked_sub(zero).filter(|value| *value < 10))?,
    };
    char::from_digit(value, 10)
}

/// Whether this dials one, by digits and whatever is between them. A name with letters is no number.
fn is_number(user: &str) -> bool {
    if user.chars().any(|c| digit(c).is_none() && c.is_alphabetic()) {
        return false;
    }
    let kept = |c: char| digit(c).or_else(|| matches!(c, '+' | '*' | '#').then_some(c));
    let dialled: String = user.chars().map(|c| if c == '\u{FF0B}' { '+' } else { c }).filter_map(kept).collect();
    let dialled = without_codes(&dialled);
    let digits: String = dialled.chars().filter(char::is_ascii_digit).collect();
    NUMBERS.contains(&digits.as_str())
        || is_behind_outside_line(&digits)
        || is_abroad(&digits, dialled.starts_with('+'))
        || is_of_area(&digits)
}

/// What a telephone is told before a number: `*31#112` hides who calls.
fn without_codes(dialled: &str) -> &str {
    let mut rest = dialled;
    while let Some(code) = rest.strip_prefix(['*', '#']) {
        rest = code.split_once(['*', '#']).filter(|(_, number)| !number.is_empty()).map_or(code, |(_, number)| number);
    }
    rest
}

/// 0, 9 or two of them lead out of a house.
fn is_behind_outside_line(digits: &str) -> bool {
    (1..=2.min(digits.len())).any(|at| {
        let (line, number) = digits.split_at(at);
        line.bytes().all(|digit| matches!(digit, b'0' | b'9')) && BEHIND_OUTSIDE_LINE.contains(&number)
    })
}

/// Behind a country's number, which is written after `+`, or after two noughts and whatever leads out of the house; the
/// one of this country also without.
fn is_abroad(digits: &str, is_international: bool) -> bool {
    let behind_country = |number: &str| {
        (1..=3).filter_map(|at| number.get(at..)).any(|rest| NUMBERS.contains(&rest) || is_behind_outside_line(rest))
            || number.strip_prefix(COUNTRY).is_some_and(is_of_area)
    };
    let noughts = digits.find("00").map(|at| digits.split_at(at));
    let after_noughts = noughts.filter(|(before, _)| before.bytes().all(|digit| matches!(digit, b'0' | b'9')));
    (is_international && behind_country(digits))
        || after_noughts.is_some_and(|(_, number)| behind_country(number.trim_start_matches('0')))
        || digits.strip_prefix(COUNTRY).is_some_and(|number| NUMBERS.contains(&number) || is_of_area(number))
}

/// `22 986`: the municipal guard of another city.
fn is_of_area(digits: &str) -> bool {
    let digits = digits.trim_start_matches('0');
    let area = digits.get(..2).and_then(|area| area.parse().ok());
    let number = digits.get(2..).unwrap_or_default();
    area.is_some_and(|area: u8| AREAS.contains(&area))
        && number.len() == 3
        && BEHIND_OUTSIDE_LINE.contains(&number)
        && number != "911"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_who_saves_lives_is_called_however_that_is_written() {
        for address in [
            "112",
            "997",
            "998",
            "999",
            "986",
            "911",
            "+112",
            "1-1-2",
            "1 1 2",
            "(112)",
            "1.1.2",
            "1/1/2",
            "112#",
            "*31#112",
            "#31#112",
            "**112",
            "0112",
            "00112",
            "0-112",
            "9112",
            "9,112",
            "0048112",
            "+48112",
            "+48 112",
            "48112",
            "000048112",
            "+48999",
            "+44999",
            "22986",
            "22 986",
            "022986",
            "+4822986",
            "004822998",
            "112,,5",
            "112p5",
            "112;phone-context=+48",
            "112;ext=1",
            "112:secret",
            "%31%31%32",
            "%2531%2531%2532",
            "+%34%38112",
            "１１２",
            "١١٢",
            "¹¹²",
            "①①②",
            "𝟙𝟙𝟚",
            "＋48112",
            "tel:112",
            "TEL:1-1-2",
            "tel:+48-112",
            "sip:112@127.0.0.1",
            "SIP:112@h:5060;transport=udp",
            "sips:%31%31%32@h",
            "sip:+48112;phone-context=h@h;user=phone",
            "<sip:112@h>",
            " sip:112@h ",
            "sip:tel%3A112@h",
            "sip:112%40x@h",
            "urn:service:sos",
            "URN:Service:SOS.fire",
            "urn:service:sos.police@h",
            "sip:urn%3Aservice%3Asos@h",
            "sip:sip:112@h",
        ] {
            assert!(is_emergency(address), "{address}");
        }
    }

    #[test]
    fn whoever_else_is_called_may_be() {
        for address in [
            "operator",
            "sos",
            "SOS-0417",
            "operator112",
            "operator2",
            "100",
            "101",
            "1000",
            "5060",
            "9000",
            "1120",
            "1121",
            "2112",
            "3112",
            "11200",
            "+48221234567",
            "0048221234567",
            "48221234567",
            "221234567",
            "999999",
            "sip:operator@112",
            "sip:100@10.11.12.112",
            "sip:operator@10.0.0.112:5060",
            "urn:service:sosna",
            "112th",
            "",
            "@",
            "sip:@h",
            "%",
            "%zz",
            "*",
            "#",
            "+",
        ] {
            assert!(!is_emergency(address), "{address}");
        }
    }
}
