//! What the JSON of each measurement holds, for `hejnal measure --help`; a test holds it against what is printed.
//!
//! Knows nothing of how the values come about.

use crate::unit::Lang;

/// Of all measurements alike.
const COMMON: &str = "\
With --json one object is printed, whatever comes of it:
  format       1; keys are only ever added under one number
  found        whether there was anything to measure (exit code 0) or not (3)
  error        why not, where the files cannot be used; then there are no further keys
  program      what measured, with its version
  inputs       the files, each with its SHA-256
  measurement  the command
  figures      key → value, unit, uncertainty (expanded, coverage_factor 2), method, method_pl, norm
  method       how it was done on the whole
  notes        what was mended, left out or doubtful
Times are in seconds, levels in decibels, ratios and indices from 0 to 1; unit \"1\" stands for a count or an index. The value of each figure also
stands under its key in the object itself, beside the other keys below. A figure that could not be got is null or not there, never a guess.
Keys, numbers and the words of judged_against are the same in every language; error, method and notes follow --lang.
* stands for a mid-band frequency in hertz (a point written as _).

";

const COMMON_PL: &str = "\
Z --json wypisywany jest zawsze jeden obiekt:
  format       1; dopóki numer się nie zmienia, kluczy może tylko przybywać
  found        czy było co zmierzyć (kod wyjścia 0), czy nie (3)
  error        dlaczego nie, gdy nie można użyć plików; wtedy dalszych kluczy nie ma
  program      czym zmierzono, z numerem wersji
  inputs       pliki, każdy ze swoim SHA-256
  measurement  polecenie
  figures      klucz → value, unit, uncertainty (rozszerzona, coverage_factor 2), method, method_pl, norm
  method       jak zmierzono całość
  notes        co poprawiono, co pominięto i co budzi wątpliwości
Czasy są w sekundach, poziomy w decybelach, współczynniki i wskaźniki od 0 do 1; jednostka \"1\" oznacza liczbę sztuk albo wskaźnik. Wartość każdej
wielkości stoi też pod jej kluczem w samym obiekcie, obok kluczy podanych niżej. Wielkość, której nie dało się wyznaczyć, ma wartość null albo jej
nie ma; nigdy nie jest zgadywana. Klucze, liczby i wartości judged_against są takie same w każdym języku; error, method i notes są w języku --lang.
* oznacza częstotliwość środkową pasma w hercach (w miejscu przecinka stoi _).

";

/// A measurement, the keys of its figures, and the other keys of its object.
pub(super) const KEYS: [(&str, &str, &str); 12] = [
    (
        "delay",
        "delay_s delay_at_start_s ppm gain_db snr_db confidence strongest_s strongest_over_first_db delay_before_s delay_after_s slip_at_s",
        "t_ref_s gain uncertainty_s ppm_uncertainty budget",
    ),
    ("track", "point_count first_delay_s ppm creep_s scatter_s slip_count", "points slips ppm_uncertainty creep_uncertainty_s"),
    ("press", "press_to_sound_s press_s sound_s", "uncertainty_s press_uncertainty_s sound_uncertainty_s"),
    (
        "response",
        "coherent_to_rest_db low_6db_hz high_6db_hz magnitude_*_db tone_hz tone_dbfs thd_n_db thd_db",
        "points distortion coherent_to_rest_uncertainty_db",
    ),
    (
        "echo",
        "sent_dbfs returned_dbfs attenuation_db echo_dbfs weighted_db telr_db delay_s",
        "echo uncertainty_db weighted_uncertainty_db delay_uncertainty_s",
    ),
    ("double-talk", "attenuation_db gain_alone_db", "duplex heard alone_s both_s uncertainty_db"),
    (
        "gaps",
        "count total_s lost_s longest_s longest_onset_s click_count repeat_count filled_count",
        "gaps clicks repeats filled one_way alone delay_s",
    ),
    (
        "level",
        "rms_dbfs peak_dbfs offset clipped_stretches clipped_share active_speech_dbfs activity noise_floor_dbfs signal_to_noise_db \
         a_weighted_dbfs rms_dbov active_speech_dbov rms_dbm0 active_speech_dbm0 full_scale_db_spl rms_db_spl a_weighted_dba active_speech_db_spl band_*_dbfs",
        "seconds bands",
    ),
    ("tones", "tone_hz tone_dbfs thd_n_db thd_n thd_db digit_count call_tone_count", "digits dialled tones"),
    (
        "stipa",
        "sti ceiling mti_* m_*_slow m_*_fast level_*_db clock_ppm cap below_cap sti_in_noise",
        "norm speech masking_and_threshold rating flags seconds bands_hz modulations_hz carried mti mti_uncertainty m m_uncertainty band_level_db \
         band_level_uncertainty_db uncertainty clock_ppm_uncertainty judged_against noise_db mti_in_noise",
    ),
    ("stoi", "stoi estoi speech_s", "stoi_uncertainty estoi_uncertainty"),
    ("pesq", "mos_lqo mos_lqo_wb raw", "mos_lqo_uncertainty mos_lqo_wb_uncertainty raw_uncertainty"),
];

/// The format of the JSON, as people find it.
pub fn help(lang: Lang) -> String {
    let (common, of_figures, others) = match lang {
        Lang::En => (COMMON, "figures", "others"),
        Lang::Pl => (COMMON_PL, "wielkości", "pozostałe"),
    };
    let of_one = |(command, figures, rest): &(&str, &str, &str)| {
        let listed = |keys: &str| keys.split_whitespace().collect::<Vec<_>>().join(", ");
        format!("  {command}\n    {of_figures}: {}\n    {others}: {}\n", listed(figures), listed(rest))
    };
    common.to_owned() + &KEYS.iter().map(of_one).collect::<String>()
}
