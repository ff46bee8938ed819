//! `hejnal twin`: from what was typed to a live virtual post. Knows nothing of how it lives.

use super::Refused;
use super::args::LiveTwin;
use super::in_order::{NOTHING_MOVED, no_signals, rig_in_order};
use super::language::of_environment;
use crate::clock::{Clock, RealClock};
use crate::driver::alsa::{CardSettings, SoundCard};
use crate::fault::exit;
use crate::image;
use crate::instrument::InstrumentError;
use crate::instrument::audio::Feed;
use crate::live::{self, Setup};
use crate::rig::Rig;
use crate::suite::signals::Signals;
use crate::twin::{TwinConfig, defect};
use crate::unit::{Bilingual, Lang, both};
use crate::wav;
use std::path::PathBuf;
use std::sync::Arc;

/// Hertz: what every card can.
const CARD_RATE: u32 = 48_000;

/// Runs until the person at the keyboard, or a signal, ends it.
pub(super) fn run(args: &LiveTwin) -> Result<u8, Refused> {
    let rig = rig_in_order(&args.rig)?;
    let clock: Arc<dyn Clock> = Arc::new(RealClock::start());
    let setup = setup(args, &rig, &clock)?;
    let _signals = Signals::install(&clock.guard().stop_flag())
        .map_err(|error| Refused::new(exit::BENCH, no_signals(&error), NOTHING_MOVED))?;
    // A terminal that is closed takes the post with it, but not before its settings are given back.
    let hung_up = signal_hook::flag::register(signal_hook::consts::SIGHUP, clock.guard().stop_flag());
    hung_up.map_err(|error| {
        let cause = both!("SIGHUP could not be caught: {error}", "nie można przechwycić SIGHUP: {error}");
        Refused::new(exit::BENCH, cause, NOTHING_MOVED)
    })?;
    let ended = live::run(setup, clock).map_err(|error| refuse(&error))?;
    Ok(if ended.stopped { exit::STOPPED } else { exit::ACCEPTED })
}

fn setup(args: &LiveTwin, rig: &Rig, clock: &Arc<dyn Clock>) -> Result<Setup, Refused> {
    let Some(settings) = &rig.twin else {
        return Err(Refused::new(
            exit::BENCH,
            ("the rig is one of real instruments", "stanowisko składa się z prawdziwych przyrządów"),
            (
                "name a rig with a virtual post, as rigs/virtual.yaml",
                "podaj opis stanowiska z wirtualnym punktem, np. rigs/virtual.yaml",
            ),
        ));
    };
    let (twin, file) = planted(rig, args.seed.unwrap_or(settings.seed), &settings.defects)?;
    let called = live::resolve(&args.called.server, args.bind.map(|own| own.0.ip())).map_err(|error| refuse(&error))?;
    let family = args.bind.map(|own| own.0.ip());
    let backup = args.called.backup.as_deref().map(|address| live::resolve(address, family).map(|backup| backup.server));
    let backup = backup.transpose().map_err(|error| refuse(&error))?;
    args.called.second.as_deref().map_or(Ok(()), live::never_emergency).map_err(|error| refuse(&error))?;
    let mouth = args.mouth.as_ref().map(|file| wav::read(file, None)).transpose();
    let mouth = mouth.map_err(|error| {
        let remedy = ("give a WAV file of 8 to 96 kHz", "podaj plik WAV o częstotliwości próbkowania od 8 do 96 kHz");
        Refused::new(exit::BENCH, Bilingual::new(error.show(Lang::En), error.show(Lang::Pl)), remedy)
    })?;
    Ok(Setup {
        twin,
        image: read_image(&file)?,
        called,
        backup,
        second: args.called.second.clone(),
        password: args.password.clone().or_else(|| password_of(rig)).unwrap_or_default(),
        registers: !args.direct,
        bind: args.bind.map(|own| own.0),
        mouth: mouth.map(|recording| (recording.samples, recording.rate)),
        ear: args.ear.clone(),
        card: args.sound_card.as_deref().map(|device| open_card(device, clock)).transpose()?,
        lang: of_environment(),
    })
}

/// The post with the rig's defects, and the firmware that they need.
fn planted(rig: &Rig, seed: u64, defects: &[String]) -> Result<(TwinConfig, PathBuf), Refused> {
    let mut config = TwinConfig::of(rig, seed);
    let mut file = rig.post.firmware.file.clone();
    for id in defects {
        let defect = defect::find(id).ok_or_else(|| {
            let remedy = ("correct `defects` in the rig", "popraw `defects` w opisie stanowiska");
            Refused::new(exit::BENCH, both!("there is no defect {id}", "nie ma usterki {id}"), remedy)
        })?;
        config = config.with(defect);
        let variant = defect.image.flashed();
        if variant != defect::REFERENCE {
            file.set_file_name(format!("{variant}.elf"));
        }
    }
    Ok((config, file))
}

fn read_image(file: &std::path::Path) -> Result<image::Image, Refused> {
    let path = file.display();
    let bytes = std::fs::read(file).map_err(|error| {
        let remedy = (
            "put a firmware image in place, or correct `firmware` in the rig",
            "umieść obraz oprogramowania we właściwym miejscu albo popraw `firmware` w opisie stanowiska",
        );
        Refused::new(exit::BENCH, both!("failed to read {path}: {error}", "nie udało się odczytać {path}: {error}"), remedy)
    })?;
    image::parse(&bytes).map_err(|problems| {
        let told = |lang| problems.iter().map(|problem| problem.show(lang)).collect::<Vec<_>>().join("\n");
        let (en, pl) = (told(Lang::En), told(Lang::Pl));
        Refused::new(
            exit::BENCH,
            Bilingual::new(format!("failed to read {path}:\n{en}"), format!("nie udało się odczytać {path}:\n{pl}")),
            Bilingual::default(),
        )
    })
}

/// One channel each way: what a person before the post needs.
fn open_card(device: &str, clock: &Arc<dyn Clock>) -> Result<Box<dyn Feed>, Refused> {
    let settings = CardSettings { device: device.to_owned(), rate: CARD_RATE, outputs: 1, inputs: 1 };
    let card = SoundCard::open(settings, Arc::clone(clock)).map_err(|error| {
        let advice = (
            "`aplay -L` lists the names; a card that has no mono of its own is called plughw:… instead of hw:…",
            "nazwy wypisuje `aplay -L`; karta bez własnego trybu mono nazywa się plughw:… zamiast hw:…",
        );
        Refused::new(exit::BENCH, error.account(), advice)
    })?;
    Ok(Box::new(card))
}

/// The rig's operator knows the post under this password.
fn password_of(rig: &Rig) -> Option<String> {
    rig.operator()?.password_of(&rig.post.identity).map(str::to_string)
}

fn refuse(error: &InstrumentError) -> Refused {
    Refused::new(exit::BENCH, error.account(), error.advice())
}
