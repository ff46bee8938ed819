//! Speech over a network that loses packets: the operator's own sender leaves them out.

use super::duplex::nominal;
use super::speech::{CHANNEL_RATE, Direction, LATEST};
use super::{Post, Result};
use crate::dsp::align::align;
use crate::dsp::delay::Signal;
use crate::dsp::gaps::{Rule, gaps};
use crate::dsp::stimulus;
use crate::instrument::operator::Behaviour;
use crate::unit::{Estimate, Method, Quantity, Unit};
use crate::verdict::Criterion;
use std::time::Duration;

const HOLES: Quantity = Quantity {
    key: "T18.holes-under-loss.to-caller",
    unit: Unit::Ratio,
    en: "share of the operator's speech that is missing where packets are lost",
    pl: "część mowy operatora, której brak przy utracie pakietów",
    method: Method::new(
        "steady voice, moved onto what was spoken; stretches of 5 ms and longer that fall 15 dB below it, by their most likely edges",
        "głos ciągły, przesunięty na wypowiedziany; odcinki od 5 ms, w których poziom spada o 15 dB, o najbardziej prawdopodobnych krawędziach",
        "ITU-T G.711, appendix I (concealment)",
    ),
    requirement: "T18",
};
const BURSTS: Quantity = Quantity {
    key: "T18.bursts-under-loss.to-caller",
    unit: Unit::Decibel,
    en: "loudest moment before the loudspeaker over the operator's steady speech where packets are lost",
    pl: "najgłośniejsza chwila przed głośnikiem względem ciągłej mowy operatora przy utracie pakietów",
    method: Method::new(
        "steady voice; level of the loudest 20 ms over that of the middle one",
        "głos ciągły; poziom najgłośniejszych 20 ms względem środkowego",
        "ITU-T G.711, appendix I (concealment)",
    ),
    requirement: "T18",
};
/// All that this file judges.
pub(super) const QUANTITIES: &[Quantity] = &[HOLES, BURSTS];

/// What stands for a lost packet is no louder than what surrounds it, by more than steady noise is of itself [EJ].
const MOST_LOUDER_DB: f64 = 6.0;
const BURST_WITHIN_DB: f64 = 0.5;
const MOMENT_S: f64 = 0.020;

/// Of a talk at most one part in a hundred may be missing in all [EJ]: what is lost beyond it is to be concealed.
const MOST_MISSING: f64 = 0.01;
/// The voice sounds for so long: six hundred packets.
const SPEAKS_FOR: Duration = Duration::from_secs(12);
/// A shorter dip is one of the noise itself.
const SHORTEST_S: f64 = 0.005;
/// A recording at the other end may lag by a buffer of its own.
const BUFFERED: Duration = Duration::from_millis(100);

impl Post {
    /// T18: what the caller misses of the operator while this share of his packets is lost.
    pub fn speech_survives_loss(&mut self, share: f64) -> Result<()> {
        let call = self.talk_that_stands()?;
        let sound = self.behaviour;
        self.behave(Behaviour { loses_per_mille: (share * 1000.0).round().clamp(0.0, 1000.0) as u16, ..sound })?;
        let words = nominal(stimulus::steady_noise(self.fresh_stimulus(), CHANNEL_RATE, SPEAKS_FOR.as_secs_f64()));
        let spoken = self.speak(Direction::ToCaller, call, words.clone(), CHANNEL_RATE)?.spoken.instant();
        let to = spoken + SPEAKS_FOR + LATEST;
        self.bench.clock().wait_until(to + BUFFERED)?;
        self.behave(sound)?;
        let heard = self.listen(Direction::ToCaller, call, spoken, to)?;
        let reference = Signal::new(&words, f64::from(CHANNEL_RATE));
        let Some(pair) = align(reference, Signal::new(&heard.samples, heard.rate)) else { return self.all_missing() };
        let rule = Rule { shortest_s: SHORTEST_S, ..Rule::default() };
        let Some(holes) = gaps(&pair.capture, pair.rate, rule) else { return self.all_missing() };
        let missing: f64 = holes.iter().map(|hole| hole.length_s).sum();
        // The edges of all holes may be off the same way.
        let within: f64 = holes.iter().map(|hole| hole.uncertainty_s).sum();
        let length = SPEAKS_FOR.as_secs_f64();
        let figure = Estimate::new(missing / length, within / length, Unit::Ratio);
        self.judge_samples(&HOLES, holes.len().max(1), figure, Criterion::AtMost(MOST_MISSING))?;
        let louder = loudest_over_middle(&pair.capture, pair.rate);
        self.judge(&BURSTS, Estimate::new(louder, BURST_WITHIN_DB, Unit::Decibel), Criterion::AtMost(MOST_LOUDER_DB))
    }

    fn all_missing(&mut self) -> Result<()> {
        self.judge(&HOLES, Estimate::new(1.0, 0.0, Unit::Ratio), Criterion::AtMost(MOST_MISSING))
    }
}

/// Of stretches of 20 ms, in decibels.
fn loudest_over_middle(samples: &[f32], rate: f64) -> f64 {
    let length = ((rate * MOMENT_S) as usize).max(1);
    let power = |part: &[f32]| part.iter().map(|x| f64::from(x * x)).sum::<f64>() / part.len() as f64;
    let mut powers: Vec<f64> = samples.chunks_exact(length).map(power).collect();
    powers.sort_by(f64::total_cmp);
    match (powers.get(powers.len() / 2), powers.last()) {
        (Some(middle), Some(loudest)) if *middle > 0.0 => 10.0 * (loudest / middle).log10(),
        _ => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_stands_out_of_what_is_steady_and_a_hole_does_not() {
        let over = |at: usize, amplitude: f32| {
            let mut sound = vec![0.1; 8000];
            sound[at..at + 160].fill(amplitude);
            loudest_over_middle(&sound, 8000.0)
        };
        assert_eq!([over(1600, 0.1), over(1600, 0.0)], [0.0, 0.0]);
        assert!((over(1600, 1.0) - 20.0).abs() < 0.01 && loudest_over_middle(&[], 8000.0) == 0.0);
    }
}
