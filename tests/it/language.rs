//! Whether what a Polish reader is told is Polish. Knows nothing of where it was told.

/// Words without which no English sentence does, and that are no Polish ones.
const ENGLISH: [&str; 22] = [
    "the", "is", "are", "was", "and", "of", "in", "an", "it", "not", "no", "be", "must", "has", "have", "here", "with", "from",
    "write", "give", "or", "for",
];
/// What a run tells most of. Some of them are keys of a rig's file as well.
const OF_RUNS: [&str; 16] = [
    "button", "press", "pressed", "released", "bench", "post", "failed", "passed", "required", "nothing", "call", "ringing",
    "made", "safe", "least", "most",
];

/// Words of the rig's file that are written with a hyphen, or a slash, and have one of those in them.
const TYPED: [&str; 3] = ["not-yet-valid", "not-for-servers", "card/in-1"];

/// The English words of a line, but those that are quoted from a file (`"…"`, `` `…` ``, `„…”`) or typed (`--from`).
pub fn english_in(line: &str) -> Vec<&str> {
    words_in(line).filter(|word| ENGLISH.contains(word)).collect()
}

/// The same of a line of a run.
pub fn english_in_run(line: &str) -> Vec<&str> {
    words_in(line).filter(|word| ENGLISH.contains(word) || OF_RUNS.contains(word)).collect()
}

fn words_in(line: &str) -> impl Iterator<Item = &str> {
    let bare = line.split(['"', '`', '„', '”']).step_by(2);
    let is_typed = |word: &&str| word.starts_with("--") || TYPED.contains(&word.trim_end_matches([',', ';', ':', '.', ')']));
    let words = bare.flat_map(str::split_whitespace).filter(move |word| !is_typed(word));
    words.flat_map(|part| part.split(|c: char| !c.is_alphabetic()))
}

#[test]
fn english_is_found_also_within_a_word_with_a_hyphen() {
    assert_eq!(english_in("punkt is not-ready"), ["is", "not"]);
    assert!(english_in("musi mieć wartość not-yet-valid, „is” albo `of`, z --from 3").is_empty());
}
