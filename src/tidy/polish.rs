//! What a Polish sentence may not say: words that mislead or that no Pole uses so, and words of English.
//!
//! Knows nothing of grammar.

use super::Violation;
use super::source::Source;

/// Part of a word, what to write instead, and why.
struct Word {
    part: &'static str,
    instead: &'static str,
    reason: &'static str,
}

const fn word(part: &'static str, instead: &'static str, reason: &'static str) -> Word {
    Word { part, instead, reason }
}

const ONE_WORD: &str = "one thing has one name: a reader takes a second name for a second thing";
const UNNATURAL: &str = "a technician stumbles over what no Pole would say";
const WORDS: &[Word] = &[
    word("posterun", "punkt", "a posterunek is a police station"),
    word("pulpit", "symulator operatora", "a pulpit is a desktop or a lectern"),
    word("światłowód zanika", "łączność światłowodowa zostaje przerwana", "a fibre does not fade"),
    word("mowa zanika", "przerwa w mowie", "it reads as if speech had to fade"),
    word("ziarno losowe", "ziarno generatora losowego", "not the seed is random"),
    word("dowodzi s", "potwierdza", UNNATURAL),
    word("dowiedzion", "potwierdzone odczytem", UNNATURAL),
    word("jako duch", "spóźnione zgłoszenie", UNNATURAL),
    word("łącze świeci", "łącze aktywne", UNNATURAL),
    word("naprawia się", "wraca", UNNATURAL),
    word("najpierw odbierz", "najpierw wyłącz", "what an operator does to a call is something else"),
    word("w uchu", "w mikrofonie pomiarowym", UNNATURAL),
    word("praca stała", "wstrzymany", UNNATURAL),
    word("zły winny", "błędnie wskazany winny", UNNATURAL),
    word("nie zostaje żaden", "nie pozostał żaden", UNNATURAL),
    word("płytk", "moduł", ONE_WORD),
    word("usta pomiarowe", "sztuczne usta", ONE_WORD),
    word("ust pomiarowych", "sztucznych ust", ONE_WORD),
    word("port diagnostyczn", "port debugowania", ONE_WORD),
    word("meldun", "sygnał życia", ONE_WORD),
    word("wstrzymanie rozmow", "zawieszenie rozmowy", ONE_WORD),
    word("kod zakończenia", "kod wyjścia", ONE_WORD),
    word("nieszyfrowane media", "nieszyfrowany dźwięk", "media are newspapers"),
];

/// Words without which no English sentence does, and that are no Polish ones.
const ENGLISH: [&str; 22] = [
    "the", "is", "are", "was", "and", "of", "in", "an", "it", "not", "no", "be", "must", "has", "have", "here", "with", "from",
    "write", "give", "or", "for",
];

const POLISH_ALONE: &str = "whoever reads Polish need not read English: only what is typed or quoted stays as it is";
const SAID_TWICE: &str =
    "what reads the same in both languages is Bilingual::same, so that whatever was left untranslated is seen";

/// Texts that are of both languages at once, or English with a Polish name in it. This list may only shrink.
const BOTH: &[(&str, &str)] =
    &[("src/driver/terminal.rs", "Name of the person who signs"), ("src/yaml/syntax.rs", "quote a value that holds a colon")];

/// A text of a source, and where it begins and ends in it.
struct Text {
    line: usize,
    from: usize,
    to: usize,
    said: String,
}

/// The texts of a file's product code.
fn texts(source: &Source) -> (String, Vec<Text>) {
    let lines = || source.lines.iter().zip(&source.code).take(source.before_tests);
    let written: String = lines().flat_map(|(line, _)| [line.as_str(), "\n"]).collect();
    let code: String = lines().flat_map(|(_, code)| [code.as_str(), "\n"]).collect();
    let (written, code): (Vec<char>, Vec<char>) = (written.chars().collect(), code.chars().collect());
    // Within a text the code is blank; a comment is blank from its slashes on.
    let (mut found, mut i, mut line) = (Vec::new(), 0, 1);
    while i < written.len() {
        let is_blank = |at: usize| code.get(at) == Some(&' ') || code.get(at) == Some(&'\n');
        match written.get(i) {
            Some('\n') => line += 1,
            Some('/') if is_blank(i) => {
                while written.get(i + 1).is_some_and(|next| *next != '\n') {
                    i += 1;
                }
            }
            Some('\'') if is_blank(i) => {
                let escaped = written.get(i + 1) == Some(&'\\');
                i = if escaped {
                    (i + 3..written.len()).find(|end| written.get(*end) == Some(&'\'')).unwrap_or(i)
                } else {
                    i + 2
                };
            }
            // A raw text: its quotation marks are no ends.
            Some('r') if is_blank(i) => {
                let hashes = written.iter().skip(i + 1).take_while(|letter| **letter == '#').count();
                let ends = |at: usize| written.get(at) == Some(&'"') && (1..=hashes).all(|n| written.get(at + n) == Some(&'#'));
                i = (i + hashes + 2..written.len()).find(|at| ends(*at)).unwrap_or(i) + hashes;
            }
            Some('"') if is_blank(i) => {
                let (from, begins) = (i, line);
                i += 1;
                while written.get(i).is_some_and(|letter| *letter != '"') {
                    line += usize::from(written.get(i) == Some(&'\n'));
                    i += if written.get(i) == Some(&'\\') && written.get(i + 1) != Some(&'\n') { 2 } else { 1 };
                }
                let said = written.get(from + 1..i).unwrap_or_default().iter().collect();
                found.push(Text { line: begins, from, to: i + 1, said });
            }
            _ => {}
        }
        i += 1;
    }
    (written.into_iter().collect(), found)
}

fn is_polish(text: &str) -> bool {
    text.chars().any(|letter| "ąćęłńóśźżĄĆĘŁŃÓŚŹŻ".contains(letter))
}

/// Without what is typed, quoted or put in.
fn bare(text: &str) -> String {
    let (mut out, mut closes) = (String::new(), None);
    for letter in text.replace("\\\"", "\"").chars() {
        match closes {
            Some(end) if letter == end => closes = None,
            Some(_) => {}
            None => {
                closes = match letter {
                    '`' | '"' => Some(letter),
                    '„' | '“' => Some('”'),
                    '{' => Some('}'),
                    '<' => Some('>'),
                    _ => None,
                };
                out.push(if closes.is_some() { ' ' } else { letter });
            }
        }
    }
    out
}

pub(super) fn english_in(text: &str) -> Vec<&'static str> {
    let bare = bare(text);
    let words = bare.split_whitespace().filter(|word| !word.starts_with("--"));
    let parts: Vec<&str> = words.flat_map(|word| word.split(|letter: char| !letter.is_alphabetic())).collect();
    ENGLISH.into_iter().filter(|word| parts.contains(word)).collect()
}

fn misleading(path: &str, line: usize, said: &str) -> Vec<Violation> {
    let lower = said.to_lowercase();
    let found = WORDS.iter().filter(|word| lower.contains(word.part));
    found.map(|word| Violation::new(path, line, format!("„{}…”: write „{}”", word.part, word.instead), word.reason)).collect()
}

/// `others`: path and text of whatever is Polish from end to end.
pub(super) fn check(sources: &[Source], others: &[(String, String)]) -> Vec<Violation> {
    let in_files = others.iter().flat_map(|(path, text)| {
        text.lines().enumerate().flat_map(|(index, line)| misleading(path, index + 1, line)).collect::<Vec<_>>()
    });
    in_files.chain(sources.iter().flat_map(check_one)).collect()
}

fn check_one(source: &Source) -> Vec<Violation> {
    let (written, texts) = texts(source);
    let mut violations = Vec::new();
    for text in &texts {
        violations.extend(misleading(&source.path, text.line, &text.said));
        let excused = BOTH.iter().any(|(path, begins)| *path == source.path && text.said.starts_with(begins));
        let english = english_in(&text.said);
        if is_polish(&text.said) && !excused && !english.is_empty() {
            let rule = format!("English in a Polish sentence: {}", english.join(", "));
            violations.push(Violation::new(&source.path, text.line, rule, POLISH_ALONE));
        }
    }
    let letters: Vec<char> = written.chars().collect();
    for (one, other) in texts.iter().zip(texts.iter().skip(1)).filter(|(one, other)| one.said == other.said) {
        let between: String = letters.get(one.to..other.from).unwrap_or_default().iter().collect();
        let is_pair = matches!(between.split_whitespace().collect::<String>().as_str(), "," | ",pl:");
        if is_pair && bare(&one.said).split_whitespace().filter(|word| word.chars().all(char::is_alphabetic)).count() > 1 {
            violations.push(Violation::new(&source.path, one.line, "the same words in both languages", SAID_TWICE));
        }
    }
    violations
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_lines(text: &str, lines: &[usize]) {
        let found: Vec<usize> = check(&[Source::new("src/a.rs", text)], &[]).iter().map(|violation| violation.line).collect();
        assert_eq!(found, lines, "{text}");
    }

    #[test]
    fn words_that_mislead_are_found_in_texts_and_not_in_comments() {
        check_lines("// posterunek\nlet a = \"Posterunek\";\nlet b = (\"x\", \"ziarno losowe 1\");\n", &[2, 3]);
        let feature = ("features/pl/a.feature".to_string(), "Gdy\n  Wtedy Pulpit dzwoni\n".to_string());
        assert_eq!(check(&[], &[feature]).iter().map(|violation| violation.line).collect::<Vec<_>>(), [2]);
    }

    #[test]
    fn english_in_polish_is_found_but_for_what_is_typed() {
        check_lines("let a = \"punkt is późno\";\n", &[1]);
        check_lines("let a = r#\"[^\"\"#;\nlet b = '\"';\nlet c = \"punkt is późno\";\n", &[3]);
        check_lines("let a = \"wpisz `is` albo „of”, {the} lub --from: późno\";\nlet b = \"the post is late\";\n", &[]);
    }

    #[test]
    fn what_is_the_same_in_both_languages_is_said_once() {
        check_lines("both!(\"so it goes\", \"so it goes\");\nlet q = Q { en: \"a b\", pl: \"a b\" };\n", &[1, 2]);
        check_lines("(\"Opus\", \"Opus\");\n(\"{n} s\", \"{n} s\");\nf(\"so it goes\"); g(\"so it goes\");\n", &[]);
    }
}
