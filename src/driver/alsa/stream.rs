//! Both directions of a card on one blocking thread, and what it shares with the bench: the record, the sounds to play,
//! the sample clock.
//!
//! Playback is filled ahead before the start, frames are counted rather than delays asked, and lost frames are never
//! papered over: what was recorded before them can no longer be related to what comes after.

use super::super::priority;
use super::CardSettings;
use super::library::{Alsa, Format, Pcm, Wanted};
use crate::clock::sample_clock::SampleClock;
use crate::clock::{Clock, Instant};
use crate::instrument::audio::{Frame, Jack};
use crate::instrument::{InstrumentError, Result};
use crate::unit::Bilingual;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

/// Frames a period: 10 ms at 48 kHz.
const PERIOD: usize = 480;
const PERIODS: usize = 4;
/// Periods of silence written before the start: the time the thread may be late.
const AHEAD: usize = 3;
/// How often it is started before it counts as one that does not run.
const STARTS: usize = 5;
/// Seconds that are remembered of every input.
const KEPT_SECONDS: usize = 180;

/// What thread and bench both see.
pub struct Shared {
    pub name: String,
    pub sample_clock: SampleClock,
    /// Why the thread ended, if it did.
    pub stopped: Option<String>,
    rate: u32,
    opened: Instant,
    inputs: Vec<VecDeque<f32>>,
    /// Frame of the first sample kept.
    first: Frame,
    /// Frames recorded since the card was opened.
    recorded: Frame,
    /// Frames before this one belong to a time before samples were lost.
    valid_from: Frame,
    /// Why samples were last lost.
    lost_because: String,
    outputs: Vec<Option<Stretch>>,
    /// The next frame that will be handed to the card.
    next_out: Frame,
}

/// Sound for one output.
struct Stretch {
    from: Frame,
    samples: Vec<f32>,
}

impl Shared {
    pub fn new(settings: &CardSettings, opened: Instant) -> Self {
        let none = |_| None;
        Shared {
            name: "ALSA sound card".into(),
            sample_clock: SampleClock::new(settings.rate, PERIOD as u32, opened),
            stopped: None,
            rate: settings.rate,
            opened,
            inputs: vec![VecDeque::new(); usize::from(settings.inputs)],
            first: 0,
            recorded: 0,
            valid_from: 0,
            lost_because: String::new(),
            outputs: (0..settings.outputs).map(none).collect(),
            next_out: 0,
        }
    }

    /// From the next frame that is not yet on its way; `None`: there is no such output.
    pub fn queue(&mut self, output: Jack, samples: &[f32]) -> Option<Frame> {
        let from = self.next_out;
        let slot = self.outputs.get_mut(usize::from(output.0).checked_sub(1)?)?;
        *slot = Some(Stretch { from, samples: samples.to_vec() });
        Some(from)
    }

    /// Behind what is still to sound, or from the next frame that is not yet on its way; `None`: there is no such
    /// output.
    pub fn append(&mut self, output: Jack, samples: &[f32]) -> Option<Frame> {
        let next = self.next_out;
        let slot = self.outputs.get_mut(usize::from(output.0).checked_sub(1)?)?;
        let mut stretch = slot.take().unwrap_or(Stretch { from: next, samples: Vec::new() });
        let given = usize::try_from(next.saturating_sub(stretch.from)).unwrap_or(usize::MAX).min(stretch.samples.len());
        stretch.samples.drain(..given);
        stretch.from = next;
        let from = next + stretch.samples.len() as Frame;
        stretch.samples.extend_from_slice(samples);
        *slot = Some(stretch);
        Some(from)
    }

    pub fn hush(&mut self) {
        self.outputs.iter_mut().for_each(|output| *output = None);
    }

    pub fn recorded(&self, input: Jack, from: Frame, to: Frame) -> std::result::Result<Vec<f32>, String> {
        let channel = usize::from(input.0).checked_sub(1).and_then(|index| self.inputs.get(index));
        let channel = channel.ok_or_else(|| format!("the rig gives it {} inputs", self.inputs.len()))?;
        if to > self.recorded || from > to {
            return Err(format!("frames {from} to {to} are asked, {} are recorded", self.recorded));
        }
        if from < self.valid_from {
            let cause = &self.lost_because;
            return Err(format!("samples were lost ({cause}): this stretch means nothing any more"));
        }
        if from < self.first {
            return Err(format!("only the last {KEPT_SECONDS} s are kept"));
        }
        let (skip, take) = ((from - self.first) as usize, (to - from) as usize);
        Ok(channel.iter().skip(skip).take(take).copied().collect())
    }

    /// Takes in recorded frames, `bytes` interleaved, that were all there at `at`.
    fn take_in(&mut self, bytes: &[u8], format: Format, at: Instant) {
        let width = format.bytes();
        let channels = self.inputs.len();
        for frame in bytes.chunks_exact(width * channels.max(1)) {
            for (channel, sample) in self.inputs.iter_mut().zip(frame.chunks_exact(width)) {
                channel.push_back(format.decode(sample));
            }
            self.recorded += 1;
        }
        let kept = KEPT_SECONDS * self.rate as usize;
        let surplus = self.inputs.first().map_or(0, |channel| channel.len().saturating_sub(kept));
        for channel in &mut self.inputs {
            channel.drain(..surplus);
        }
        self.first += surplus as Frame;
        self.sample_clock.observe(self.recorded, at);
    }

    /// The next `frames` frames to play, interleaved.
    fn give_out(&mut self, frames: usize, format: Format, into: &mut Vec<u8>) {
        into.clear();
        for frame in self.next_out..self.next_out + frames as Frame {
            for output in &self.outputs {
                let sample = output.as_ref().and_then(|stretch| {
                    let index = usize::try_from(frame.checked_sub(stretch.from)?).ok()?;
                    stretch.samples.get(index)
                });
                format.encode(sample.copied().unwrap_or(0.0), into);
            }
        }
        self.next_out += frames as Frame;
    }

    /// Frames were lost: both directions begin anew, on the same count.
    fn begin_anew(&mut self, ahead: usize) {
        self.valid_from = self.recorded;
        self.next_out = self.recorded + ahead as Frame;
        self.sample_clock = SampleClock::new(self.rate, PERIOD as u32, self.opened);
        self.hush();
    }
}

/// The thread. It ends when this is dropped.
pub struct Stream {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Stream {
    /// Returns when the card is open and running.
    pub fn start(settings: &CardSettings, clock: Arc<dyn Clock>, shared: Arc<Mutex<Shared>>) -> Result<Stream> {
        let stop = Arc::new(AtomicBool::new(false));
        let (opened, is_open) = channel();
        let worker = Worker { settings: settings.clone(), clock, shared, stop: Arc::clone(&stop) };
        let thread = std::thread::Builder::new().name("sound card".into()).spawn(move || worker.run(&opened));
        let error = |cause: Bilingual| {
            let remedy = (
                "`aplay -l` lists the cards; check the device's name in the rig, and install libasound2 where it is missing",
                "karty wypisuje `aplay -l`; sprawdź nazwę urządzenia w opisie stanowiska, a jeśli brakuje libasound2, zainstaluj ją",
            );
            InstrumentError::new(format!("sound card {}", settings.device), "open it", cause, remedy)
        };
        let thread = thread.map_err(|cause| error(Bilingual::same(cause)))?;
        let stream = Stream { stop, thread: Some(thread) };
        match is_open.recv() {
            Ok(Ok(())) => Ok(stream),
            Ok(Err(cause)) => Err(error(Bilingual::same(cause))),
            Err(_) => Err(error(
                ("its thread ended at once", "wątek obsługi karty dźwiękowej zakończył się zaraz po uruchomieniu").into(),
            )),
        }
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            // A thread that panicked has said so already; there is nothing left to close.
            let _ended = thread.join();
        }
    }
}

struct Worker {
    settings: CardSettings,
    clock: Arc<dyn Clock>,
    shared: Arc<Mutex<Shared>>,
    stop: Arc<AtomicBool>,
}

impl Worker {
    fn run(self, opened: &Sender<std::result::Result<(), String>>) {
        priority::ask();
        let result = Alsa::load().and_then(|alsa| self.serve(&alsa, opened));
        if let Err(cause) = result {
            self.shared.lock().unwrap_or_else(PoisonError::into_inner).stopped = Some(cause.clone());
            // Nobody listens any more once the card was open.
            let _nobody = opened.send(Err(cause));
        }
    }

    fn serve(&self, alsa: &Alsa, opened: &Sender<std::result::Result<(), String>>) -> std::result::Result<(), String> {
        let CardSettings { device, rate, outputs, inputs } = &self.settings;
        let wanted = |channels| Wanted { device, rate: *rate, channels, period: PERIOD, periods: PERIODS };
        let playback = alsa.open_playback(wanted(*outputs))?;
        let capture = alsa.open_capture(wanted(*inputs))?;
        let linked = alsa.link(&capture, &playback);
        let mut bytes = vec![0; capture.period * usize::from(*inputs) * capture.format.bytes()];
        let mut out = Vec::new();
        // Open is what runs: a sound server may take a second before the first frame moves, and a busy machine may
        // spoil a start.
        let mut start = || {
            self.begin(&playback, &capture, linked)?;
            self.exchange(&playback, &capture, &mut bytes, &mut out)
        };
        let started = (1..STARTS).find_map(|_| match start() {
            Ok(()) => Some(()),
            Err(_) => {
                capture.stop();
                playback.stop();
                None
            }
        });
        started.map_or_else(start, Ok)?;
        let _nobody = opened.send(Ok(()));
        while !self.stop.load(Ordering::Relaxed) {
            if let Err(cause) = self.exchange(&playback, &capture, &mut bytes, &mut out) {
                capture.stop();
                playback.stop();
                self.shared.lock().unwrap_or_else(PoisonError::into_inner).lost_because = cause;
                self.begin(&playback, &capture, linked)?;
            }
        }
        capture.stop();
        playback.stop();
        Ok(())
    }

    /// One period each way.
    ///
    /// # Errors
    /// Frames were lost, and why.
    fn exchange(&self, playback: &Pcm, capture: &Pcm, bytes: &mut [u8], out: &mut Vec<u8>) -> std::result::Result<(), String> {
        let read = capture.read(bytes, capture.period).map_err(|cause| format!("capture: {cause}"))?;
        let at = self.clock.now();
        let width = capture.format.bytes() * usize::from(self.settings.inputs);
        let mut shared = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
        shared.take_in(&bytes[..read * width], capture.format, at);
        shared.give_out(read, playback.format, out);
        drop(shared);
        match playback.write(out) {
            Ok(written) if written == read => Ok(()),
            Ok(written) => Err(format!("playback took {written} of {read} frames")),
            Err(cause) => Err(format!("playback: {cause}")),
        }
    }

    /// Fills playback ahead and starts both directions.
    fn begin(&self, playback: &Pcm, capture: &Pcm, linked: bool) -> std::result::Result<(), String> {
        playback.prepare()?;
        capture.prepare()?;
        let ahead = AHEAD * playback.period;
        self.shared.lock().unwrap_or_else(PoisonError::into_inner).begin_anew(ahead);
        let silence = vec![0; ahead * usize::from(self.settings.outputs) * playback.format.bytes()];
        playback.write(&silence)?;
        capture.start()?;
        // Where the two are linked in name only, as through a sound server, the other direction still wants its own
        // start; where they are linked in the card, it runs already and says so.
        match playback.start() {
            Err(cause) if !linked => Err(cause),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shared() -> Shared {
        let settings = CardSettings { device: "test".into(), rate: 48_000, outputs: 2, inputs: 1 };
        let mut shared = Shared::new(&settings, Instant::ZERO);
        shared.begin_anew(3 * PERIOD);
        shared
    }

    fn period(value: f32) -> Vec<u8> {
        let mut bytes = Vec::new();
        (0..PERIOD).for_each(|_| Format::S16.encode(value, &mut bytes));
        bytes
    }

    #[test]
    fn a_sound_begins_at_the_frame_that_was_promised_and_on_its_own_output() {
        let mut shared = shared();
        let from = shared.queue(Jack(2), &[0.5; 10]).expect("there are two outputs");
        assert_eq!(from, 3 * PERIOD as Frame);
        assert_eq!(shared.queue(Jack(3), &[0.5]), None);
        assert_eq!(shared.queue(Jack(0), &[0.5]), None);
        let mut out = Vec::new();
        shared.give_out(20, Format::S16, &mut out);
        let samples: Vec<f32> = out.chunks_exact(2).map(|bytes| Format::S16.decode(bytes)).collect();
        assert!(samples[..20].iter().step_by(2).all(|s| *s == 0.0), "output 1 is silent");
        assert!(samples[1..20].iter().step_by(2).all(|s| (*s - 0.5).abs() < 1e-3), "output 2 sounds for ten frames");
        assert!(samples[20..].iter().all(|s| *s == 0.0), "then it is over");
    }

    #[test]
    fn what_is_fed_follows_without_a_seam_unless_the_output_ran_dry() {
        let mut shared = shared();
        let first = shared.append(Jack(1), &[0.5; 10]).expect("an output");
        assert_eq!(first, 3 * PERIOD as Frame);
        assert_eq!(shared.append(Jack(1), &[0.25; 10]), Some(first + 10));
        assert_eq!(shared.append(Jack(3), &[0.5]), None);
        let mut out = Vec::new();
        shared.give_out(15, Format::S16, &mut out);
        assert_eq!(shared.append(Jack(1), &[-0.5; 5]), Some(first + 20), "five are still to sound");
        let mut rest = Vec::new();
        shared.give_out(20, Format::S16, &mut rest);
        out.extend(rest);
        let samples: Vec<f32> = out.chunks_exact(2).step_by(2).map(|bytes| Format::S16.decode(bytes)).collect();
        let expected: Vec<f32> = [vec![0.5; 10], vec![0.25; 10], vec![-0.5; 5], vec![0.0; 10]].concat();
        assert!(samples.iter().zip(&expected).all(|(s, e)| (s - e).abs() < 1e-3), "{samples:?}");
        assert_eq!(shared.append(Jack(1), &[0.5]), Some(first + 35), "ten frames were silent");
    }

    #[test]
    fn what_was_not_recorded_is_an_error_and_never_silence() {
        let mut shared = shared();
        shared.take_in(&period(0.25), Format::S16, Instant::from_nanos(10_000_000));
        let heard = shared.recorded(Jack(1), 100, 200).expect("recorded");
        assert!(heard.len() == 100 && heard.iter().all(|s| (*s - 0.25).abs() < 1e-3));
        assert!(shared.recorded(Jack(1), 400, 481).is_err(), "not there yet");
        assert!(shared.recorded(Jack(1), 200, 100).is_err(), "backwards");
        assert!(shared.recorded(Jack(2), 0, 1).is_err(), "no such input");
    }

    #[test]
    fn lost_frames_invalidate_all_that_was_recorded_before_them() {
        let mut shared = shared();
        shared.take_in(&period(0.25), Format::S16, Instant::from_nanos(10_000_000));
        shared.begin_anew(3 * PERIOD);
        shared.take_in(&period(0.5), Format::S16, Instant::from_nanos(30_000_000));
        assert!(shared.recorded(Jack(1), 0, 480).is_err());
        assert!(shared.recorded(Jack(1), 480, 960).is_ok());
    }

    #[test]
    fn only_so_much_is_kept() {
        let mut shared = shared();
        let periods = KEPT_SECONDS as u64 * 100 + 5;
        for n in 1..=periods {
            shared.take_in(&period(0.1), Format::S16, Instant::from_nanos(n * 10_000_000));
        }
        assert!(shared.recorded(Jack(1), 0, 480).is_err());
        assert!(shared.recorded(Jack(1), 5 * 480, 6 * 480).is_ok());
    }
}
