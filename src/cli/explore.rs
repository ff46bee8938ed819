//! `hejnal explore`: lives that nobody wrote, and what came of them, in either language.
//!
//! Knows nothing of what a life is made of.

use super::args::Explore;
use super::in_order::{NOTHING_MOVED, no_signals, rig_in_order};
use super::rig::Taken;
use super::{Refused, place, prove};
use crate::bench;
use crate::clock::wall_clock;
use crate::fault::exit;
use crate::suite::explore::model::{ROWS, Row, State};
use crate::suite::explore::{self, Explored, Found, Plan};
use crate::suite::signals::Signals;
use crate::unit::{Bilingual, Lang, both, parse_duration};
use std::io::{self, Write as _};
use std::num::NonZero;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

/// Where neither lives nor time are given.
const LIVES: u64 = 100;
/// In one life of a virtual post power costs nothing.
const POWER_CUTS_OF_A_LIFE: usize = 10;
const FOREVER: Duration = Duration::from_secs(u64::MAX >> 32);

pub(super) fn explore(typed: &Explore) -> Result<u8, Refused> {
    let mut rig = rig_in_order(&typed.rig)?;
    if let Some(id) = &typed.defect {
        let defect = prove::known(id)?;
        if rig.twin.is_none() {
            let cause = ("nothing can be planted in a real post", "w rzeczywistym punkcie nie można podłożyć usterki");
            return Err(Refused::new(exit::USAGE, cause, ("leave out --defect, or --rig", "pomiń --defect albo --rig")));
        }
        rig = explore::planted(rig, defect);
    }
    let rig = bench::with_planted_firmware(rig).map_err(|error| Refused::new(exit::BENCH, error.account(), error.advice()))?;
    let time = typed.time.as_deref().map(read_time).transpose()?;
    let seed = typed.seed.or(rig.twin.as_ref().map(|twin| twin.seed)).unwrap_or(1);
    let folder = typed.out.clone().unwrap_or_else(|| place::run_directory(wall_clock().as_secs(), "explore"));
    let taken = Taken::for_run(&rig, &folder, typed.lang)?;
    let stop = Arc::new(AtomicBool::new(false));
    let _signals = Signals::install(&stop).map_err(|error| Refused::new(exit::BENCH, no_signals(&error), NOTHING_MOVED))?;
    let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
    let plan = Plan {
        rig,
        folder: folder.clone(),
        seed,
        lang: typed.lang,
        lives: typed.lives.unwrap_or(if time.is_some() { u64::MAX } else { LIVES }),
        time: time.unwrap_or(FOREVER),
        workers: typed.jobs.map_or(cores, usize::from),
        power_cuts: typed.power_cycles.map_or(POWER_CUTS_OF_A_LIFE, usize::from),
        stop,
        ward: taken.as_ref().map(Taken::ward),
    };
    let lang = typed.lang;
    let explored = explore::explore(&plan, |found| say(&begun(found), lang));
    drop(plan);
    taken.into_iter().for_each(Taken::give_back);
    place::mark_latest(&folder);
    for line in summary(&explored) {
        say(&line, lang);
    }
    Ok(match explored.blame() {
        _ if explored.was_stopped => exit::STOPPED,
        Some(blame) => blame.exit_code(),
        None if explored.found.is_empty() => exit::ACCEPTED,
        None => exit::BENCH,
    })
}

fn read_time(text: &str) -> Result<Duration, Refused> {
    parse_duration(text).map_err(|error| Refused::new(exit::USAGE, error.told(), NOTHING_MOVED))
}

fn say(line: &Bilingual, lang: Lang) {
    let _reader_left = writeln!(io::stdout(), "{}", line.show(lang));
}

/// As soon as it is seen: what it takes to be sure and small follows.
fn begun(found: &Found) -> Bilingual {
    let Found { number, seed, failure, .. } = found;
    Bilingual::new(
        format!("life {number} (seed {seed}): {}", failure.told(Lang::En)),
        format!("przebieg {number} (ziarno {seed}): {}", failure.told(Lang::Pl)),
    )
}

fn summary(explored: &Explored) -> Vec<Bilingual> {
    let Explored { lives, presses, calls, .. } = explored;
    let (hours, speed) = (explored.seconds / 3600.0, explored.speed());
    let mut lines = vec![both!(
        "{lives} lives, {presses} presses, {calls} calls; {hours:.1} h of a post's time, {speed:.0} × real time on each processor",
        "przebiegi: {lives}, naciśnięcia: {presses}, zgłoszenia: {calls}; czas punktu: {hours:.1} godz., {speed:.0} × czas rzeczywisty na każdy procesor"
    )];
    lines.push(coverage(explored));
    if explored.found.is_empty() {
        lines.push(("no life failed", "żaden przebieg nie zakończył się wynikiem negatywnym").into());
    }
    for found in &explored.found {
        let Found { times, failure, ending, folder, life, .. } = found;
        let (count, deeds, folder) = (*times, life.deeds.len(), folder.display());
        lines.push(Bilingual::new(
            format!("{} ({count} of {lives} lives)", failure.told(Lang::En)),
            format!("{} (przebiegi: {count} z {lives})", failure.told(Lang::Pl)),
        ));
        lines.push(Bilingual::new(format!("    {}", ending.message.en), format!("    {}", ending.message.pl)));
        lines.push(both!(
            "    smallest life found: {deeds} deeds, {folder}",
            "    najkrótszy znaleziony przebieg: czynności: {deeds}, {folder}"
        ));
    }
    lines
}

/// What was walked of the model, and what was not.
fn coverage(explored: &Explored) -> Bilingual {
    let walked = |n: usize| explored.walked.get(n).is_some_and(|times| *times > 0);
    let (all, count) = (ROWS.len(), (0..ROWS.len()).filter(|n| walked(*n)).count());
    let name = |row: &Row| {
        let (from, deed) = (state_pl(row.from), deed_pl(row.deed));
        Bilingual::new(format!("{:?}: {}", row.from, row.deed), format!("{from}: {deed}"))
    };
    let missing: Vec<Bilingual> = ROWS.iter().enumerate().filter(|(n, _)| !walked(*n)).map(|(_, row)| name(row)).collect();
    if missing.is_empty() {
        return both!("all {all} transitions of the model were walked", "przejścia modelu: wykonano wszystkie ({all})");
    }
    let [en, pl] = [Lang::En, Lang::Pl].map(|lang| missing.iter().map(|name| name.show(lang)).collect::<Vec<_>>().join("; "));
    both!(
        "{count} of {all} transitions of the model were walked; not walked: {en}",
        "przejścia modelu: wykonano {count} z {all}; nie wykonano: {pl}"
    )
}

const fn state_pl(state: State) -> &'static str {
    match state {
        State::Quiet => "spoczynek",
        State::InCall => "zgłoszenie",
        State::Cut => "bez światłowodu",
        State::CutInCall => "światłowód przerwany w czasie zgłoszenia",
        State::Back => "światłowód wrócił",
        State::Off => "bez zasilania",
        State::Dark => "bez zasilania i światłowodu",
        State::Waking => "start",
        State::OnBackup => "na serwerze zapasowym",
        State::Unserved => "bez serwerów",
    }
}

/// Deeds of the model, in Polish.
const DEEDS: [(&str, &str); 33] = [
    ("bouncing press", "naciśnięcie z drganiami styku"),
    ("cut again", "ponowna przerwa światłowodu"),
    ("cut", "przerwa światłowodu"),
    ("doubtful press", "naciśnięcie na granicy"),
    ("end", "koniec rozmowy"),
    ("end, and press at once", "koniec rozmowy i zaraz naciśnięcie"),
    ("glitch", "krótki zanik łączności"),
    ("hang", "zawieszenie"),
    ("held press", "przytrzymanie"),
    ("held through a call", "przytrzymanie przez całą rozmowę"),
    ("hold again", "ponowne przytrzymanie"),
    ("interference", "zakłócenia"),
    ("long cut", "długa przerwa światłowodu"),
    ("long quiet", "długi spokój"),
    ("long wait", "długie czekanie"),
    ("main server refuses", "serwer główny odmawia"),
    ("main server silent", "serwer główny milczy"),
    ("operator absent", "operator nie odbiera"),
    ("operator answers", "operator odbiera"),
    ("operator busy", "operator zajęty"),
    ("power cut again", "ponowny zanik zasilania"),
    ("power cut", "zanik zasilania"),
    ("press again", "ponowne naciśnięcie"),
    ("press", "naciśnięcie"),
    ("quiet", "spokój"),
    ("register", "rejestracja"),
    ("return of the light", "powrót światłowodu"),
    ("return of the mains", "powrót zasilania"),
    ("return", "powrót"),
    ("second operator", "drugi operator"),
    ("series of calls", "seria zgłoszeń"),
    ("servers silent", "serwery milczą"),
    ("wait", "czekanie"),
];

fn deed_pl(deed: &'static str) -> &'static str {
    DEEDS.iter().find(|(en, _)| *en == deed).map_or(deed, |(_, pl)| pl)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_deed_of_the_model_has_its_polish_name() {
        let nameless = |row: &&Row| deed_pl(row.deed) == row.deed;
        assert_eq!(ROWS.iter().find(nameless).map(|row| row.deed), None);
    }
}
