//! The checks of a feature file's layout, line by line: what stands where it may, what looks like a keyword and is
//! none.

use super::OUTLINE_ROWS_MAX;
use crate::problem::{Place, Problems, did_you_mean};
use crate::suite::lexer::{Heading, Line, What, heading_words, step_words};
use crate::suite::phrase_matcher::letters_apart as apart;
use crate::unit::{Bilingual, Lang, both};

/// Checks the lines.
pub(super) fn check(lines: &[Line], lang: Lang, problems: &mut Problems) {
    language_comes_first(lines, problems);
    keywords(lines, lang, problems);
    tables(lines, problems);
    blocks(lines, problems);
}

/// The text as the parser wants it: it wants a line end at the end, takes `\r` for part of a line, and knows one Polish
/// keyword with its comma alone. The lexer gives the true places.
pub(super) fn plain(text: &str) -> String {
    let with_comma = |line: &str| match line.trim_start().strip_prefix("Zakładając że ") {
        Some(rest) => format!("Zakładając, że {rest}"),
        None => line.to_string(),
    };
    let mut plain = text.lines().map(with_comma).collect::<Vec<_>>().join("\n");
    plain.push('\n');
    plain
}

fn language_comes_first(lines: &[Line], problems: &mut Problems) {
    let late =
        lines.iter().skip_while(|line| line.what == What::Blank).skip(1).find(|line| matches!(line.what, What::Language(_)));
    if let Some(line) = late {
        let cause = ("the language is declared after another line", "język jest zadeklarowany za innym wierszem");
        let remedy = (
            "make it the first line of the file, before any comment",
            "deklaracja musi być pierwszym wierszem pliku, przed komentarzami",
        );
        problems.add(line.at(), cause, remedy);
    }
}

/// Free text is allowed right beneath a heading and nowhere else, and must not look like a keyword there either.
fn keywords(lines: &[Line], lang: Lang, problems: &mut Problems) {
    let mut after_a_step = false;
    let mut within_a_scenario = false;
    for line in lines {
        let at = line.at();
        match &line.what {
            What::Heading { heading, .. } => {
                after_a_step = false;
                within_a_scenario = matches!(heading, Heading::Scenario | Heading::Outline | Heading::Background);
            }
            What::Step { .. } if within_a_scenario => after_a_step = true,
            What::Step { .. } => {
                let cause = ("a step stands outside any scenario", "krok stoi poza scenariuszem");
                let remedy = ("put it under a scenario or a background", "umieść go w scenariuszu albo w sekcji Założenia");
                problems.add(at, cause, remedy);
            }
            What::Row(_) => after_a_step = true,
            What::Other(text) if misspelt_heading(at, text, lang, problems) => {
                // Taken for the heading it was meant to be, so that its steps do not bring up the same slip again.
                (after_a_step, within_a_scenario) = (false, true);
            }
            What::Other(text) => misspelt_step(at, text, lang, after_a_step, within_a_scenario, problems),
            _ => {}
        }
    }
}

fn misspelt_heading(at: Place, text: &str, lang: Lang, problems: &mut Problems) -> bool {
    let head = text.split(':').next().filter(|_| text.contains(':')).unwrap_or_default();
    if heading_words(other(lang)).iter().any(|(word, _)| *word == head) {
        let cause = both!("\"{head}:\" is a keyword of another language", "\"{head}:\" to słowo kluczowe innego języka");
        let remedy = (
            "write it in the file's language, or declare the other with `# language: …` on the first line",
            "zapisz je w języku pliku albo zadeklaruj ten drugi w pierwszym wierszu: `# language: …`",
        );
        problems.add(at, cause, remedy);
        return true;
    }
    let Some(word) = resembled(head, lang) else { return false };
    let cause = both!("\"{head}:\" is no keyword", "\"{head}:\" nie jest słowem kluczowym");
    problems.add(at, cause, did_you_mean(&format!("{word}:")));
    true
}

fn misspelt_step(at: Place, text: &str, lang: Lang, after_a_step: bool, within_a_scenario: bool, problems: &mut Problems) {
    let tabbed = |word: &&&str| text.strip_prefix(**word).is_some_and(|rest| rest.starts_with('\t'));
    if let Some(word) = step_words(lang).iter().find(tabbed) {
        let cause = (
            "a keyword is followed by a tab, so this line is no step",
            "po słowie kluczowym stoi tabulator, więc ten wiersz nie jest krokiem",
        );
        problems.add(at, cause, both!("put a space after \"{word}\"", "wstaw spację po \"{word}\""));
    } else if after_a_step {
        let first = text.split_whitespace().next().unwrap_or_default();
        let distance = |word: &&&str| apart(&first.to_lowercase(), &word.to_lowercase());
        let near = step_words(lang).iter().filter(|word| word.len() > 1 && distance(word) <= 1).min_by_key(distance);
        let remedy = match near {
            Some(word) => did_you_mean(word),
            None => (
                "begin it with a keyword, or with # if it is a remark",
                "zacznij go od słowa kluczowego albo od #, jeśli to komentarz",
            )
                .into(),
        };
        let cause = ("this line is neither a step nor a remark", "ten wiersz nie jest ani krokiem, ani komentarzem");
        problems.add(at, cause, remedy);
    } else if let Some(remedy) = meant_for_a_step(text, lang).filter(|_| within_a_scenario) {
        let cause = (
            "this line begins nearly like a step, but stands as free text and would not be run",
            "ten wiersz zaczyna się prawie jak krok, lecz jest zwykłym tekstem i nie zostałby wykonany",
        );
        problems.add(at, cause, remedy);
    }
}

/// Beneath a heading free text may stand, so a first step with a slip in its keyword would be lost there in silence.
/// What to write.
fn meant_for_a_step(text: &str, lang: Lang) -> Option<Bilingual> {
    let begins = |word: &&&str| word.len() > 1 && text.strip_prefix(**word).is_some_and(|rest| rest.starts_with(' '));
    if step_words(other(lang)).iter().any(|word| begins(&word)) {
        let remedy = (
            "write its keyword in the file's language, or begin it with # if it is a remark",
            "zapisz słowo kluczowe w języku pliku albo zacznij wiersz od #, jeśli to komentarz",
        );
        return Some(remedy.into());
    }
    let first = text.split_whitespace().next()?.trim_end_matches(',').to_lowercase();
    let words = step_words(lang).iter().map(|word| word.trim_end_matches(", że").to_lowercase());
    let near = words.filter(|word| word.chars().count() >= 4).find(|word| apart(&first, word) <= 1)?;
    Some(both!(
        "did you mean \"{}\"? Begin it with # if it is a remark",
        "czy chodziło o \"{}\"? Jeśli to komentarz, zacznij wiersz od #",
        capital(&near)
    ))
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

const fn other(lang: Lang) -> Lang {
    match lang {
        Lang::En => Lang::Pl,
        Lang::Pl => Lang::En,
    }
}

/// The heading word that `head` was probably meant to be. Words of four letters and fewer are too short to guess.
fn resembled(head: &str, lang: Lang) -> Option<&'static str> {
    let words = heading_words(lang).iter().map(|(word, _)| *word);
    let (distance, word) = words.map(|word| (apart(&head.to_lowercase(), &word.to_lowercase()), word)).min()?;
    (!head.is_empty() && distance <= 2 && distance * 3 < word.chars().count()).then_some(word)
}

/// The parser cuts over-long rows.
fn tables(lines: &[Line], problems: &mut Problems) {
    let mut width: Option<usize> = None;
    for line in lines {
        match &line.what {
            What::Row(cells) => {
                let expected = *width.get_or_insert(cells.len());
                if cells.len() != expected {
                    let cause = both!(
                        "this row has {} cells where its table has {expected}",
                        "liczba komórek w tym wierszu to {}, a w tabeli {expected}",
                        cells.len()
                    );
                    let remedy = (
                        "give every row as many cells as the first; write a bar within a cell as \\|",
                        "każdy wiersz ma mieć tyle komórek co pierwszy; kreskę wewnątrz komórki zapisz jako \\|",
                    );
                    problems.add(line.at(), cause, remedy);
                }
            }
            What::Comment | What::Blank => {}
            _ => width = None,
        }
    }
}

/// What a block holds, counted as its lines go by.
struct Block<'a> {
    heading: Heading,
    title: &'a str,
    at: Place,
    steps: Vec<(&'a Line, &'a str)>,
}

/// Scenarios have steps, outlines have examples, examples have rows and the columns that are asked for.
fn blocks(lines: &[Line], problems: &mut Problems) {
    let mut outline: Option<Block<'_>> = None;
    let mut open: Option<Block<'_>> = None;
    let mut any = false;
    let mut features = 0;
    let mut feature_at = Place::START;
    for (index, line) in lines.iter().enumerate() {
        match &line.what {
            What::Heading { heading: Heading::Feature, .. } if features > 0 => {
                let cause = ("a second feature begins here", "tu zaczyna się druga właściwość");
                problems.add(line.at(), cause, ("give each feature a file of its own", "każda właściwość ma mieć osobny plik"));
            }
            What::Heading { heading: Heading::Feature, .. } => {
                features += 1;
                feature_at = line.at();
            }
            What::Heading { heading: Heading::Examples, .. } => {
                close(open.take(), true, problems, &mut outline);
                match &outline {
                    Some(outline) => examples(lines.get(index..).unwrap_or_default(), outline, problems),
                    None => problems.add(
                        line.at(),
                        ("these examples belong to no outline", "te przykłady nie należą do żadnego szablonu"),
                        (
                            "put them under a scenario outline, after its steps",
                            "umieść je w szablonie scenariusza, po jego krokach",
                        ),
                    ),
                }
            }
            What::Heading { heading, title, .. } => {
                close(open.take(), false, problems, &mut outline);
                outline = None;
                any |= matches!(heading, Heading::Scenario | Heading::Outline);
                open = Some(Block { heading: *heading, title, at: line.at(), steps: Vec::new() });
            }
            What::Step { text, .. } => open.iter_mut().for_each(|block| block.steps.push((line, text))),
            _ => {}
        }
    }
    close(open, false, problems, &mut outline);
    if features == 0 && problems.is_empty() {
        let cause = (
            "this is no feature file: no line begins with \"Feature:\"",
            "to nie jest plik scenariuszy: żaden wiersz nie zaczyna się od \"Właściwość:\"",
        );
        problems.add(Place::START, cause, ("write one, or take the file away", "dopisz go albo usuń plik"));
    } else if !any && problems.is_empty() {
        let cause = ("the feature holds no scenario", "plik nie zawiera żadnego scenariusza");
        let remedy = ("write at least one, or take the file away", "napisz co najmniej jeden albo usuń plik");
        problems.add(feature_at, cause, remedy);
    }
}

fn close<'a>(block: Option<Block<'a>>, has_examples: bool, problems: &mut Problems, outline: &mut Option<Block<'a>>) {
    let Some(block) = block else { return };
    let is_scenario = matches!(block.heading, Heading::Scenario | Heading::Outline);
    if is_scenario && block.steps.is_empty() {
        let cause = both!("the scenario {:?} has no steps", "scenariusz {:?} nie ma kroków", block.title);
        let remedy = (
            "a scenario that checks nothing would always pass: write its steps",
            "scenariusz, który niczego nie sprawdza, byłby zawsze zaliczony: dopisz kroki",
        );
        problems.add(block.at, cause, remedy);
    }
    if block.heading == Heading::Outline && !has_examples {
        let cause = both!("the outline {:?} has no examples", "szablon {:?} nie ma przykładów", block.title);
        let remedy = (
            "without example rows it is never run: add them, or make it a scenario",
            "bez wierszy przykładów nigdy nie zostanie wykonany: dopisz je albo zamień szablon na scenariusz",
        );
        problems.add(block.at, cause, remedy);
    }
    if has_examples && is_scenario {
        *outline = Some(block);
    }
}

fn examples(from: &[Line], outline: &Block<'_>, problems: &mut Problems) {
    let Some(heading) = from.first() else { return };
    let at = heading.at();
    let rows: Vec<&Vec<String>> = from
        .iter()
        .skip(1)
        .take_while(|line| !matches!(line.what, What::Heading { .. } | What::Tags(_)))
        .filter_map(|line| match &line.what {
            What::Row(cells) => Some(cells),
            _ => None,
        })
        .collect();
    match rows.split_first() {
        None | Some((_, [])) => {
            let remedy = (
                "without rows the outline is never run: add at least one",
                "bez wierszy szablon nigdy nie zostanie wykonany: dopisz co najmniej jeden",
            );
            problems.add(at, ("the examples have no rows", "przykłady nie mają wierszy"), remedy);
        }
        Some((_, rows)) if rows.len() > OUTLINE_ROWS_MAX => {
            let cause = both!(
                "the outline has {} example rows, more than {OUTLINE_ROWS_MAX}",
                "liczba wierszy przykładów szablonu to {}, a dopuszczalne jest {OUTLINE_ROWS_MAX}",
                rows.len()
            );
            let remedy =
                ("to repeat a scenario many times, run it with --repeat", "aby wielokrotnie powtórzyć scenariusz, użyj --repeat");
            problems.add(at, cause, remedy);
        }
        Some((columns, _)) => {
            for (line, text) in &outline.steps {
                for name in placeholders(text).filter(|name| !columns.iter().any(|column| column == name)) {
                    let cause = both!("<{name}> is no column of the examples", "<{name}> nie jest kolumną przykładów");
                    let remedy = both!(
                        "add the column, or use one of: {}",
                        "dodaj kolumnę albo użyj jednej z istniejących: {}",
                        columns.join(", ")
                    );
                    problems.add(line.at(), cause, remedy);
                }
            }
        }
    }
}

fn placeholders(text: &str) -> impl Iterator<Item = &str> {
    text.split('<').skip(1).filter_map(|rest| rest.split_once('>').map(|(name, _)| name))
}
