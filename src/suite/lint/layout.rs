//! The checks of a feature file's layout, line by line: what stands where it may, what looks like a keyword and is none.

use super::{OUTLINE_ROWS_MAX, Problems};
use crate::suite::lexer::{Heading, Line, What, heading_words, step_words};
use crate::suite::phrase_matcher::letters_apart as apart;
use crate::unit::Lang;

/// Checks the lines; `false` where parsing them would only repeat the same complaints, or take for ever.
pub(super) fn check(lines: &[Line], lang: Lang, problems: &mut Problems<'_>) -> bool {
    let before = problems.found.len();
    language_comes_first(lines, problems);
    keywords(lines, lang, problems);
    tables(lines, problems);
    blocks(lines, problems);
    problems.found.len() == before
}

/// The text as the parser wants it: it wants a line end at the end and takes `\r` for part of a line.
pub(super) fn plain(text: &str) -> String {
    let mut plain = text.lines().collect::<Vec<_>>().join("\n");
    plain.push('\n');
    plain
}

fn language_comes_first(lines: &[Line], problems: &mut Problems<'_>) {
    let late =
        lines.iter().skip_while(|line| line.what == What::Blank).skip(1).find(|line| matches!(line.what, What::Language(_)));
    if let Some(line) = late {
        let cause = "the language is declared after another line";
        problems.add((line.number, line.column), cause, "make it the first line of the file, before any comment");
    }
}

/// Free text is allowed right beneath a heading and nowhere else, and must not look like a keyword there either.
fn keywords(lines: &[Line], lang: Lang, problems: &mut Problems<'_>) {
    let mut after_a_step = false;
    let mut within_a_scenario = false;
    for line in lines {
        let at = (line.number, line.column);
        match &line.what {
            What::Heading { heading, .. } => {
                after_a_step = false;
                within_a_scenario = matches!(heading, Heading::Scenario | Heading::Outline | Heading::Background);
            }
            What::Step { .. } if within_a_scenario => after_a_step = true,
            What::Step { .. } => {
                problems.add(at, "a step stands outside any scenario", "put it under a scenario or a background");
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

fn misspelt_heading(at: (usize, usize), text: &str, lang: Lang, problems: &mut Problems<'_>) -> bool {
    let head = text.split(':').next().filter(|_| text.contains(':')).unwrap_or_default();
    if heading_words(other(lang)).iter().any(|(word, _)| *word == head) {
        let remedy = "write it in the file's language, or declare the other with `# language: …` on the first line";
        problems.add(at, format!("\"{head}:\" is a keyword of another language"), remedy);
        return true;
    }
    let Some(word) = resembled(head, lang) else { return false };
    problems.add(at, format!("\"{head}:\" is no keyword"), format!("did you mean \"{word}:\"?"));
    true
}

fn misspelt_step(
    at: (usize, usize),
    text: &str,
    lang: Lang,
    after_a_step: bool,
    within_a_scenario: bool,
    problems: &mut Problems<'_>,
) {
    let tabbed = |word: &&&str| text.strip_prefix(**word).is_some_and(|rest| rest.starts_with('\t'));
    if let Some(word) = step_words(lang).iter().find(tabbed) {
        problems.add(at, "a keyword is followed by a tab, so this line is no step", format!("put a space after \"{word}\""));
    } else if after_a_step {
        let first = text.split_whitespace().next().unwrap_or_default();
        let distance = |word: &&&str| apart(&first.to_lowercase(), &word.to_lowercase());
        let near = step_words(lang).iter().filter(|word| word.len() > 1 && distance(word) <= 1).min_by_key(distance);
        let remedy = match near {
            Some(word) => format!("did you mean \"{word}\"?"),
            None => "begin it with a keyword, or with # if it is a remark".to_string(),
        };
        problems.add(at, "this line is neither a step nor a remark", remedy);
    } else if let Some(remedy) = meant_for_a_step(text, lang).filter(|_| within_a_scenario) {
        let cause = "this line begins nearly like a step, but stands as free text and would not be run";
        problems.add(at, cause, remedy);
    }
}

/// Beneath a heading free text may stand, so a first step with a slip in its keyword would be lost there in silence. What to write.
fn meant_for_a_step(text: &str, lang: Lang) -> Option<String> {
    let begins = |word: &&&str| word.len() > 1 && text.strip_prefix(**word).is_some_and(|rest| rest.starts_with(' '));
    if step_words(other(lang)).iter().any(|word| begins(&word)) {
        return Some("write its keyword in the file's language, or begin it with # if it is a remark".into());
    }
    let first = text.split_whitespace().next()?.trim_end_matches(',').to_lowercase();
    let words = step_words(lang).iter().map(|word| word.trim_end_matches(", że").to_lowercase());
    let near = words.filter(|word| word.chars().count() >= 4).find(|word| apart(&first, word) <= 1)?;
    Some(format!("did you mean \"{}\"? Begin it with # if it is a remark", capital(&near)))
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
fn tables(lines: &[Line], problems: &mut Problems<'_>) {
    let mut width: Option<usize> = None;
    for line in lines {
        match &line.what {
            What::Row(cells) => {
                let expected = *width.get_or_insert(cells.len());
                if cells.len() != expected {
                    let cause = format!("this row has {} cells where its table has {expected}", cells.len());
                    problems.add(
                        (line.number, line.column),
                        cause,
                        "give every row as many cells as the first; write a bar within a cell as \\|",
                    );
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
    at: (usize, usize),
    steps: Vec<(&'a Line, &'a str)>,
}

/// Scenarios have steps, outlines have examples, examples have rows and the columns that are asked for.
fn blocks(lines: &[Line], problems: &mut Problems<'_>) {
    let mut outline: Option<Block<'_>> = None;
    let mut open: Option<Block<'_>> = None;
    let mut any = false;
    let mut features = 0;
    let mut feature_at = (1, 1);
    for (index, line) in lines.iter().enumerate() {
        match &line.what {
            What::Heading { heading: Heading::Feature, .. } if features > 0 => {
                let cause = "a second feature begins here";
                problems.add((line.number, line.column), cause, "give each feature a file of its own");
            }
            What::Heading { heading: Heading::Feature, .. } => {
                features += 1;
                feature_at = (line.number, line.column);
            }
            What::Heading { heading: Heading::Examples, .. } => {
                close(open.take(), true, problems, &mut outline);
                match &outline {
                    Some(outline) => examples(lines.get(index..).unwrap_or_default(), outline, problems),
                    None => problems.add(
                        (line.number, line.column),
                        "these examples belong to no outline",
                        "put them under a scenario outline, after its steps",
                    ),
                }
            }
            What::Heading { heading, title, .. } => {
                close(open.take(), false, problems, &mut outline);
                outline = None;
                any |= matches!(heading, Heading::Scenario | Heading::Outline);
                open = Some(Block { heading: *heading, title, at: (line.number, line.column), steps: Vec::new() });
            }
            What::Step { text, .. } => open.iter_mut().for_each(|block| block.steps.push((line, text))),
            _ => {}
        }
    }
    close(open, false, problems, &mut outline);
    if features == 0 && problems.found.is_empty() {
        problems.add((1, 1), "this is no feature file: no line begins with \"Feature:\"", "write one, or take the file away");
    } else if !any && problems.found.is_empty() {
        problems.add(feature_at, "the feature holds no scenario", "write at least one, or take the file away");
    }
}

fn close<'a>(block: Option<Block<'a>>, has_examples: bool, problems: &mut Problems<'_>, outline: &mut Option<Block<'a>>) {
    let Some(block) = block else { return };
    let is_scenario = matches!(block.heading, Heading::Scenario | Heading::Outline);
    if is_scenario && block.steps.is_empty() {
        problems.add(
            block.at,
            format!("the scenario {:?} has no steps", block.title),
            "a scenario that checks nothing would always pass: write its steps",
        );
    }
    if block.heading == Heading::Outline && !has_examples {
        problems.add(
            block.at,
            format!("the outline {:?} has no examples", block.title),
            "without example rows it is never run: add them, or make it a scenario",
        );
    }
    if has_examples && is_scenario {
        *outline = Some(block);
    }
}

fn examples(from: &[Line], outline: &Block<'_>, problems: &mut Problems<'_>) {
    let Some(heading) = from.first() else { return };
    let at = (heading.number, heading.column);
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
            problems.add(at, "the examples have no rows", "without rows the outline is never run: add at least one")
        }
        Some((_, rows)) if rows.len() > OUTLINE_ROWS_MAX => {
            let cause = format!("the outline has {} example rows, more than {OUTLINE_ROWS_MAX}", rows.len());
            problems.add(at, cause, "to repeat a scenario many times, run it with --repeat");
        }
        Some((columns, _)) => {
            for (line, text) in &outline.steps {
                for name in placeholders(text).filter(|name| !columns.iter().any(|column| column == name)) {
                    let remedy = format!("add the column, or use one of: {}", columns.join(", "));
                    problems.add((line.number, line.column), format!("<{name}> is no column of the examples"), remedy);
                }
            }
        }
    }
}

fn placeholders(text: &str) -> impl Iterator<Item = &str> {
    text.split('<').skip(1).filter_map(|rest| rest.split_once('>').map(|(name, _)| name))
}
