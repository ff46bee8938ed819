//! A run as a summary in Markdown, for the page that a build server shows: verdict, what did not pass, what was not
//! checked, what came closest to its limit.

use super::model::Looked;
use super::words::{self, words};
use super::{Margin, Model, NOT_ASKED_FOR};
use crate::unit::{Bilingual, Estimate, Lang, Utc};
use std::fmt::Write as _;

/// How many of the narrowest margins stand there.
const MARGINS_SHOWN: usize = 5;

/// The summary of a run that has been read. `findings`: what of its evidence does not hold.
pub fn summary(model: &Model, findings: &[Bilingual], lang: Lang) -> String {
    let mut page = String::new();
    // Writing into a text cannot fail.
    let _never = head(&mut page, model, findings, lang)
        .and_then(|()| not_passed(&mut page, model, lang))
        .and_then(|()| not_checked(&mut page, model, lang))
        .and_then(|()| closest(&mut page, model, lang))
        .and_then(|()| write!(page, "\n{}\n", text(words(lang).scope)));
    page
}

/// A text of which no letter means anything to Markdown or HTML.
fn text(plain: &str) -> String {
    let mut out = String::with_capacity(plain.len());
    for letter in plain.chars() {
        match letter {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '#' | '~' | '@' | '!' => out.extend(['\\', letter]),
            '\n' | '\r' => out.push(' '),
            _ => out.push(letter),
        }
    }
    out
}

fn row(page: &mut String, cells: &[String]) -> std::fmt::Result {
    writeln!(page, "| {} |", cells.join(" | "))
}

fn table(page: &mut String, heads: &[&str], rows: &[Vec<String>]) -> std::fmt::Result {
    row(page, &heads.iter().map(|head| text(head)).collect::<Vec<_>>())?;
    row(page, &vec!["---".to_string(); heads.len()])?;
    rows.iter().try_for_each(|cells| row(page, cells))
}

fn heading(page: &mut String, words: &str) -> std::fmt::Result {
    writeln!(page, "\n### {}\n", text(words))
}

fn head(page: &mut String, model: &Model, findings: &[Bilingual], lang: Lang) -> std::fmt::Result {
    let fixed = words(lang);
    let (post, rig) = model.header.as_ref().map_or(("?", "?"), |header| (header.post.identity.as_str(), header.rig.as_str()));
    let verdict = match (&model.end, findings.is_empty()) {
        (_, false) => (fixed.does_not_hold)(findings.len()),
        (None, _) => fixed.broken_off.to_string(),
        (Some(_), _) => words::exit_meaning(model.exit_code(), lang).to_string(),
    };
    writeln!(page, "## {}: {}\n", text(post), text(&verdict))?;
    for finding in findings {
        writeln!(page, "- {}", text(finding.show(lang)))?;
    }
    if !findings.is_empty() {
        writeln!(page, "\n**{}**\n", text(fixed.not_to_be_relied_on))?;
    }
    if model.header.as_ref().is_some_and(|header| header.simulated) {
        writeln!(page, "**{}**\n", text(fixed.simulated))?;
    }
    let began = model.began_unix_seconds.map_or_else(|| "?".into(), |seconds| Utc::from_unix(seconds).iso());
    let tally = words::tally(&model.tally(), lang);
    writeln!(page, "{}: {} · {} · {}", text(fixed.rig), text(rig), text(&began), text(&tally))
}

fn not_passed(page: &mut String, model: &Model, lang: Lang) -> std::fmt::Result {
    let fixed = words(lang);
    let mut rows = Vec::new();
    for scenario in &model.scenarios {
        let Some(attempt) = &scenario.worst else { continue };
        let ending = scenario.ending();
        let message = ending.as_ref().map_or(fixed.killed, |ending| ending.message.show(lang));
        let remedy = ending.as_ref().map_or_else(
            || fixed.killed_remedy.to_string(),
            |ending| words::remedy(model.header.as_ref(), attempt, ending, lang),
        );
        let verdict = words::verdict(ending.as_ref(), lang);
        let named = format!("{} {}", text(&scenario.id), text(&scenario.name));
        rows.push(vec![named, format!("**{}**", text(verdict)), text(message), text(&remedy)]);
    }
    if rows.is_empty() {
        return Ok(());
    }
    let heads = match lang {
        Lang::En => ["scenario", "result", "why", "what to do"],
        Lang::Pl => ["scenariusz", "wynik", "dlaczego", "co zrobić"],
    };
    heading(page, fixed.next)?;
    table(page, &heads, &rows)
}

fn not_checked(page: &mut String, model: &Model, lang: Lang) -> std::fmt::Result {
    let fixed = words(lang);
    let requirements = model.requirements();
    let judged = requirements.iter().filter(|(_, looked)| *looked == Looked::Judged).count();
    if requirements.is_empty() {
        return Ok(());
    }
    heading(page, fixed.not_checked)?;
    writeln!(page, "{}\n", text(&(fixed.judged)(judged, requirements.len())))?;
    let missing: Vec<&str> =
        requirements.iter().filter(|(_, looked)| *looked != Looked::Judged).map(|(limit, _)| limit.id).collect();
    if judged > 0 && !missing.is_empty() {
        writeln!(page, "- {}", text(&missing.join(", ")))?;
    }
    let not_asked_for = Bilingual::from(NOT_ASKED_FOR);
    for left in model.left_out.iter().filter(|left| left.why != not_asked_for) {
        writeln!(page, "- {} {}: {}", text(&left.id), text(&left.name), text(left.why.show(lang)))?;
    }
    let others: Vec<&str> = model.left_out.iter().filter(|left| left.why == not_asked_for).map(|left| left.id.as_str()).collect();
    if !others.is_empty() {
        writeln!(page, "- {}: {}", text(not_asked_for.show(lang)), text(&others.join(", ")))?;
    }
    Ok(())
}

fn closest(page: &mut String, model: &Model, lang: Lang) -> std::fmt::Result {
    let margins: Vec<&Margin> = model.margins().into_iter().take(MARGINS_SHOWN).collect();
    if margins.is_empty() {
        return Ok(());
    }
    heading(page, words(lang).closest)?;
    let heads = match lang {
        Lang::En => ["scenario", "quantity", "measured (± at 95 %)", "required", "left"],
        Lang::Pl => ["scenariusz", "wielkość", "zmierzono (± przy 95 %)", "wymagane", "zapas"],
    };
    let rows: Vec<Vec<String>> = margins
        .into_iter()
        .map(|margin| {
            let one = &margin.measurement;
            let required = one.criterion.map(|limit| limit.show(&one.estimate, lang)).unwrap_or_default();
            let digits = one.estimate.uncertainty.max(margin.left.abs() / 50.0);
            let left = Estimate::new(margin.left, digits, one.estimate.unit).show_value(lang);
            let cells = [&margin.id, &one.name(lang), &one.estimate.show(lang), &required, &left];
            cells.iter().map(|cell| text(cell)).collect()
        })
        .collect();
    table(page, &heads, &rows)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::Event;
    use crate::report::tests::{cut_run, whole_run};

    #[test]
    fn a_run_as_a_build_server_shows_it() {
        insta::assert_snapshot!("markdown_en", summary(&Model::of(&whole_run()), &[], Lang::En));
        insta::assert_snapshot!("markdown_pl_cut", summary(&Model::of(&cut_run()), &[], Lang::Pl));
    }

    #[test]
    fn what_does_not_hold_is_the_verdict() {
        let findings = [Bilingual::new("line 7 was changed", "wiersz 7 zmieniono")];
        let page = summary(&Model::of(&whole_run()), &findings, Lang::En);
        assert!(page.lines().next().is_some_and(|line| line.contains("THE EVIDENCE DOES NOT HOLD")), "{page}");
        assert!(page.contains("- line 7 was changed") && page.contains("Simulated run"), "{page}");
    }

    #[test]
    fn nothing_of_a_strangers_text_means_anything() {
        let mut run = whole_run();
        for entry in &mut run {
            if let Event::ScenarioBegan { name, .. } = &mut entry.event {
                *name = "<img src=x> | [a](b) `c` **d**\n# e @team".into();
            }
        }
        let page = summary(&Model::of(&run), &[], Lang::En);
        let row = page.lines().find(|line| line.contains("img src")).unwrap();
        assert!(row.contains("&lt;img src=x&gt; \\| \\[a\\](b) \\`c\\` \\*\\*d\\*\\* \\# e \\@team"), "{row}");
        assert_eq!(row.replace("\\|", "").matches('|').count(), 5, "{row}");
    }
}
