//! What reports say, in both languages, as an engineer of either would write it.

mod models;

pub use models::model;

use super::attempt::Attempt;
use super::model::Header;
use crate::fault::{Blame, exit};
use crate::journal::{Ending, Outcome, Tally};
use crate::unit::{Bilingual, Estimate, Lang};
use crate::verdict::Source;
use std::path::Path;

/// Why a scenario was left out that others were chosen before.
pub const NOT_ASKED_FOR: (&str, &str) = ("this run did not ask for it", "nie objęto go tym przebiegiem");

/// The fixed words of a language.
pub(super) struct Words {
    pub post: &'static str,
    pub rig: &'static str,
    pub firmware: &'static str,
    pub seed: &'static str,
    pub simulated: &'static str,
    pub planned: &'static str,
    pub budget: &'static str,
    pub watch: &'static str,
    /// Of rules that had an occasion, and those of them that did not hold.
    pub watched: fn(usize, usize) -> String,
    pub not_watched: &'static str,
    pub attempt: &'static str,
    pub round: &'static str,
    pub what_to_do: &'static str,
    pub made_safe: &'static str,
    pub not_made_safe: &'static str,
    pub results: &'static str,
    pub not_checked: &'static str,
    /// Of so many requirements so many.
    pub judged: fn(usize, usize) -> String,
    pub only_watched: &'static str,
    pub left_out: &'static str,
    pub closest: &'static str,
    pub left: &'static str,
    pub next: &'static str,
    pub nothing_to_do: &'static str,
    pub exit_code: &'static str,
    pub journal: &'static str,
    pub recordings: &'static str,
    pub at_step: &'static str,
    pub not_judged: &'static str,
    pub scope: &'static str,
    pub run_begins: &'static str,
    pub killed: &'static str,
    pub killed_remedy: &'static str,
    pub repeat_it: &'static str,
    pub broken_off: &'static str,
    pub broken_off_remedy: &'static str,
    pub required: &'static str,
    pub marks: &'static str,
    /// Of so many findings.
    pub does_not_hold: fn(usize) -> String,
    pub not_to_be_relied_on: &'static str,
}

const EN: Words = Words {
    post: "post",
    rig: "rig",
    firmware: "firmware",
    seed: "seed",
    simulated: "Simulated run: the post was a virtual one, and nothing was measured on a real post.",
    planned: "scenarios planned",
    budget: "uncertainty budget",
    watch: "standing watch",
    watched: |rules, broken| format!("rules that had an occasion: {rules}, broken: {broken}"),
    not_watched: "not watched on this rig",
    attempt: "attempt",
    round: "round",
    what_to_do: "What to do",
    made_safe: "made safe",
    not_made_safe: "NOT MADE SAFE",
    results: "Results",
    not_checked: "Not checked",
    judged: |judged, of| format!("requirements judged: {judged} of {of}"),
    only_watched: "standing watch only, not tried on purpose",
    left_out: "left out",
    closest: "Closest to their limits",
    left: "left",
    next: "What to do next",
    nothing_to_do: "Nothing: every requirement that was checked is met.",
    exit_code: "Exit code",
    journal: "Journal",
    recordings: "Recordings",
    at_step: "at step",
    not_judged: "reported, not judged",
    scope: "The bench judges the technical chain from the button to the operator; it says nothing about when a patrol arrives.",
    run_begins: "the run begins",
    killed: "the run was killed while this scenario was under way",
    killed_remedy: "see that the button is released, the power on and the fibre connected, then start the run again",
    repeat_it: "have the post put right, then repeat this scenario alone",
    broken_off: "the journal breaks off: the run was killed, and nobody wrote down that the rig was made safe",
    broken_off_remedy: "see that the button is released, the power on and the fibre connected, then start the run again",
    required: "required",
    marks: "Sources of limits: [V] published, [M] from memory of a standard, to be verified, [EJ] engineering judgement, [C] contract.",
    does_not_hold: |findings| format!("THE EVIDENCE DOES NOT HOLD. Contradictions found: {findings}"),
    not_to_be_relied_on: "Nothing below may be relied on: something was changed after the run.",
};

const PL: Words = Words {
    post: "punkt",
    rig: "stanowisko",
    firmware: "oprogramowanie",
    seed: "ziarno generatora losowego:",
    simulated: "Przebieg symulowany: punkt był wirtualny i niczego nie zmierzono na prawdziwym punkcie.",
    planned: "zaplanowane scenariusze",
    budget: "budżet niepewności",
    watch: "nadzór przebiegu",
    watched: |rules, broken| format!("sprawdzone reguły: {rules}, naruszone: {broken}"),
    not_watched: "poza nadzorem na tym stanowisku",
    attempt: "próba",
    round: "powtórzenie",
    what_to_do: "Co zrobić",
    made_safe: "przywrócono stan bezpieczny",
    not_made_safe: "NIE PRZYWRÓCONO STANU BEZPIECZNEGO",
    results: "Wyniki",
    not_checked: "Czego nie sprawdzono",
    judged: |judged, of| format!("ocenione wymagania: {judged} z {of}"),
    only_watched: "tylko nadzór przebiegu, bez osobnej próby",
    left_out: "pominięto",
    closest: "Najmniejsze zapasy względem limitów",
    left: "zapas",
    next: "Co dalej",
    nothing_to_do: "Nic: wszystkie sprawdzone wymagania są spełnione.",
    exit_code: "Kod wyjścia",
    journal: "Dziennik",
    recordings: "Nagrania",
    at_step: "w kroku",
    not_judged: "podano bez oceny",
    scope: "Ocena obejmuje tor techniczny od przycisku do operatora; nie dotyczy czasu przyjazdu patrolu.",
    run_begins: "rozpoczęcie przebiegu",
    killed: "program przerwano w trakcie tego scenariusza",
    killed_remedy: "upewnij się, że przycisk jest zwolniony, zasilanie włączone, a światłowód podłączony, i uruchom przebieg ponownie",
    repeat_it: "po naprawie punktu powtórz sam ten scenariusz",
    broken_off: "dziennik się urywa: program przerwano i nie zapisano, czy przywrócono stan bezpieczny",
    broken_off_remedy: "upewnij się, że przycisk jest zwolniony, zasilanie włączone, a światłowód podłączony, i uruchom przebieg ponownie",
    required: "wymagane",
    marks: "Źródła limitów: [V] opublikowane, [M] przytoczone z pamięci, wymaga sprawdzenia w normie, [EJ] ocena inżynierska, [C] umowa.",
    does_not_hold: |findings| format!("MATERIAŁ DOWODOWY NIE JEST WIARYGODNY. Znalezione sprzeczności: {findings}"),
    not_to_be_relied_on: "Nie wolno polegać na niczym poniżej: po przebiegu coś zmieniono.",
};

pub(super) fn words(lang: Lang) -> &'static Words {
    match lang {
        Lang::En => &EN,
        Lang::Pl => &PL,
    }
}

/// The verdict in a word or two, blame included. `None`: the run was killed.
pub(super) fn verdict(ending: Option<&Ending>, lang: Lang) -> &'static str {
    let (outcome, blame) = ending.map_or((Outcome::Failed, Some(Blame::Nobody)), |ending| (ending.outcome, ending.blame));
    match (outcome, blame, lang) {
        (Outcome::Passed, _, Lang::En) => "passed",
        (Outcome::Passed, _, Lang::Pl) => "zaliczony",
        (Outcome::Inconclusive, _, Lang::En) => "UNDECIDED",
        (Outcome::Inconclusive, _, Lang::Pl) => "NIEROZSTRZYGNIĘTY",
        (_, Some(Blame::Device), Lang::En) => "FAILED: post",
        (_, Some(Blame::Device), Lang::Pl) => "NIEZALICZONY (wina punktu)",
        (_, Some(Blame::Bench), Lang::En) => "NOT JUDGED: bench",
        (_, Some(Blame::Bench), Lang::Pl) => "BEZ OCENY (wina stanowiska)",
        (_, Some(Blame::Scenario), Lang::En) => "NOT JUDGED: scenario",
        (_, Some(Blame::Scenario), Lang::Pl) => "BEZ OCENY (błąd scenariusza)",
        (_, Some(Blame::Hejnal), Lang::En) => "NOT JUDGED: hejnal",
        (_, Some(Blame::Hejnal), Lang::Pl) => "BEZ OCENY (błąd hejnal)",
        (_, Some(Blame::Nobody) | None, Lang::En) => "stopped",
        (_, Some(Blame::Nobody) | None, Lang::Pl) => "przerwany",
    }
}

/// The verdict of something that came to its end.
pub fn verdict_in_words(ending: &Ending, lang: Lang) -> &'static str {
    verdict(Some(ending), lang)
}

/// What is said of a run on a virtual post wherever it is shown.
pub fn simulated_in_words() -> Bilingual {
    (EN.simulated, PL.simulated).into()
}

/// Whose move it is, in one sentence.
pub(super) fn blamed(ending: &Ending, lang: Lang) -> &'static str {
    match (ending.outcome, ending.blame, lang) {
        (Outcome::Inconclusive, _, Lang::En) => "The figure is too close to its limit to be decided with this uncertainty.",
        (Outcome::Inconclusive, _, Lang::Pl) => "Wynik leży zbyt blisko limitu, by rozstrzygnąć przy tej niepewności.",
        (_, Some(Blame::Device), Lang::En) => "The post does not meet a requirement.",
        (_, Some(Blame::Device), Lang::Pl) => "Punkt nie spełnia wymagania.",
        (_, Some(Blame::Bench), Lang::En) => "The bench failed. This says nothing about the post.",
        (_, Some(Blame::Bench), Lang::Pl) => "Zawiodło stanowisko. O punkcie nic z tego nie wynika.",
        (_, Some(Blame::Scenario), Lang::En) => "The feature file is at fault. This says nothing about the post.",
        (_, Some(Blame::Scenario), Lang::Pl) => "Błąd tkwi w pliku scenariuszy. O punkcie nic z tego nie wynika.",
        (_, Some(Blame::Hejnal), Lang::En) => "A mistake in hejnal itself. This says nothing about the post.",
        (_, Some(Blame::Hejnal), Lang::Pl) => "Błąd samego programu hejnal. O punkcie nic z tego nie wynika.",
        (_, _, Lang::En) => "The run was stopped.",
        (_, _, Lang::Pl) => "Przebieg przerwano.",
    }
}

/// The command that repeats a scenario alone on the same rig and in the language of its run. Where it stands in no
/// default folder, its feature is named as well.
pub(super) fn repeated(header: &Header, attempt: &Attempt) -> String {
    let lang = header.lang.code();
    let mut command = "hejnal run".to_string();
    let is_default = Path::new(&attempt.file).parent().is_some_and(|folder| folder.ends_with(Path::new("features").join(lang)));
    if !is_default {
        command += &format!(" {}", typed(&attempt.file));
    }
    if !header.rig_file.is_empty() {
        command += &format!(" --rig {}", typed(&header.rig_file));
    }
    // An outline's example is repeated with the outline: `S14` of `S14.2`.
    let id = attempt.id.split('.').next().unwrap_or_default();
    format!("{command} --lang {lang} --tags @{id}")
}

/// A path as a shell takes it for one word.
fn typed(path: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || matches!(c, '/' | '.' | '-' | '_' | '+' | ',' | '=' | '@' | ':' | '\\');
    if path.chars().all(is_plain) { path.to_string() } else { format!("'{}'", path.replace('\'', r"'\''")) }
}

/// What to do about an attempt that did not pass.
pub(super) fn remedy(header: Option<&Header>, attempt: &Attempt, ending: &Ending, lang: Lang) -> String {
    match (ending.blame, header) {
        (Some(Blame::Device), Some(header)) => format!("{}: {}", words(lang).repeat_it, repeated(header, attempt)),
        _ => ending.remedy.show(lang).to_string(),
    }
}

/// What an exit code means.
pub fn exit_meaning(code: u8, lang: Lang) -> &'static str {
    match (code, lang) {
        (exit::ACCEPTED, Lang::En) => "every requirement that was checked is met",
        (exit::ACCEPTED, Lang::Pl) => "wszystkie sprawdzone wymagania są spełnione",
        (exit::DEVICE, Lang::En) => "the post does not meet at least one requirement",
        (exit::DEVICE, Lang::Pl) => "punkt nie spełnia co najmniej jednego wymagania",
        (exit::BENCH, Lang::En) => "the bench could not judge: repair it or measure better, then repeat",
        (exit::BENCH, Lang::Pl) => "stanowisko nie mogło ocenić: napraw je lub zmierz dokładniej i powtórz",
        (exit::SCENARIO, Lang::En) => "a feature file is at fault",
        (exit::SCENARIO, Lang::Pl) => "błąd w pliku scenariuszy",
        (exit::EVIDENCE, Lang::En) => "the evidence does not hold: what a run left behind was changed afterwards",
        (exit::EVIDENCE, Lang::Pl) => "materiał dowodowy nie jest wiarygodny: zmieniono go po zakończeniu przebiegu",
        (exit::HEJNAL, Lang::En) => "a mistake in hejnal: report it with the journal",
        (exit::HEJNAL, Lang::Pl) => "błąd programu hejnal: zgłoś go wraz z dziennikiem",
        (exit::STOPPED, Lang::En) => "the run was stopped before its end",
        (exit::STOPPED, Lang::Pl) => "przebieg przerwano przed końcem",
        (_, Lang::En) => "unknown",
        (_, Lang::Pl) => "nieznany",
    }
}

/// What the exit code of a run that never wrote its end means.
pub(super) const fn cut_off(lang: Lang) -> &'static str {
    match lang {
        Lang::En => "the run was killed before its end; what stands above is all that its journal holds",
        Lang::Pl => "program przerwano przed końcem przebiegu; powyżej jest wszystko, co zawiera dziennik",
    }
}

/// How long something took, as a reader wants to know it: `9.4 s`, `12 min 34 s`, `1 h 05 min`.
pub(super) fn elapsed(seconds: f64, lang: Lang) -> String {
    let hour = if lang == Lang::Pl { "godz." } else { "h" };
    if seconds < 59.95 {
        return Estimate::seconds((seconds * 10.0).round() / 10.0, 0.0).show(lang);
    }
    let whole = seconds.round() as u64;
    let (hours, minutes, seconds) = (whole / 3600, whole / 60 % 60, whole % 60);
    if hours > 0 { format!("{hours} {hour} {minutes:02} min") } else { format!("{minutes} min {seconds:02} s") }
}

/// How long a run will take, as far as that can be known beforehand: `about 4 h 20 min`.
pub fn roughly(seconds: u64, is_simulated: bool, lang: Lang) -> String {
    let minutes = seconds.div_ceil(60).max(1);
    let minutes = if minutes < 60 { minutes } else { minutes.next_multiple_of(10) };
    let hour = if lang == Lang::Pl { "godz." } else { "h" };
    let time = match (minutes / 60, minutes % 60) {
        (0, minutes) => format!("{minutes} min"),
        (hours, 0) => format!("{hours} {hour}"),
        (hours, minutes) => format!("{hours} {hour} {minutes:02} min"),
    };
    match (lang, is_simulated) {
        (Lang::En, false) => format!("about {time}"),
        (Lang::En, true) => format!("about {time} of simulated time"),
        (Lang::Pl, false) => format!("około {time}"),
        (Lang::Pl, true) => format!("około {time} czasu symulowanego"),
    }
}

/// A profile of the rig's file as a reader of the report calls it.
pub(super) fn profile(name: &str, lang: Lang) -> &str {
    match (name, lang) {
        ("existing-pole", Lang::Pl) => "istniejący słup",
        ("new-post", Lang::Pl) => "nowy słupek",
        ("existing-pole", Lang::En) => "existing pole",
        ("new-post", Lang::En) => "new post",
        (other, _) => other,
    }
}

/// In the quotation marks of the language.
pub(super) fn quoted(text: &str, lang: Lang) -> String {
    match lang {
        Lang::En => format!("“{text}”"),
        Lang::Pl => format!("„{text}”"),
    }
}

/// A limit's source beside its id: `T02, ITU-T E.721 [M]`, and without a comma where nothing but a mark stands:
/// `T04 [EJ]`.
pub(super) fn source(source: &Source) -> String {
    let comma = if source.text.starts_with('[') { "" } else { "," };
    format!("{}{comma} {}", source.id, source.text)
}

/// `3 passed`, `2 failed`: the tally in words, leaving out what is zero. In Polish the numbers stand after their nouns,
/// so that none needs a plural.
pub fn tally(tally: &Tally, lang: Lang) -> String {
    let Tally { passed, failed, inconclusive, not_judged_bench, not_judged_scenario, not_judged_hejnal, skipped } = *tally;
    let parts = [
        (passed, "passed", "zaliczone"),
        (failed, "failed", "niezaliczone"),
        (inconclusive, "undecided", "nierozstrzygnięte"),
        (not_judged_bench, "not judged (bench)", "bez oceny (stanowisko)"),
        (not_judged_scenario, "not judged (scenario)", "bez oceny (scenariusz)"),
        (not_judged_hejnal, "not judged (hejnal)", "bez oceny (hejnal)"),
        (skipped, "not run to the end", "niedokończone"),
    ];
    let shown = parts.iter().enumerate().filter(|(place, (count, ..))| *place == 0 || *count > 0);
    let part = |(_, (count, en, pl)): (usize, &(usize, &str, &str))| match lang {
        Lang::En => format!("{count} {en}"),
        Lang::Pl => format!("{pl}: {count}"),
    };
    shown.map(part).collect::<Vec<_>>().join(", ")
}

/// `passed on attempt 2`.
pub(super) fn on_attempt(verdict: &str, attempt: u32, lang: Lang) -> String {
    match lang {
        Lang::En => format!("{verdict} on attempt {attempt}"),
        Lang::Pl => format!("{verdict} w {attempt}. próbie"),
    }
}

/// `passed 40 of 42`.
pub(super) fn share(passed: usize, of: usize, lang: Lang) -> String {
    match lang {
        Lang::En => format!("{passed} of {of} passed"),
        Lang::Pl => format!("zaliczone {passed} z {of}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_to_come_is_told_no_closer_than_it_is_known() {
        for (seconds, en, pl) in [
            (8, "about 1 min", "około 1 min"),
            (3_541, "about 1 h", "około 1 godz."),
            (15_572, "about 4 h 20 min", "około 4 godz. 20 min"),
        ] {
            assert_eq!([roughly(seconds, false, Lang::En), roughly(seconds, false, Lang::Pl)], [en, pl]);
        }
        assert_eq!(roughly(600, true, Lang::Pl), "około 10 min czasu symulowanego");
    }

    #[test]
    fn a_time_is_told_in_the_parts_that_matter() {
        for (seconds, en, pl) in [
            (9.400_74, "9.4 s", "9,4 s"),
            (0.5, "500 ms", "500 ms"),
            (59.97, "1 min 00 s", "1 min 00 s"),
            (754.2, "12 min 34 s", "12 min 34 s"),
            (3_900.0, "1 h 05 min", "1 godz. 05 min"),
        ] {
            assert_eq!((elapsed(seconds, Lang::En).as_str(), elapsed(seconds, Lang::Pl).as_str()), (en, pl));
        }
    }

    #[test]
    fn a_mark_follows_its_id_at_once_and_a_norm_after_a_comma() {
        let shown = |id: &str, text: &str| source(&Source { id: id.into(), text: text.into() });
        assert_eq!(shown("T41", "[EJ]"), "T41 [EJ]");
        assert_eq!(shown("T10", "ITU-T G.114 [V]"), "T10, ITU-T G.114 [V]");
    }
}
