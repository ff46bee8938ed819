//! Rules about what is heard in a talk while nobody speaks: noise may be, a sound that nobody has made may not.

use super::course::Course;
use super::heard::{Foreign, Silence};
use super::span::Span;
use super::{Bound, Rule, Sample};
use crate::rig::Role::{Ear, Mouth, Operator};
use crate::unit::{Bilingual, Estimate, Method, Quantity, Unit};

pub const RULES: &[Rule] = &[
    Rule {
        quantity: AT_OPERATOR,
        needs: &[Mouth, Ear, Operator],
        limit: Bound::Never,
        look: |c| foreign(c, |s| (&s.at_operator, &s.at_caller)),
    },
    Rule {
        quantity: AT_CALLER,
        needs: &[Mouth, Ear, Operator],
        limit: Bound::Never,
        look: |c| foreign(c, |s| (&s.at_caller, &s.at_operator)),
    },
    Rule { quantity: OWN_NOISE, needs: &[Mouth, Ear, Operator], limit: MOST_NOISE, look: own_noise },
];

const SILENCES: Method = Method::new(
    "both ends of a talk recorded while neither side speaks; tones by looks of 64 ms, bursts by looks of 10 ms, relative to the voices at that end; what \
     both ends hear at once is of the street",
    "oba końce rozmowy nagrane, gdy żadna ze stron nie mówi; tony w odcinkach 64 ms, trzaski w odcinkach 10 ms, względem głosów w tym samym miejscu; \
     dźwięki słyszane naraz na obu końcach pochodzą z ulicy",
    "ITU-T G.712",
);
const AT_OPERATOR: Quantity = Quantity {
    key: "T12.watch.foreign.to-operator",
    unit: Unit::Count,
    en: "silences of a talk in which the operator heard a foreign sound",
    pl: "chwile ciszy w rozmowie, w których operator słyszał obcy dźwięk",
    method: SILENCES,
    requirement: "T12",
};
const AT_CALLER: Quantity = Quantity {
    key: "T12.watch.foreign.to-caller",
    en: "silences of a talk in which the caller heard a foreign sound",
    pl: "chwile ciszy w rozmowie, w których wzywający słyszał obcy dźwięk",
    ..AT_OPERATOR
};

pub const OWN_NOISE: Quantity = Quantity {
    key: "T12.watch.own-noise.to-operator",
    unit: Unit::Decibel,
    en: "noise that the post adds, over the caller's voice at the operator, most",
    pl: "poziom szumu własnego punktu u operatora względem głosu wzywającego, największy",
    method: Method::new(
        "level at the operator while neither side speaks, relative to the caller's voice there, where it is 10 dB more than the street at the ear explains",
        "poziom u operatora, gdy żadna ze stron nie mówi, względem głosu wzywającego; liczony, gdy o 10 dB przekracza hałas ulicy przy mikrofonie pomiarowym",
        "ETSI ES 202 740",
    ),
    requirement: "T12",
};

/// Hands-free telephones are to stay 38 dB below a nominal voice (ETSI ES 202 740 [M]); what is less than 15 dB below
/// it drowns words [EJ].
const MOST_NOISE: Bound = Bound::AtMost(-15.0);
/// What a level is worth (k = 2): a mouth and an ear that have been set once, dB.
const NOISE_WITHIN_DB: f64 = 1.5;
/// A single frequency may be at −50 dBm0 (ITU-T G.712 [M]), 24 dB below a nominal voice; the same for what is no tone
/// [EJ].
const LOUDEST_DB: f64 = -24.0;
/// What the other end hears at the same time and no more than so much fainter is of the street, dB [EJ].
const STREET_DB: f64 = 12.0;
/// Sound takes so long from end to end at most, in seconds.
const APART_S: f64 = 0.4;
/// A tone that fills so much of a silence is no horn and no siren: the street does not excuse it.
const STEADY: f64 = 0.9;
/// A single crack is nobody's: contacts close, doors fall shut. Three in one talk are a fault, and in a long one more
/// than one in 20 s [EJ].
const CRACKS: f64 = 3.0;
const CRACKS_APART_S: f64 = 20.0;
/// A post may say that it is connected, and acknowledge a press, for so long (seconds).
const MAY_SPEAK_S: f64 = 2.0;

/// Each silence is an occasion; cracks are counted over the silences of their talk.
fn foreign(course: &Course, ends: fn(&Silence) -> (&Vec<Foreign>, &Vec<Foreign>)) -> Vec<Sample> {
    let mut samples = Vec::new();
    for silence in course.silences.iter().filter(|silence| !course.is_disturbed(silence.span)) {
        let talk = course.talk_at(silence.span.from);
        let of_talk: Vec<&Silence> =
            course.silences.iter().filter(|other| talk.is_some_and(|talk| talk.holds(other.span.from))).collect();
        let cracks = of_talk.iter().flat_map(|other| own(course, other, ends)).filter(|sound| sound.hz.is_none()).count();
        let listened: f64 = of_talk.iter().map(|other| other.span.length()).sum();
        let is_cracking = cracks as f64 >= CRACKS.max(listened / CRACKS_APART_S);
        let mut own = own(course, silence, ends);
        let found = own.find(|sound| sound.hz.is_some() || is_cracking);
        samples.push(Sample::breach(found.map_or(silence.span.from, |sound| sound.span.from), found.map(describe)));
    }
    samples
}

fn own_noise(course: &Course) -> Vec<Sample> {
    let seen = || {
        Bilingual::from(("the operator hears a noise that is not of the street", "operator słyszy szum, którego nie ma na ulicy"))
    };
    let undisturbed = course.silences.iter().filter(|silence| !course.is_disturbed(silence.span));
    let sample = |silence: &Silence| {
        let figure = Estimate::new(silence.own_noise_db?, NOISE_WITHIN_DB, Unit::Decibel);
        Some(Sample { at: silence.span.from, figure, seen: seen() })
    };
    undisturbed.filter_map(sample).collect()
}

/// The sounds at one end that neither the street nor the post's own announcements explain.
fn own(
    course: &Course,
    silence: &Silence,
    ends: fn(&Silence) -> (&Vec<Foreign>, &Vec<Foreign>),
) -> impl Iterator<Item = Foreign> {
    let (here, there) = ends(silence);
    let is_own = |sound: &&Foreign| {
        let near = Span { from: sound.span.from - APART_S, to: sound.span.to + APART_S };
        let is_steady = sound.hz.is_some() && sound.span.length() > STEADY * silence.span.length();
        let is_street =
            !is_steady && there.iter().any(|other| other.span.meets(near) && other.level_db >= sound.level_db - STREET_DB);
        let told_at = course
            .contacts
            .iter()
            .flat_map(|contact| [contact.began, contact.opened])
            .chain(course.talk_at(sound.span.from).map(|talk| talk.from));
        let is_told = told_at.into_iter().any(|at| Span { from: at, to: at + MAY_SPEAK_S }.meets(sound.span));
        sound.level_db > LOUDEST_DB && !is_street && (is_steady || !is_told)
    };
    here.iter().filter(is_own).copied().collect::<Vec<_>>().into_iter()
}

fn describe(sound: Foreign) -> Bilingual {
    let (length, level) = (format!("{:.2}", sound.span.length()), format!("{:.0}", -sound.level_db));
    let (en, pl) = match sound.hz {
        Some(hz) => (format!("a tone of {hz:.0} Hz"), format!("ton {hz:.0} Hz")),
        None => ("bursts of sound, the first".into(), "trzaski, z których pierwszy trwał".into()),
    };
    let pl_length = length.replace('.', ",");
    let pl_link = if sound.hz.is_some() { " przez" } else { "" };
    Bilingual::new(
        format!("{en} for {length} s, {level} dB below the voices"),
        format!("{pl}{pl_link} {pl_length} s, {level} dB poniżej poziomu głosów"),
    )
}
