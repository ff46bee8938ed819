//! A YAML file as a tree in which every key and every value still knows its line and column.
//!
//! Knows nothing of what the file is for. Scalars stay as they were written (`1.10` is not the number 1.1, `no` is not
//! false): what a word means is for the reader of the section to say. Of YAML only what a settings file needs is let
//! in: no anchors, no tags, one document.

use super::syntax::{complain_of_syntax, complain_of_tabs, decode, place};
use crate::problem::{Place, Problems};
use crate::unit::{Bilingual, both};
use saphyr_parser::{Event, Parser, ScalarStyle};

/// Rigs nest four deep, and no file of settings needs more. The bound keeps a malicious file from exhausting the stack.
const DEEPEST: usize = 16;

/// A value with its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    pub at: Place,
    pub value: Value,
}

/// A scalar as written, without its quotes.
#[derive(Debug, Clone, PartialEq)]
pub struct Word {
    pub at: Place,
    pub text: String,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Nothing after the colon, `~` or `null`.
    Nothing,
    Word(Word),
    List(Vec<Node>),
    /// In the order of the file, each key once.
    Section(Vec<(Word, Node)>),
}

impl Node {
    /// What this is, for a message about what was expected instead.
    pub fn describe(&self) -> Bilingual {
        match &self.value {
            Value::Nothing => Bilingual::new("nothing", "puste miejsce"),
            Value::Word(word) => Bilingual::same(format!("\"{}\"", word.text)),
            Value::List(_) => Bilingual::new("a list", "lista"),
            Value::Section(_) => Bilingual::new("a section with keys of its own", "sekcja z własnymi kluczami"),
        }
    }
}

/// The tree of a file. `None` when it could not be read as YAML; every reason is then among the problems.
pub fn parse(bytes: &[u8], problems: &mut Problems) -> Option<Node> {
    let text = decode(bytes, problems)?;
    if complain_of_tabs(text, problems) {
        return None;
    }
    let mut tree = Tree { problems, open: Vec::new(), root: None, documents: 0, sound: true };
    for event in Parser::new_from_str(text) {
        match event {
            Ok((event, span)) => tree.take(event, place(span.start)),
            Err(error) => {
                complain_of_syntax(&error, text, tree.problems);
                return None;
            }
        }
        if !tree.sound {
            return None;
        }
    }
    let root = tree.root.take();
    if root.as_ref().is_none_or(|node| node.value == Value::Nothing) {
        let sample = problems.kind().sample;
        let remedy = both!("start from a copy of {sample}", "zacznij od kopii pliku {sample}");
        problems.add(Place::START, ("the file is empty", "plik jest pusty"), remedy);
        return None;
    }
    root
}

/// Something that was opened and not yet closed.
enum Open {
    List(Place, Vec<Node>),
    /// The key that waits for its value stands beside the entries.
    Section(Place, Vec<(Word, Node)>, Option<Word>),
}

struct Tree<'p> {
    problems: &'p mut Problems,
    open: Vec<Open>,
    root: Option<Node>,
    documents: usize,
    sound: bool,
}

impl Tree<'_> {
    fn take(&mut self, event: Event<'_>, at: Place) {
        match event {
            Event::DocumentStart(_) => {
                self.documents += 1;
                if self.documents > 1 {
                    let cause = ("a second document begins here (---)", "tu zaczyna się drugi dokument (---)");
                    self.give_up(at, cause, ("keep one document in one file", "zostaw w pliku jeden dokument"));
                }
            }
            Event::Alias(_) => {
                self.give_up(
                    at,
                    ("an alias (*name) refers to another place", "alias (*nazwa) odsyła w inne miejsce"),
                    (
                        "write the value out: the file must read from top to bottom",
                        "wpisz samą wartość: plik ma się dać czytać od góry do dołu",
                    ),
                );
            }
            Event::Scalar(text, style, anchor, tag) => {
                self.refuse_extras(at, anchor, tag.is_some());
                self.scalar(&text, style, at);
            }
            Event::SequenceStart(anchor, tag) => {
                self.refuse_extras(at, anchor, tag.is_some());
                self.open(Open::List(at, Vec::new()), at);
            }
            Event::MappingStart(anchor, tag) => {
                self.refuse_extras(at, anchor, tag.is_some());
                self.open(Open::Section(at, Vec::new(), None), at);
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(),
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => {}
        }
    }

    fn give_up(&mut self, at: Place, cause: (&str, &str), remedy: impl Into<Bilingual>) {
        self.problems.add(at, cause, remedy);
        self.sound = false;
    }

    fn refuse_extras(&mut self, at: Place, anchor: usize, tagged: bool) {
        if anchor != 0 {
            self.give_up(
                at,
                ("an anchor (&name) before a value", "kotwica (&nazwa) przed wartością"),
                (
                    "leave the anchor out and write the value where it is needed",
                    "usuń kotwicę i wpisz wartość tam, gdzie jest potrzebna",
                ),
            );
        }
        if tagged {
            self.give_up(
                at,
                ("a tag (!name) before a value", "znacznik (!nazwa) przed wartością"),
                (
                    "leave the tag out; put the value between quotation marks if it is text",
                    "usuń znacznik; jeśli wartość jest tekstem, ujmij ją w cudzysłów",
                ),
            );
        }
    }

    fn open(&mut self, opened: Open, at: Place) {
        if let Some(Open::Section(_, _, None)) = self.open.last() {
            return self.give_up(
                at,
                ("a list or section stands where a key belongs", "w miejscu klucza stoi lista lub sekcja"),
                (
                    "keys are plain words; quote a value that begins with { or [",
                    "klucze są zwykłymi słowami; wartość zaczynającą się od { lub [ ujmij w cudzysłów",
                ),
            );
        }
        if self.open.len() >= DEEPEST {
            let cause = ("sections nested deeper than such a file needs", "sekcje zagnieżdżone głębiej, niż wymaga taki plik");
            let sample = self.problems.kind().sample;
            return self.give_up(at, cause, both!("compare with {sample}", "porównaj z plikiem {sample}"));
        }
        self.open.push(opened);
    }

    fn scalar(&mut self, text: &str, style: ScalarStyle, at: Place) {
        let word = Word { at, text: text.to_string() };
        if let Some(Open::Section(_, _, key @ None)) = self.open.last_mut() {
            *key = Some(word);
            return;
        }
        let nothing = style == ScalarStyle::Plain && matches!(text, "" | "~" | "null" | "Null" | "NULL");
        self.place(Node { at, value: if nothing { Value::Nothing } else { Value::Word(word) } });
    }

    fn close(&mut self) {
        match self.open.pop() {
            Some(Open::List(at, items)) => self.place(Node { at, value: Value::List(items) }),
            Some(Open::Section(at, entries, _)) => self.place(Node { at, value: Value::Section(entries) }),
            None => {}
        }
    }

    fn place(&mut self, node: Node) {
        match self.open.last_mut() {
            None => self.root = Some(node),
            Some(Open::List(_, items)) => items.push(node),
            Some(Open::Section(_, entries, key)) => {
                let Some(key) = key.take() else { return };
                // A section has no first letter of its own; its key is where a reader looks for it.
                let at = if matches!(node.value, Value::Word(_)) { node.at } else { key.at };
                let node = Node { at, ..node };
                if let Some((first, _)) = entries.iter().find(|(known, _)| known.text == key.text) {
                    let cause = both!(
                        "key \"{}\" stands here a second time, first in line {}",
                        "klucz \"{}\" występuje tu po raz drugi, pierwszy raz w wierszu {}",
                        key.text,
                        first.at.line
                    );
                    self.problems.add(key.at, cause, ("delete one of the two", "usuń jeden z nich"));
                } else {
                    entries.push((key, node));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::PathBuf;

    fn check(yaml: &[u8], expected: &str) {
        let mut problems = Problems::new(PathBuf::from("r"));
        let tree = parse(yaml, &mut problems);
        let told = problems.into_sorted().into_iter().filter_map(|problem| Some((problem.at?.1, problem.cause)));
        let mut shown: Vec<String> = told.map(|(at, cause)| format!("{}:{} {cause}", at.line, at.column)).collect();
        if let (Some(tree), true) = (tree, shown.is_empty()) {
            shown.push(outline(&tree));
        }
        assert_eq!(shown.join("\n"), expected);
    }

    /// Every value with its place, on one line.
    fn outline(node: &Node) -> String {
        let Place { line, column } = node.at;
        match &node.value {
            Value::Nothing => format!("-@{line}:{column}"),
            Value::Word(word) => format!("{}@{line}:{column}", word.text),
            Value::List(items) => format!("[{}]", items.iter().map(outline).collect::<Vec<_>>().join(" ")),
            Value::Section(entries) => {
                let each =
                    |(key, node): &(Word, Node)| format!("{}@{}:{}={}", key.text, key.at.line, key.at.column, outline(node));
                format!("{{{}}}", entries.iter().map(each).collect::<Vec<_>>().join(" "))
            }
        }
    }

    #[test]
    fn keys_and_values_know_their_places() {
        check(b"a: 1\nb:\n  c: [x, 'y z']\n", "{a@1:1=1@1:4 b@2:1={c@3:3=[x@3:7 y z@3:10]}}");
        check("ż: 'łódź' # uwaga\nb: 2".as_bytes(), "{ż@1:1=łódź@1:4 b@2:1=2@2:4}");
        check(b"\xEF\xBB\xBFa: 1.10\r\nb: no\r\n", "{a@1:1=1.10@1:4 b@2:1=no@2:4}");
        check(b"a:\nb: ~\nc: ''", "{a@1:1=-@1:1 b@2:1=-@2:1 c@3:1=@3:4}");
    }

    #[test]
    fn what_is_not_yaml_is_told_with_its_place() {
        check(b"a: 1\n\tb: 2", "2:1 a tab in the indentation, YAML allows spaces only");
        check(b"a: {b: 1\nc: 2", "1:4 not YAML: the { here is not closed");
        check(b"a: [b, '[', c # ]\nc: 2", "1:4 not YAML: the [ here is not closed");
        check(b"a: [b]]", "1:7 not YAML: a closing bracket too many");
        check(b"a:\n  b c\n  d: 1", "2:3 not YAML: a line without a colon and a space");
        check(b"a: \"b", "1:4 not YAML: the quotation mark here is not closed");
        check(b"a: 1\na: 2\n", "2:1 key \"a\" stands here a second time, first in line 1");
        check(b"", "1:1 the file is empty");
        check(b"# nothing but words\n", "1:1 the file is empty");
        check(b"a: 1\n---\nb: 2", "2:1 a second document begins here (---)");
        check(b"a: &x 1\nb: *x", "1:7 an anchor (&name) before a value");
        check(b"a: !!str 1", "1:10 a tag (!name) before a value");
        check(b"\xFF\xFEa\0", "1:1 the file is UTF-16, expected UTF-8");
        check(b"a: 1\nb: \xA3\xF3d\x9F", "2:4 byte 0xA3 is not UTF-8 (perhaps a Polish letter in Windows-1250 or ISO 8859-2)");
        check(&b"[".repeat(100), "1:17 sections nested deeper than such a file needs");
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..200)) {
            let mut problems = Problems::new(PathBuf::new());
            let tree = parse(&bytes, &mut problems);
            proptest::prop_assert!(tree.is_some() || !problems.is_empty());
        }

        #[test]
        fn no_scrambled_yaml_makes_it_panic(text in "[a-c:{}\\[\\], \n'\"#&*!|>%@-]{0,60}") {
            let mut problems = Problems::new(PathBuf::new());
            let tree = parse(text.as_bytes(), &mut problems);
            proptest::prop_assert!(tree.is_some() || !problems.is_empty());
        }
    }
}
