//! A source file as the rules see it: its lines, and the same lines with comments and the insides of texts blanked out.
//!
//! Knows nothing of the rules. It is no parser of Rust, only as much of one as tells code from what is written about
//! code.

/// One file.
pub(super) struct Source {
    /// From the repository's root: `src/rig/mod.rs`.
    pub(super) path: String,
    /// Lines as written.
    pub(super) lines: Vec<String>,
    /// The same lines, comments and insides of texts replaced by spaces.
    pub(super) code: Vec<String>,
    /// How many lines come before the tests at the end of the file; none in a file of tests.
    pub(super) before_tests: usize,
}

impl Source {
    pub(super) fn new(path: &str, text: &str) -> Self {
        let path = path.replace('\\', "/");
        let lines: Vec<String> = text.lines().map(str::to_string).collect();
        let code: Vec<String> = blanked(text).lines().map(str::to_string).collect();
        let of_tests = path.ends_with("/tests.rs") || path.contains("/tests/") || path.starts_with("src/tidy");
        let is_tests = |at: usize| {
            let next = code.get(at + 1).map_or("", |line| line.trim());
            code.get(at).is_some_and(|line| line.trim() == "#[cfg(test)]")
                && next.trim_start_matches("pub(super) ").starts_with("mod ")
                && next.ends_with('{')
        };
        let first = (0..code.len()).find(|at| is_tests(*at)).unwrap_or(code.len());
        Source { before_tests: if of_tests { 0 } else { first }, path, lines, code }
    }

    /// Files that this one declares as tests: `#[cfg(test)]` over `mod name;`.
    pub(super) fn declared_tests(&self) -> Vec<String> {
        let root = self.path.strip_suffix("/mod.rs").or_else(|| self.path.strip_suffix("/lib.rs"));
        let stem = root.or_else(|| self.path.strip_suffix(".rs")).unwrap_or(&self.path);
        let pairs = self.code.iter().zip(self.code.iter().skip(1));
        let names = pairs.filter(|(above, _)| above.trim() == "#[cfg(test)]");
        let names = names.filter_map(|(_, line)| line.trim().strip_prefix("mod ")?.strip_suffix(';'));
        names.map(|name| format!("{stem}/{name}.rs")).collect()
    }

    /// The module below the crate: `rig` for `src/rig/mod.rs` and for `src/rig.rs`.
    pub(super) fn module(&self) -> &str {
        let inner = self.path.strip_prefix("src/").unwrap_or(&self.path);
        inner.split_once('/').map_or_else(|| inner.strip_suffix(".rs").unwrap_or(inner), |(module, _)| module)
    }

    /// Lines of code that are not tests, with their numbers from 1.
    pub(super) fn product(&self) -> impl Iterator<Item = (usize, &str)> {
        self.code.iter().take(self.before_tests).enumerate().map(|(index, line)| (index + 1, line.as_str()))
    }
}

/// Whether `word` stands in the line by itself, not as part of a longer name.
pub(super) fn has_word(line: &str, word: &str) -> bool {
    let part_of_name = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    line.match_indices(word).any(|(at, _)| {
        let before = line.get(..at).and_then(|head| head.chars().next_back());
        let after = line.get(at + word.len()..).and_then(|tail| tail.chars().next());
        !part_of_name(before) && !part_of_name(after)
    })
}

/// What the scanner is within.
enum Within {
    Code,
    LineComment,
    /// Block comments nest.
    BlockComment(usize),
    Text,
    /// A raw text and the number of its hash signs.
    RawText(usize),
}

/// The text with everything but code replaced by spaces, line for line.
fn blanked(text: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    let at = |index: usize| letters.get(index).copied().unwrap_or('\n');
    let (mut within, mut out, mut i) = (Within::Code, String::with_capacity(text.len()), 0);
    while i < letters.len() {
        let (letter, next) = (at(i), at(i + 1));
        let mut taken = 1;
        let mut shown = if letter == '\n' { '\n' } else { ' ' };
        within = match within {
            Within::Code => match (letter, next) {
                ('/', '/') => Within::LineComment,
                ('/', '*') => Within::BlockComment(1),
                ('"', _) => Within::Text,
                ('r', '"' | '#') if !is_name_letter(at(i.wrapping_sub(1))) && raw_hashes(&letters, i).is_some() => {
                    let hashes = raw_hashes(&letters, i).unwrap_or(0);
                    taken = hashes + 2;
                    Within::RawText(hashes)
                }
                ('\'', _) if at(i + 2) == '\'' && next != '\\' => {
                    taken = 3;
                    Within::Code
                }
                ('\'', '\\') => {
                    taken = (i + 3..letters.len()).find(|end| at(*end) == '\'').map_or(1, |end| end + 1 - i);
                    Within::Code
                }
                _ => {
                    shown = letter;
                    Within::Code
                }
            },
            Within::LineComment if letter == '\n' => Within::Code,
            Within::LineComment => Within::LineComment,
            Within::BlockComment(depth) => match (letter, next) {
                ('/', '*') => {
                    taken = 2;
                    Within::BlockComment(depth + 1)
                }
                ('*', '/') => {
                    taken = 2;
                    if depth == 1 { Within::Code } else { Within::BlockComment(depth - 1) }
                }
                _ => Within::BlockComment(depth),
            },
            Within::Text if letter == '\\' && next != '\n' => {
                taken = 2;
                Within::Text
            }
            Within::Text if letter == '"' => Within::Code,
            Within::Text => Within::Text,
            Within::RawText(hashes) if letter == '"' && (1..=hashes).all(|n| at(i + n) == '#') => {
                taken = hashes + 1;
                Within::Code
            }
            Within::RawText(hashes) => Within::RawText(hashes),
        };
        out.push(shown);
        out.extend(std::iter::repeat_n(' ', taken - 1));
        i += taken;
    }
    out
}

fn is_name_letter(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

/// The hash signs of a raw text that begins at the `r`; `None` if none begins there.
fn raw_hashes(letters: &[char], at: usize) -> Option<usize> {
    let hashes = letters.iter().skip(at + 1).take_while(|letter| **letter == '#').count();
    (letters.get(at + 1 + hashes) == Some(&'"')).then_some(hashes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, code: &str) {
        assert_eq!(blanked(text), code);
    }

    #[test]
    fn only_code_is_left() {
        check("a // b\nc", "a     \nc");
        check("a /* b /* c */ d */ e", "a                   e");
        check("f(\"x // y\", z)", "f(        , z)");
        check("f(\"\\\"\", z)", "f(    , z)");
        check("f(r#\"a\"b\"#, z)", "f(        , z)");
        check("f('\"', '\\'', 'x, z)", "f(   ,     , 'x, z)");
        check("fn f<'a>(x: &'a str) {}", "fn f<'a>(x: &'a str) {}");
    }

    #[test]
    fn tests_at_the_end_are_told_apart() {
        let source = Source::new("src/a/b.rs", "one\n#[cfg(test)]\nuse x;\n#[cfg(test)]\nmod tests {\n}\n");
        assert_eq!((source.module(), source.before_tests), ("a", 3));
        assert_eq!(Source::new("src/a.rs", "one\n").module(), "a");
        assert_eq!(Source::new("src/a/tests.rs", "one\n").before_tests, 0);
    }

    #[test]
    fn a_word_is_not_part_of_a_name() {
        assert!(has_word("use probe_rs::x", "probe_rs"));
        assert!(!has_word("use my_probe_rs::x", "probe_rs"));
    }
}
