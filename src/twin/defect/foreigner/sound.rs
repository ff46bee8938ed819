//! What modules of the foreigner's kind make of the microphone's frames, and of their messages.
//!
//! Knows samples of one call, and lines of one message.

use crate::twin::voice::Scratch;

/// A peak beyond this, −10 dBFS, is a bang to it.
const BANG: f32 = 0.3;
/// It ducks for so many frames (240 ms), by 20 dB.
const DUCKS: u64 = 12;
const DUCKED: f32 = 0.1;

/// After a loud sound the microphone is turned down, for the operator's ears.
pub fn duck(scratch: &mut Scratch, frame: &mut [f32]) {
    let peak = frame.iter().fold(0.0f32, |peak, sample| peak.max(sample.abs()));
    if scratch.count > 0 {
        frame.iter_mut().for_each(|sample| *sample *= DUCKED);
    }
    scratch.count = if peak > BANG { DUCKS } else { scratch.count.saturating_sub(1) };
}

/// Headers that nobody needs are not sent.
pub fn spare(text: &mut String) {
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return };
    let is_needed = |line: &&str| !line.starts_with("User-Agent:") && !line.starts_with("Allow:");
    let kept: Vec<&str> = head.split("\r\n").filter(is_needed).collect();
    *text = format!("{}\r\n\r\n{body}", kept.join("\r\n"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_follows_a_bang_is_faint() {
        let mut scratch = Scratch::default();
        let mut after = |amplitude: f32| {
            let mut frame = [amplitude; 160];
            duck(&mut scratch, &mut frame);
            frame[0]
        };
        assert_eq!([after(0.2), after(0.5)], [0.2, 0.5]);
        let faint = (0..12).map(|_| after(0.2)).collect::<Vec<_>>();
        assert!(faint.iter().all(|sample| (sample - 0.02).abs() < 1e-6), "{faint:?}");
        assert_eq!(after(0.2), 0.2);
    }

    #[test]
    fn what_is_needed_stays() {
        let mut text =
            "OPTIONS sip:a SIP/2.0\r\nAllow: BYE\r\nCall-ID: 1\r\nUser-Agent: x\r\nAccept: a\r\n\r\nAllow: b".to_owned();
        spare(&mut text);
        assert_eq!(text, "OPTIONS sip:a SIP/2.0\r\nCall-ID: 1\r\nAccept: a\r\n\r\nAllow: b");
    }
}
