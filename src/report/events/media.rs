//! What was seen of a call's media, in words of either language.

use crate::journal::seen::Stray;
use crate::unit::{Estimate, Lang, Unit};

/// Loss, jitter and round trip as a reader wants them.
pub(super) fn far_report(
    lost: f64,
    discarded: Option<f64>,
    jitter: Option<f64>,
    round_trip: Option<f64>,
    lang: Lang,
) -> [String; 3] {
    let milliseconds = |seconds: f64| Estimate::seconds((seconds * 1e4).round() / 1e4, 0.0).show(lang);
    let unknown = match lang {
        Lang::En => "unknown",
        Lang::Pl => "nieznany",
    };
    let impossible = match lang {
        Lang::En => "impossible as told",
        Lang::Pl => "podany niemożliwy",
    };
    let ratio = |ratio: f64| Estimate::new((ratio * 1e3).round() / 1e3, 0.0, Unit::Ratio).show(lang);
    let lost = match (discarded.map(ratio), lang) {
        (None, _) => ratio(lost),
        (Some(late), Lang::En) => format!("{} lost and {late} too late", ratio(lost)),
        (Some(late), Lang::Pl) => format!("{} i spóźniono {late}", ratio(lost)),
    };
    let jitter = jitter.map_or_else(|| impossible.to_string(), milliseconds);
    [lost, jitter, round_trip.map_or_else(|| unknown.to_string(), milliseconds)]
}

pub(super) fn stray_en(kind: Stray) -> &'static str {
    match kind {
        Stray::BeforeAnswer => "before the answer",
        Stray::AfterEnd => "after the call",
        Stray::NoCall => "without a call",
        Stray::OfAnother => "into the call of another",
        Stray::OldPort => "at the port that was given up",
        Stray::OnHold => "on hold",
        Stray::NoMedia => "no media on a media port",
        Stray::Negotiation => "STUN or DTLS on a media port",
    }
}

pub(super) fn stray_pl(kind: Stray) -> &'static str {
    match kind {
        Stray::BeforeAnswer => "przed odebraniem",
        Stray::AfterEnd => "po zakończeniu rozmowy",
        Stray::NoCall => "bez połączenia",
        Stray::OfAnother => "do cudzej rozmowy",
        Stray::OldPort => "na porzucony port",
        Stray::OnHold => "w zawieszonej rozmowie",
        Stray::NoMedia => "na port dźwięku przyszło co innego",
        Stray::Negotiation => "STUN lub DTLS na porcie dźwięku",
    }
}
