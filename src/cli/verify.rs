//! `hejnal verify`, `seal` and `keygen`: what a run left behind held against itself, and sealed. Verifying writes
//! nothing.
//!
//! Knows nothing of how it is held.

use super::report::unreadable;
use super::{Refused, style};
use crate::clock::wall_clock;
use crate::evidence::{self, Examined, KeyError, LIST_FILE, PublicKey, SIGNATURE_FILE, Sealed, SecretKey};
use crate::fault::exit;
use crate::journal::read::file_of;
use crate::report::terminal::Colour;
use crate::report::{exit_meaning, simulated_in_words, verdict_in_words};
use crate::unit::{Bilingual, Lang, Utc, both, harmless};
use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::path::Path;

/// A key's file is no longer than this.
const LONGEST_KEY_BYTES: u64 = 10_000;

pub(super) fn verify(run: &Path, key: Option<&Path>, lang: Option<Lang>) -> Result<u8, Refused> {
    let key = key.map(public_key).transpose()?;
    let examined = evidence::examine(run, key.as_ref()).map_err(|error| unreadable(&error))?;
    let lang = lang.or(examined.model.header.as_ref().map(|header| header.lang)).unwrap_or_default();
    let mut out = io::stdout().lock();
    for line in page(&examined, style().colour, lang) {
        let _nobody_reads = writeln!(out, "{line}");
    }
    Ok(examined.exit_code())
}

/// What does not hold first; then what was looked at, and what no look can show.
fn page(examined: &Examined, colour: bool, lang: Lang) -> Vec<String> {
    let paint = |with: Colour, text: &str| if colour { with.paint(text) } else { text.to_string() };
    let say = |text: &Bilingual| text.show(lang).to_string();
    let mut lines = Vec::new();
    let found = examined.findings.len();
    if examined.holds() {
        let text = Bilingual::from((
            "The evidence holds: nothing in it contradicts itself.",
            "Materiał dowodowy jest spójny: nic w nim sobie nie przeczy.",
        ));
        lines.push(paint(Colour::Good, &say(&text)));
    } else {
        let text = both!(
            "THE EVIDENCE DOES NOT HOLD. Contradictions found: {found}",
            "MATERIAŁ DOWODOWY NIE JEST WIARYGODNY. Znalezione sprzeczności: {found}"
        );
        lines.push(paint(Colour::Bad, &say(&text)));
        lines.extend(examined.findings.iter().map(|finding| format!("  ✗ {}", finding.what.show(lang))));
    }
    lines.push(String::new());
    lines.extend(run(examined).iter().chain(&looked_at(examined)).map(|text| format!("  {}", text.show(lang))));
    lines.push(String::new());
    let (ending, code) = (examined.ending(), examined.model.exit_code());
    let verdict = match (&examined.model.end, examined.model.scenarios.len()) {
        (None, _) => both!(
            "The journal breaks off: nothing can be concluded from this run.",
            "Dziennik się urywa: z tego przebiegu nic nie wynika."
        ),
        (Some(_), scenarios) => Bilingual::new(
            format!(
                "Judged again, {scenarios} scenarios come to: {} (exit code {code}: {})",
                verdict_in_words(&ending, Lang::En),
                exit_meaning(code, Lang::En)
            ),
            format!(
                "Po ponownej ocenie (scenariusze: {scenarios}): {} (kod wyjścia {code}: {})",
                verdict_in_words(&ending, Lang::Pl),
                exit_meaning(code, Lang::Pl)
            ),
        ),
    };
    lines.push(say(&verdict));
    if !examined.holds() {
        let text = (
            "Nothing of it may be relied on: something was changed after the run.",
            "Nie wolno na tym polegać: po przebiegu coś zmieniono.",
        );
        lines.push(say(&text.into()));
    }
    lines.push(paint(Colour::Quiet, &say(&LIMITS.into())));
    lines
}

const LIMITS: (&str, &str) = (
    "What this cannot show: that the rig was wired as its file says, and that an unsealed run was not made up as a whole.",
    "Czego to nie wykaże: że stanowisko podłączono zgodnie z opisem i że przebiegu bez pieczęci nie zmyślono w całości.",
);

fn run(examined: &Examined) -> Vec<Bilingual> {
    let Some(header) = &examined.model.header else { return Vec::new() };
    let (post, place, rig) = (&header.post.identity, &header.post.place, &header.rig);
    let began = examined.model.began_unix_seconds.map(|began| Utc::from_unix(began).iso()).unwrap_or_default();
    let word = match examined.sealed {
        Sealed::By { .. } => ("sealed", "opieczętowana"),
        _ => ("nobody vouches for it", "nikt za nią nie ręczy"),
    };
    let mut said = vec![
        both!("post: {post}, {place}", "punkt: {post}, {place}"),
        both!("rig: {rig}", "stanowisko: {rig}"),
        Bilingual::new(format!("date: {began} ({})", word.0), format!("data: {began} ({})", word.1)),
    ];
    if header.simulated {
        said.push(simulated_in_words());
    }
    said
}

fn looked_at(examined: &Examined) -> Vec<Bilingual> {
    let (extent, hash) = (examined.extent, &examined.last_hash);
    let (lines, figures, steps, attempts) = (extent.lines, extent.figures, extent.steps, extent.attempts);
    let (recordings, not_kept) = (extent.recordings, extent.not_kept);
    let seal = examined.sealed.account();
    vec![
        both!("journal: {lines} lines, last hash {hash}", "dziennik: wiersze: {lines}, ostatni skrót {hash}"),
        both!(
            "judged again: figures {figures}, steps {steps}, scenarios {attempts} (with every attempt)",
            "ocenione ponownie: wyniki: {figures}, kroki: {steps}, scenariusze: {attempts} (ze wszystkimi próbami)"
        ),
        both!(
            "recordings: {recordings} as the journal has them, {not_kept} not kept",
            "nagrania: zgodne z dziennikiem: {recordings}, niezachowane: {not_kept}"
        ),
        Bilingual::new(format!("seal: {}", seal.en), format!("pieczęć: {}", seal.pl)),
    ]
}

/// Seals a run in which nothing contradicts itself.
pub(super) fn seal(run: &Path, key: &Path, lang: Lang) -> Result<u8, Refused> {
    let key = SecretKey::read(&text_of(key)?).map_err(|error| unusable(key, error))?;
    let journal = file_of(run);
    let folder = journal.parent().unwrap_or(Path::new("."));
    if evidence::is_sealed(folder) {
        let remedy = ("look at its seal with hejnal verify", "obejrzyj jego pieczęć poleceniem hejnal verify");
        return Err(Refused::new(exit::EVIDENCE, ("this run bears a seal already", "ten przebieg ma już pieczęć"), remedy));
    }
    let examined = evidence::examine(run, None).map_err(|error| unreadable(&error))?;
    if let Some(first) = examined.findings.first() {
        let (count, Bilingual { en, pl }) = (examined.findings.len(), &first.what);
        let (en, pl) = (
            format!("the evidence does not hold ({count}): {en}"),
            format!("materiał dowodowy nie jest wiarygodny ({count}): {pl}"),
        );
        let remedy = (
            "what contradicts itself is not sealed: see hejnal verify",
            "tego, co sobie przeczy, nie pieczętuje się: patrz hejnal verify",
        );
        return Err(Refused::new(exit::EVIDENCE, Bilingual::new(en, pl), remedy));
    }
    evidence::seal(folder, &examined, &key, wall_clock().as_secs()).map_err(|error| unreadable(&error))?;
    let (list, signature) = (folder.join(LIST_FILE), folder.join(SIGNATURE_FILE));
    let (list, signature, number) = (list.display(), signature.display(), key.public().shown());
    let said = both!(
        "Sealed with key {number}: {list}, {signature}\nAnybody can check it: minisign -Vm {LIST_FILE} -p KEY.pub && sha256sum -c {LIST_FILE}",
        "Opieczętowano kluczem {number}: {list}, {signature}\nKażdy może to sprawdzić: minisign -Vm {LIST_FILE} -p KLUCZ.pub && sha256sum -c {LIST_FILE}"
    );
    let _nobody_reads = writeln!(io::stdout(), "{}", said.show(lang));
    Ok(exit::ACCEPTED)
}

/// Makes a key for seals: the secret one in `file`, the public one beside it.
pub(super) fn keygen(file: &Path, lang: Lang) -> Result<u8, Refused> {
    let key = SecretKey::new().map_err(|error| unusable(file, error))?;
    let mut name = file.as_os_str().to_owned();
    name.push(".pub");
    let public = Path::new(&name);
    put(file, &key.written(), true)?;
    put(public, &key.public().written(), false)?;
    let (secret, public, number) = (file.display(), public.display(), key.public().shown());
    let said = both!(
        "Key {number}: {secret} stays with the bench, {public} goes to whoever checks its seals.",
        "Klucz {number}: {secret} zostaje przy stanowisku, {public} otrzymuje ten, kto sprawdza pieczęcie."
    );
    let _nobody_reads = writeln!(io::stdout(), "{}", said.show(lang));
    Ok(exit::ACCEPTED)
}

/// Never over a file that is there.
fn put(path: &Path, text: &str, is_secret: bool) -> Result<(), Refused> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, if is_secret { 0o600 } else { 0o644 });
    let written = options.open(path).and_then(|mut file| file.write_all(text.as_bytes()));
    written.map_err(|error| {
        let path = path.display();
        let cause = both!("failed to write {path}: {error}", "nie udało się zapisać {path}: {error}");
        let remedy = (
            "name a file that does not exist, in a folder that may be written to",
            "podaj plik, którego jeszcze nie ma, w katalogu z prawem zapisu",
        );
        Refused::new(exit::USAGE, cause, remedy)
    })
}

fn text_of(path: &Path) -> Result<String, Refused> {
    let is_key = |path: &Path| std::fs::metadata(path).map(|about| about.is_file() && about.len() < LONGEST_KEY_BYTES);
    let read = is_key(path).and_then(|is_key| if is_key { std::fs::read_to_string(path) } else { Ok(String::new()) });
    read.map_err(|error| {
        let path = path.display();
        let cause = both!("failed to read {path}: {error}", "nie udało się odczytać {path}: {error}");
        Refused::new(exit::USAGE, cause, ("name the file of a key", "podaj plik z kluczem"))
    })
}

pub(super) fn public_key(path: &Path) -> Result<PublicKey, Refused> {
    PublicKey::read(&text_of(path)?).map_err(|error| unusable(path, error))
}

fn unusable(path: &Path, KeyError(why): KeyError) -> Refused {
    let path = path.display().to_string();
    let path = harmless(&path);
    let cause = Bilingual::new(format!("{path}: {}", why.en), format!("{path}: {}", why.pl));
    Refused::new(exit::USAGE, cause, ("make one with hejnal keygen", "utwórz klucz poleceniem hejnal keygen"))
}
