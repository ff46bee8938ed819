//! What a call's media went through, as plain lines in English or Polish.

use super::event_lines::{figure, pick};
use crate::dsp::level::rms_dbfs;
use crate::instrument::operator::security::MediaSecurity;
use crate::instrument::operator::{CallId, FarView};
use crate::rtp::axis::RATE;
use crate::rtp::codec::Codec;
use crate::rtp::stats::{Source, Stats};
use crate::unit::Lang;
use std::path::Path;

pub(super) fn far_view(view: &FarView, lang: Lang) -> String {
    let lost = figure(view.fraction * 100.0, 1, lang);
    let jitter = match view.jitter {
        Some(jitter) => format!("{} ms", figure(jitter * 1e3, 1, lang)),
        None => pick(lang, "impossible as told", "podany niemożliwy").to_owned(),
    };
    let late = view.discarded.map_or_else(String::new, |late| {
        format!(", {} % {}", figure(late * 100.0, 1, lang), pick(lang, "too late to be heard", "za późno, by je odtworzyć"))
    });
    let trip = view.round_trip.map(|seconds| format!("{} ms", figure(seconds * 1e3, 1, lang)));
    match lang {
        Lang::En => {
            let trip = trip.unwrap_or_else(|| "not yet known".to_owned());
            format!("the post saw {lost} % lost ({} in all){late}, jitter {jitter}, round trip {trip}", view.lost)
        }
        Lang::Pl => {
            let trip = trip.unwrap_or_else(|| "jeszcze nieznany".to_owned());
            format!("punkt widział {lost} % strat (razem {}){late}, jitter {jitter}, czas obiegu {trip}", view.lost)
        }
    }
}

/// A line for each source of a call's media, where there were several; and what the post told of ours.
pub fn sources(stats: &Stats, far: Option<FarView>, lang: Lang) -> Vec<String> {
    let each = stats.sources.iter().filter(|_| stats.sources.len() > 1);
    let mut lines: Vec<String> = each.map(|source| of_source(source, lang)).collect();
    lines.extend(far.map(|view| format!("              {}", far_view(&view, lang))));
    lines
}

fn of_source(source: &Source, lang: Lang) -> String {
    let jitter = figure(source.jitter * 1e3, 1, lang);
    let Source { ssrc, packets, lost, reordered, duplicates, .. } = source;
    match lang {
        Lang::En => format!(
            "              source {ssrc:08x}: {packets} packets, {lost} lost, {reordered} reordered, {duplicates} duplicates; jitter {jitter} ms"
        ),
        Lang::Pl => format!(
            "              źródło {ssrc:08x}: pakietów {packets}, zgubionych {lost}, nie po kolei {reordered}, podwójnych {duplicates}; \
             jitter {jitter} ms"
        ),
    }
}

/// What a call's media went through, where the recording lies, and what looks wrong at once.
pub fn media(call: CallId, stats: &Stats, codec: Option<Codec>, heard: &[f32], file: Option<&Path>, lang: Lang) -> String {
    let name = codec.map_or("–", Codec::name);
    if stats.packets == 0 {
        let nothing = pick(lang, "NO VOICE PACKET came from the post", "z punktu NIE PRZYSZEDŁ ŻADEN pakiet głosu");
        return format!("            {} {}, {name}: {nothing}", pick(lang, "call", "połączenie"), call.0);
    }
    let level =
        rms_dbfs(heard).map_or_else(|| pick(lang, "silence", "cisza").to_owned(), |db| format!("{} dBFS", figure(db, 1, lang)));
    let seconds = figure(heard.len() as f64 / f64::from(RATE), 1, lang);
    let (jitter, gap) = (figure(stats.jitter * 1e3, 1, lang), stats.longest_gap.as_secs_f64() * 1e3);
    let mut text = match lang {
        Lang::En => format!(
            "            call {}, {name}: {} packets, {} lost, {} late, {} reordered, {} duplicates; jitter {jitter} ms, \
             longest gap {gap:.0} ms; {seconds} s heard at {level}",
            call.0, stats.packets, stats.lost, stats.late, stats.reordered, stats.duplicates
        ),
        Lang::Pl => format!(
            "            połączenie {}, {name}: pakietów {}, zgubionych {}, spóźnionych {}, nie po kolei {}, podwójnych {}; jitter \
             {jitter} ms, najdłuższa przerwa {gap:.0} ms; słyszano {seconds} s przy {level}",
            call.0, stats.packets, stats.lost, stats.late, stats.reordered, stats.duplicates
        ),
    };
    if stats.foreign_payloads > 0 {
        let foreign = pick(lang, "packets of a codec that was not agreed", "pakiety kodeka, którego nie uzgodniono");
        text += &format!("; {} {foreign}", stats.foreign_payloads);
    }
    if let Some(dscp) = stats.dscp {
        text += &format!("; DSCP {dscp}");
    }
    if let Some(file) = file {
        text += &format!(" → {}", file.display());
    }
    text
}

/// How far the moments told can be trusted: those of what arrived, and those at which packets left; both in seconds (k
/// = 2).
pub fn trust((arrived, left): (f64, f64), lang: Lang) -> String {
    let (arrived, left) = (figure(arrived * 1e3, 3, lang), figure(left * 1e3, 3, lang));
    match lang {
        Lang::En => format!("            moments of arrival ± {arrived} ms, of sending ± {left} ms (worst so far)"),
        Lang::Pl => format!("            chwile odbioru ± {arrived} ms, nadania ± {left} ms (najgorsze dotąd)"),
    }
}

/// What a call's media was secured with, and how much was not played or believed for it.
pub fn security(security: &MediaSecurity, lang: Lang) -> String {
    security.words().show(lang).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_trust_in_moments_is_told_in_milliseconds() {
        assert_eq!(trust((21e-6, 4e-4), Lang::En).trim(), "moments of arrival ± 0.021 ms, of sending ± 0.400 ms (worst so far)");
        assert!(trust((21e-6, 4e-4), Lang::Pl).contains("chwile odbioru ± 0,021 ms"));
    }

    #[test]
    fn a_call_says_how_secure_it_was() {
        let mut account = MediaSecurity::default();
        assert_eq!(security(&account, Lang::Pl), "; zwykły RTP");
        (account.suite, account.forged) = (Some("AES_CM_128_HMAC_SHA1_80"), 3);
        let expected = "; SRTP AES_CM_128_HMAC_SHA1_80; NOT PLAYED: 0 plain packets, 3 not authentic, 0 replayed";
        assert_eq!(security(&account, Lang::En), expected);
    }

    #[test]
    fn one_way_audio_is_told_in_capitals() {
        let text = media(CallId(1), &Stats::default(), Some(Codec::Pcma), &[], None, Lang::En);
        assert!(text.contains("call 1, PCMA: NO VOICE PACKET"), "{text}");
    }
}
