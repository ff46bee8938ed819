//! What is found by which text, and what is refused with which words.

use super::*;
use crate::steps::phrase::Kind;
use std::time::Duration;

const fn phrase(en: &'static str, pl: &'static str) -> Phrase<()> {
    Phrase { kind: Kind::Then, en, pl, judges: None, needs: &[], within: Duration::from_secs(1), run: |(), _| Ok(()) }
}

static PHRASES: &[Phrase<()>] = &[
    phrase("the button is pressed", "naciśnięto przycisk"),
    phrase("the operator says {string}", "operator mówi {string}"),
    phrase("a post/point is ready", "punkt jest gotowy"),
    phrase("the post is idle", "the post is idle"),
];

fn book() -> PhraseMatcher<()> {
    PhraseMatcher::new(&[PHRASES]).unwrap()
}

#[track_caller]
fn check_lost(text: &str, expected: Lost) {
    assert_eq!(book().find(text).err(), Some(expected), "{text:?}");
}

#[test]
fn a_phrase_is_found_in_either_language_by_its_text_alone() {
    for text in ["the button is pressed", "naciśnięto przycisk", "a point is ready", "the post is idle"] {
        assert!(book().find(text).is_ok(), "{text:?}");
    }
    for text in ["the operator says \"halo, tu\"", "operator mówi „halo, tu”"] {
        assert_eq!(book().find(text).ok().unwrap().args.values, [Arg::Text("halo, tu".into())], "{text:?}");
    }
}

#[test]
fn an_unknown_step_names_the_nearest_phrase() {
    check_lost("the buton is pressed", Lost::Unknown { nearest: Some("the button is pressed") });
    check_lost("the button gets pressed", Lost::Unknown { nearest: Some("the button is pressed") });
    check_lost("naciśnięto guzik", Lost::Unknown { nearest: Some("naciśnięto przycisk") });
    check_lost("rain falls on Kraków all day", Lost::Unknown { nearest: None });
}

#[test]
fn the_two_forms_of_a_phrase_must_have_the_same_parameters() {
    static BAD: &[Phrase<()>] = &[phrase("within {duration}", "w ciągu {count}")];
    assert!(PhraseMatcher::new(&[BAD]).err().unwrap().why.contains("other parameters"));
    static TYPO: &[Phrase<()>] = &[phrase("within {durration}", "w ciągu {durration}")];
    assert!(PhraseMatcher::new(&[TYPO]).is_err());
}

#[test]
fn every_phrase_of_the_book_is_an_expression() {
    let book = PhraseMatcher::new(crate::steps::TABLES).unwrap();
    for way in &book.ways {
        let whole = gherkin::expression(way.text, &PATTERNS);
        assert!(whole.is_ok(), "{:?}: {whole:?}", way.text);
        assert!(way.text.starts_with(way.start), "{:?}", way.text);
    }
}

#[test]
fn quantities_are_recognised_as_people_write_them() {
    let whole = |parameter: Parameter, text: &str| Regex::new(&format!("^(?:{})$", parameter.pattern())).unwrap().is_match(text);
    for text in [
        "0.5 s",
        "0,5 s",
        "500ms",
        "2 sekundy",
        "10 minut",
        "1 min 30 s",
        "72 h",
        "5 furlongs",
        "dwóch sekundach",
        "pół sekundy",
        "minuta",
        "kwadrans",
    ] {
        assert!(whole(Parameter::Duration, text), "{text:?}");
    }
    for text in ["-12,5 dBm0", "−3 dB", "75 dBA", "75 dB(A)", "-20 dBFS"] {
        assert!(whole(Parameter::Level, text), "{text:?}");
    }
    for text in ["5 %", "5%", "0,5 procenta", "3 percent"] {
        assert!(whole(Parameter::Percent, text), "{text:?}");
    }
    for (parameter, text) in [(Parameter::Count, "thirteen"), (Parameter::Duration, "5"), (Parameter::Level, "5 V")] {
        assert!(!whole(parameter, text), "{text:?}");
    }
}

static POLISH: &[Phrase<()>] = &[
    phrase("{duration} pass(es)", "mija/mijają {duration}"),
    phrase("the operator answers after {duration}", "operator odbiera po {duration}"),
    phrase("the button is pressed {times} for {duration}", "przycisk zostaje naciśnięty {times} na {duration}"),
    phrase(
        "within {duration} exactly {count} late call(s) reach(es) us",
        "w ciągu {duration} dociera/docierają dokładnie {count} zgłoszenie/zgłoszenia/zgłoszeń późne/późne/późnych",
    ),
];

#[track_caller]
fn check_polish(text: &str, expected: &[Arg]) {
    let book = PhraseMatcher::new(&[POLISH]).unwrap();
    let found = book.find(text).map(|found| found.args.values);
    assert_eq!(found, Ok(expected.to_vec()), "{text:?}");
}

#[test]
fn durations_and_counts_are_understood_as_poles_say_them() {
    let seconds = |seconds| Arg::Duration(Duration::from_secs_f64(seconds));
    for (text, expected) in [
        ("mija 2 s", 2.0),
        ("mijają 2 s", 2.0),
        ("mijają 2 sekundy", 2.0),
        ("mijają dwie sekundy", 2.0),
        ("mijają 22 sekundy", 22.0),
        ("mija 5 sekund", 5.0),
        ("mija 12 sekund", 12.0),
        ("mija 1 sekunda", 1.0),
        ("mija 0,5 sekundy", 0.5),
        ("mija 2,5 sekundy", 2.5),
        ("mija pół sekundy", 0.5),
        ("mija sekunda", 1.0),
        ("mija minuta", 60.0),
        ("mija godzina", 3600.0),
        ("mija kwadrans", 900.0),
        ("mijają dwa kwadranse", 1800.0),
        ("operator odbiera po pół sekundy", 0.5),
        ("operator odbiera po dwóch sekundach", 2.0),
        ("operator odbiera po jednej sekundzie", 1.0),
        ("operator odbiera po minucie", 60.0),
        ("half a second passes", 0.5),
    ] {
        check_polish(text, &[seconds(expected)]);
    }
    for (text, count) in [("5 razy", 5), ("dwa razy", 2), ("raz", 1), ("1 raz", 1), ("jeden raz", 1), ("300 razy", 300)] {
        check_polish(&format!("przycisk zostaje naciśnięty {text} na 2 s"), &[Arg::Count(count), seconds(2.0)]);
    }
    for (text, count) in [
        ("dociera dokładnie 1 zgłoszenie późne", 1),
        ("docierają dokładnie trzy zgłoszenia późne", 3),
        ("dociera dokładnie 21 zgłoszeń późnych", 21),
    ] {
        check_polish(&format!("w ciągu 2 s {text}"), &[seconds(2.0), Arg::Count(count)]);
    }
    for (text, count) in [("5 times", 5), ("two times", 2), ("once", 1), ("twice", 2), ("1 time", 1)] {
        check_polish(&format!("the button is pressed {text} for 2 s"), &[Arg::Count(count), seconds(2.0)]);
    }
}

#[test]
fn what_nobody_says_is_refused_with_the_right_form() {
    let check = |text: &str, expected: &str| {
        let book = PhraseMatcher::new(&[POLISH]).unwrap();
        match book.find(text) {
            Err(Lost::Ungrammatical { right, .. }) => assert_eq!(right, expected, "{text:?}"),
            other => panic!("{text:?}: {:?}", other.err()),
        }
    };
    check("mija 2 sekundy", "„mijają 2 sekundy”");
    check("mija dwie minuty", "„mijają dwie minuty”");
    check("mijają 5 sekund", "„mija 5 sekund”");
    check("mijają minuta", "„mija minuta”");
    check("mijają 2,5 sekundy", "„mija 2,5 sekundy”");
    check("przycisk zostaje naciśnięty 1 razy na 2 s", "„raz”");
    check("przycisk zostaje naciśnięty 5 raz na 2 s", "„5 razy”");
    check("the button is pressed 1 times for 2 s", "“once”");
    check("w ciągu 2 s dociera dokładnie 2 zgłoszenia późne", "„docierają dokładnie 2”");
    check("w ciągu 2 s docierają dokładnie 5 zgłoszeń późnych", "„dociera dokładnie 5”");
    check("w ciągu 2 s docierają dokładnie 22 zgłoszeń późnych", "„22 zgłoszenia późne”");
    check("w ciągu 2 s dociera dokładnie 12 zgłoszenia późne", "„12 zgłoszeń późnych”");
    check("w ciągu 2 s dociera dokładnie jedno zgłoszeń późne", "„jedno zgłoszenie późne”");
    assert!(matches!(PhraseMatcher::new(&[POLISH]).unwrap().find("mija 5 furlongs"), Err(Lost::Unreadable(_))));
}

#[test]
fn a_requirement_is_read_by_its_id() {
    static JUDGED: &[Phrase<()>] = &[phrase("it is so [{requirement}]", "tak jest [{requirement}]")];
    let book = PhraseMatcher::new(&[JUDGED]).unwrap();
    assert_eq!(book.find("it is so [T31]").ok().unwrap().args.values, [Arg::Requirement("T31")]);
    assert!(matches!(book.find("tak jest [T99]"), Err(Lost::Unreadable(_))));
}
