//! The measuring floor: pure functions over `&[f32]`, the same on a real rig, on the twin and on a file.
//!
//! Knows nothing of instruments, clocks, files or verdicts. Time is a count of samples at a stated rate.

pub mod activity;
pub mod adaptive_filter;
pub mod align;
pub mod call_tone;
mod chirp;
pub mod coloration;
pub mod comeback;
pub mod continuity;
pub mod delay;
pub mod distortion;
pub mod double_talk;
pub mod dtmf;
pub mod echo;
pub mod fft;
pub mod fidelity;
pub mod filter;
pub mod gaps;
pub mod impairments;
pub mod interp;
pub mod intrusion;
pub mod level;
pub mod onset;
pub mod replaced;
pub mod response;
mod segment;
pub mod spectrum;
pub mod speech_level;
pub mod stimulus;
pub mod streaming_delay;
mod tone_frames;
pub mod track;

#[cfg(test)]
mod tests {
    use super::delay::Signal;
    use super::*;

    /// Every public measurement on every kind of rubbish: an answer or nothing, never a panic.
    #[test]
    fn rubbish_is_survived() {
        let mut random = stimulus::Random::new(1);
        let values: [fn(&mut stimulus::Random) -> f32; 7] = [
            |_| 0.0,
            |_| f32::NAN,
            |_| 1.0,
            |r| r.gaussian() as f32,
            |r| if r.uniform() < 0.01 { f32::INFINITY } else { 0.1 },
            |r| (r.gaussian() * 1e30) as f32,
            |r| (r.gaussian() * 1e-30) as f32,
        ];
        let lengths = [0usize, 1, 2, 3, 17, 160, 161, 799, 4001, 9000];
        let rates = [0.0, 1.0, 999.0, 8000.0, 8000.3, 48_000.0, 1e9, -8000.0, f64::NAN, f64::INFINITY];
        for k in 0..700usize {
            let pick = |n: usize, r: &mut stimulus::Random| (r.next_u64() % n as u64) as usize;
            let value = values[pick(values.len(), &mut random)];
            let (n, m) = (lengths[pick(lengths.len(), &mut random)], lengths[pick(lengths.len(), &mut random)]);
            let x: Vec<f32> = (0..n).map(|_| value(&mut random)).collect();
            let y: Vec<f32> = (0..m).map(|_| 0.1 * random.gaussian() as f32).collect();
            let (rate, other) =
                if k % 2 == 0 { (8000.0, 8000.0) } else { (rates[pick(10, &mut random)], rates[pick(10, &mut random)]) };
            let (a, b) = (Signal::new(&x, rate), Signal::new(&y, other));
            let _ = (delay::delay(a, b), delay::delay(b, a), align::align(a, b).and_then(|pair| response::response(&pair)));
            let _ = (
                echo::echo(a, b),
                echo::echo(b, a),
                streaming_delay::follow(&mut b.clone(), &mut a.clone(), 0.1, 0.1).map(|points| track::track(&points)),
            );
            let _ = (intrusion::intrusions(a, 8000, -40.0), fidelity::fidelity(b, a, 8000).map(|found| found.coloration));
            let _ = gaps::gaps(&x, rate, gaps::Rule::default());
            let _ = (
                onset::gate_edges(&x, rate, 1000.0),
                onset::tone_onset(&y, rate, f64::NAN),
                onset::first_sound(&x, rate, None),
                onset::first_sound(&x, rate, Some(f64::NAN)),
            );
            let _ = (level::rms_dbfs(&x), level::peak(&x), level::without_offset(&x));
            let _ = speech_level::active_speech(&x, rate).and_then(|speech| speech_level::noise_floor(&x, rate, &speech));
            let _ = spectrum::spectrum(&x, rate).map(|found| (found.a_weighted_dbfs(), found.third_octaves()));
            let _ = (dtmf::digits(&x, rate), call_tone::call_tones(&x, rate), double_talk::double_talk(a, b, b));
            let _ = align::align(a, b)
                .map(|pair| (impairments::clicks(&pair), impairments::repeats(&pair), replaced::replaced(&pair)));
            let _ = (distortion::distortion(&x, rate, 1000.0), distortion::clipping(&x), interp::sinc_at(&x, rate));
        }
    }
}
