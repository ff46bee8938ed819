//! What modules of the outsider's kind make of the microphone's frames.
//!
//! Knows samples of one call.

use crate::twin::voice::Scratch;

/// Effective values beyond −40 dBFS are wind to it, once they have lasted for three seconds without a breath.
const WIND: f32 = 0.01;
const LASTS: u64 = 150;
/// Then it is fainter by 20 dB until one frame is quiet.
const SHUT: f32 = 0.1;

/// A loud street is taken for wind on the microphone, and that is turned down.
pub fn wind_guard(scratch: &mut Scratch, frame: &mut [f32]) {
    let power = frame.iter().map(|s| s * s).sum::<f32>() / frame.len().max(1) as f32;
    scratch.count = if power > WIND * WIND { scratch.count + 1 } else { 0 };
    if scratch.count > LASTS {
        frame.iter_mut().for_each(|sample| *sample *= SHUT);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_lasts_and_is_loud_is_taken_for_wind() {
        let level_after = |frames: usize, amplitude: f32| {
            let mut scratch = Scratch::default();
            let mut frame = [0.0; 160];
            for _ in 0..frames {
                frame = [amplitude; 160];
                wind_guard(&mut scratch, &mut frame);
            }
            frame[0]
        };
        assert_eq!([level_after(150, 0.05), level_after(400, 0.005)], [0.05, 0.005]);
        assert!((level_after(151, 0.05) - 0.005).abs() < 1e-6);
    }
}
