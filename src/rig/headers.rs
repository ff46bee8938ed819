//! `post.headers:`: in which headers of its INVITE the post says what SIP has no place for. None is required: what is
//! not named is not looked for.

use crate::problem::Problems;
use crate::unit::both;
use crate::yaml::{Node, Section, Word};

/// Headers of an INVITE that are told and can be named: these, and whatever begins with `X-`.
pub const TOLD_HEADERS: [&str; 9] = [
    "Priority",
    "Resource-Priority",
    "P-Asserted-Identity",
    "User-Agent",
    "Max-Forwards",
    "Expires",
    "Alert-Info",
    "Call-Info",
    "Organization",
];

/// Under these names the rules know what the rig's headers say.
const POINT: &str = "X-SOS-Post";
const PRESS: &str = "X-SOS-Press";
const PRIORITY: &str = "Priority";
const DELAYED: &str = "X-SOS-Delayed";
const EMERGENCY: &str = "emergency";
const YES: &str = "yes";

/// Which header says what; `None`: none does.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Headers {
    /// The post's identity.
    pub point: Option<String>,
    /// A number for each case, the same in all calls for it.
    pub press: Option<String>,
    /// That the call goes before others: name, and the value that says so.
    pub priority: Option<(String, String)>,
    /// That the press was made when there was no way to call: name, and the value that says so.
    pub delayed: Option<(String, String)>,
}

impl Headers {
    /// As the virtual post and the post protocol have them.
    pub fn of_protocol() -> Self {
        let pair = |name: &str, value: &str| Some((name.to_owned(), value.to_owned()));
        Headers {
            point: Some(POINT.to_owned()),
            press: Some(PRESS.to_owned()),
            priority: pair(PRIORITY, EMERGENCY),
            delayed: pair(DELAYED, YES),
        }
    }
    /// What a call says in the rig's headers, under the names by which the rules know it; other headers as they are.
    pub fn understood(&self, sent: &[(String, String)]) -> Vec<(String, String)> {
        let value =
            |wanted: &str| sent.iter().find(|(name, _)| name.eq_ignore_ascii_case(wanted)).map(|(_, value)| value.as_str());
        let plain = |name: &Option<String>| name.as_deref().and_then(value).map(str::to_owned);
        let word = |pair: &Option<(String, String)>, says: &str| {
            let (name, expected) = pair.as_ref()?;
            let is_said = value(name)?.trim().eq_ignore_ascii_case(expected);
            Some(if is_said { says.to_owned() } else { format!("not {says}") })
        };
        let known = [
            (POINT, plain(&self.point)),
            (PRESS, plain(&self.press)),
            (PRIORITY, word(&self.priority, EMERGENCY)),
            (DELAYED, word(&self.delayed, YES)),
        ];
        let is_known = |name: &str| known.iter().any(|(known, _)| known.eq_ignore_ascii_case(name));
        let others = sent.iter().filter(|(name, _)| !is_known(name)).cloned();
        others.chain(known.iter().filter_map(|(name, said)| Some(((*name).to_owned(), said.clone()?)))).collect()
    }
}

const KEYS: [&str; 4] = ["point", "press", "priority", "delayed"];

/// Reads the section; `None`: something in it is wrong.
pub(super) fn read(node: &Node, problems: &mut Problems) -> Option<Headers> {
    let section = Section::open(node, "post.headers", &KEYS, problems)?;
    let mut is_right = true;
    let mut one = |key: &'static str, example: &str, problems: &mut Problems| {
        section.get(key)?;
        let read = section.optional_text(key, example, problems).and_then(|word| header(key, word, problems));
        is_right &= read.is_some();
        read
    };
    let point = one("point", "point: X-SOS-Post", problems);
    let press = one("press", "press: X-SOS-Press", problems);
    let priority = one("priority", "priority: \"Priority: emergency\"", problems);
    let delayed = one("delayed", "delayed: \"X-SOS-Delayed: yes\"", problems);
    let name = |(name, _): (String, Option<String>)| name;
    let pair =
        |usual: &'static str| move |(name, value): (String, Option<String>)| (name, value.unwrap_or_else(|| usual.to_owned()));
    let headers = Headers {
        point: point.map(name),
        press: press.map(name),
        priority: priority.map(pair(EMERGENCY)),
        delayed: delayed.map(pair(YES)),
    };
    is_right.then_some(headers)
}

/// `NAME` or `NAME: VALUE`.
fn header(key: &str, word: &Word, problems: &mut Problems) -> Option<(String, Option<String>)> {
    let (name, value) = match word.text.split_once(':') {
        Some((name, value)) => (name.trim(), Some(value.trim().to_owned()).filter(|value| !value.is_empty())),
        None => (word.text.trim(), None),
    };
    let is_token = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-.!%*_+`'~".contains(&byte));
    let is_extra = name.get(..2).is_some_and(|start| start.eq_ignore_ascii_case("X-")) && name.len() > 2;
    if is_token && (is_extra || TOLD_HEADERS.iter().any(|told| told.eq_ignore_ascii_case(name))) {
        return Some((name.to_owned(), value));
    }
    let what = both!(
        "post.headers.{key} names a header that is not looked at: \"{name}\"",
        "post.headers.{key} wskazuje nagłówek, który nie jest odczytywany: \"{name}\""
    );
    let told = TOLD_HEADERS.join(", ");
    let remedy = both!(
        "name one that begins with X-, or one of {told}; if the post has none, delete the line",
        "podaj nagłówek zaczynający się od X- albo jeden z: {told}; jeśli punkt takiego nie ma, usuń ten wiersz"
    );
    problems.add(word.at, what, remedy);
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(headers: &[(&str, &str)]) -> Vec<(String, String)> {
        headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn what_a_post_says_is_understood_by_the_names_that_its_rig_gives() {
        let other = Headers {
            point: Some("X-Point".into()),
            press: None,
            priority: Some(("Resource-Priority".into(), "esnet.0".into())),
            delayed: None,
        };
        let call = sent(&[
            ("X-Point", "7"),
            ("resource-priority", "ESNET.0"),
            ("Priority", "emergency"),
            ("X-SOS-Press", "3"),
            ("X-A", "b"),
        ]);
        let expected = sent(&[
            ("X-Point", "7"),
            ("resource-priority", "ESNET.0"),
            ("X-A", "b"),
            ("X-SOS-Post", "7"),
            ("Priority", "emergency"),
        ]);
        assert_eq!(other.understood(&call), expected);
        let ordinary = sent(&[("Resource-Priority", "emergency")]);
        assert!(other.understood(&ordinary).contains(&("Priority".to_owned(), "not emergency".to_owned())));
        assert_eq!(Headers::default().understood(&sent(&[("Priority", "emergency"), ("X-A", "b")])), sent(&[("X-A", "b")]));
    }

    #[test]
    fn the_protocols_own_names_are_understood_as_they_stand() {
        let call = sent(&[("Max-Forwards", "70"), ("X-SOS-Post", "SOS-0417"), ("X-SOS-Press", "3"), ("Priority", "emergency")]);
        assert_eq!(Headers::of_protocol().understood(&call), call);
    }
}
