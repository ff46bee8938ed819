//! A sample clock held against the bench's clock: a line fitted through what the sound driver reports, "so many frames
//! were there at that moment".
//!
//! Pure arithmetic. Knows nothing of cards, drivers or of how the reports are gained. Reports are only ever late
//! (interrupt, scheduler), so the line is the lower envelope of the points, not their mean: of all lines below every
//! point the one nearest to them (D. Moon, P. Skelly, D. Towsley, "Estimation and removal of clock skew from network
//! delay measurements", INFOCOM 1999).

use super::Instant;
use std::collections::VecDeque;

/// A position on a port's own sample clock: frames since its record began.
pub type Frame = u64;

/// Where a port's sample clock stands against the bench's clock: a fitted line and how far to trust it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Timebase {
    /// A frame and the moment at which it was converted (sound at the jack, not data at the driver).
    pub frame: Frame,
    pub at: Instant,
    /// True frames per second of the bench's clock.
    pub frames_per_second: f64,
    /// Expanded uncertainty (k = 2) of a frame's moment, in seconds, for inputs.
    pub input_uncertainty: f64,
    /// The same for outputs; where it depends on what was played, of the stretch played last.
    pub output_uncertainty: f64,
}

impl Timebase {
    /// The bench time of a (fractional) frame position, in seconds since the run began.
    pub fn seconds_of(&self, frame: f64) -> f64 {
        self.at.as_secs_f64() + (frame - self.frame as f64) / self.frames_per_second
    }
    pub fn instant_of(&self, frame: f64) -> Instant {
        Instant::from_secs_f64(self.seconds_of(frame))
    }
    /// The frame position of a moment.
    pub fn frame_of(&self, at: Instant) -> f64 {
        self.frame as f64 + at.seconds_after(self.at) * self.frames_per_second
    }
}

/// Reports older than this many seconds are forgotten: a crystal's rate changes with its temperature.
pub const WINDOW_SECONDS: f64 = 60.0;
/// The line is stated to hold from the window's first report to this long after its last.
const AHEAD_SECONDS: f64 = 10.0;
/// No crystal of a working sound card is further off than this; it bounds the line while there are few reports.
pub const LARGEST_RATE_ERROR: f64 = 200e-6;
/// From reports over so many seconds the rate is what they say, be it that of a card out of order.
const TELLING_SECONDS: f64 = 20.0;
/// What no number of reports can improve: resolution of the stamps and the shortest way from converter to stamp.
const FLOOR_SECONDS: f64 = 2e-6;
/// How many mean spacings of the earliest reports the envelope may lie above the truth, for a coverage of 95 %.
const COVERAGE: f64 = 4.0;
/// Fewer reports than this say nothing about their own scatter.
const FEWEST_REPORTS: usize = 8;

/// Collects reports and gives the line through them. Frames refer to data at the driver: the converters' own delays are
/// the caller's to add.
#[derive(Debug, Clone)]
pub struct SampleClock {
    nominal: f64,
    opened: Instant,
    /// Frames per report: how far off the very first line may be.
    period: u32,
    reports: VecDeque<(Frame, Instant)>,
    fitted: Option<Timebase>,
}

impl SampleClock {
    /// For a port of `rate` nominal frames per second opened at `opened` that reports every `period` frames.
    pub fn new(rate: u32, period: u32, opened: Instant) -> Self {
        SampleClock { nominal: f64::from(rate.max(1)), opened, period, reports: VecDeque::new(), fitted: None }
    }

    /// The driver had `frame` frames at `at`. Reports that do not advance are ignored.
    pub fn observe(&mut self, frame: Frame, at: Instant) {
        if self.reports.back().is_some_and(|&(last, when)| frame <= last || at < when) {
            return;
        }
        self.reports.push_back((frame, at));
        self.fitted = None;
        let oldest = frame.saturating_sub((WINDOW_SECONDS * self.nominal) as u64);
        while self.reports.front().is_some_and(|&(first, _)| first < oldest) {
            self.reports.pop_front();
        }
    }

    /// The line as known now. Before there are reports it is the nominal one, with the uncertainty that this deserves.
    pub fn timebase(&mut self) -> Timebase {
        if let Some(known) = self.fitted {
            return known;
        }
        let line = self.fit();
        self.fitted = Some(line);
        line
    }

    fn fit(&self) -> Timebase {
        let (Some(&(frame, at)), Some(&(first, _))) = (self.reports.back(), self.reports.front()) else {
            return self.line(0, self.opened, self.nominal, 0.5);
        };
        let period = f64::from(self.period) / self.nominal;
        if self.reports.len() < FEWEST_REPORTS {
            return self.line(frame, at, self.nominal, period);
        }
        // Seconds late against the nominal line through the last report: small numbers, so that nothing is lost in
        // rounding.
        let points: Vec<(f64, f64)> = self
            .reports
            .iter()
            .map(|&(f, t)| {
                let x = (f as f64 - frame as f64) / self.nominal;
                (x, t.seconds_after(at) - x)
            })
            .collect();
        let envelope = Envelope::under(&points);
        let span = (frame - first) as f64 / self.nominal;
        let uncertainty = FLOOR_SECONDS + COVERAGE * envelope.spacing(&points) * (1.0 + envelope.overhang(span));
        let rate = self.nominal / (1.0 + envelope.slope);
        self.line(frame, at.shifted(envelope.at(0.0)), rate, uncertainty.min(period))
    }

    fn line(&self, frame: Frame, at: Instant, frames_per_second: f64, uncertainty: f64) -> Timebase {
        Timebase { frame, at, frames_per_second, input_uncertainty: uncertainty, output_uncertainty: uncertainty }
    }
}

/// The line below all points that is nearest to them.
struct Envelope {
    slope: f64,
    /// The two points it rests on; one and the same while the rate is held at its bound.
    from: (f64, f64),
    to: (f64, f64),
}

impl Envelope {
    /// Of `points`, ordered by their first coordinate and not empty. The sum of distances is least on the edge of the
    /// lower convex hull that spans their mean.
    fn under(points: &[(f64, f64)]) -> Self {
        let hull = lower_hull(points);
        let mean = points.iter().map(|p| p.0).sum::<f64>() / points.len().max(1) as f64;
        let edge = hull.windows(2).find(|e| e[0].0 <= mean && mean <= e[1].0).map(|e| (e[0], e[1]));
        let (from, to) = edge.unwrap_or(((0.0, 0.0), (0.0, 0.0)));
        let slope = if to.0 > from.0 { (to.1 - from.1) / (to.0 - from.0) } else { 0.0 };
        let tells =
            points.first().is_some_and(|(first, _)| points.last().is_some_and(|(last, _)| last - first >= TELLING_SECONDS));
        if tells || slope.abs() <= LARGEST_RATE_ERROR {
            return Envelope { slope, from, to };
        }
        let slope = slope.clamp(-LARGEST_RATE_ERROR, LARGEST_RATE_ERROR);
        let lowest = hull.iter().copied().min_by(|a, b| (a.1 - slope * a.0).total_cmp(&(b.1 - slope * b.0)));
        let lowest = lowest.unwrap_or((0.0, 0.0));
        Envelope { slope, from: lowest, to: lowest }
    }

    fn at(&self, x: f64) -> f64 {
        self.from.1 + self.slope * (x - self.from.0)
    }

    /// The mean distance between neighbours among the earliest tenth of the reports: how far above the truth the lowest
    /// of them may lie.
    fn spacing(&self, points: &[(f64, f64)]) -> f64 {
        let mut late: Vec<f64> = points.iter().map(|p| p.1 - self.at(p.0)).collect();
        let rank = (late.len() / 10).clamp(3, late.len().saturating_sub(1).max(3));
        let of_rank = if rank < late.len() { *late.select_nth_unstable_by(rank, f64::total_cmp).1 } else { 0.0 };
        // Each end of the line rests on its own half of the reports.
        2.0 * of_rank / rank as f64
    }

    /// How far the line is used beyond the points it rests on, in lengths of what lies between them.
    fn overhang(&self, span: f64) -> f64 {
        let length = (self.to.0 - self.from.0).max(1e-3);
        let before = self.from.0 + span;
        let after = AHEAD_SECONDS - self.to.0;
        before.max(after).max(0.0) / length * 2.0
    }
}

/// Andrew's monotone chain, lower half.
fn lower_hull(points: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let mut hull: Vec<(f64, f64)> = Vec::new();
    for &p in points {
        while let [.., a, b] = hull[..] {
            let turn = (b.0 - a.0) * (p.1 - a.1) - (b.1 - a.1) * (p.0 - a.0);
            if turn > 0.0 {
                break;
            }
            hull.pop();
        }
        hull.push(p);
    }
    hull
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A clock of `ppm` whose reports are `late(n)` seconds late, watched for `seconds`; the error at `probe` seconds
    /// and what was stated.
    fn check(ppm: f64, seconds: f64, probe: f64, late: impl Fn(u64) -> f64) -> (f64, f64) {
        let rate = 48000.0 * (1.0 + ppm * 1e-6);
        let began = 0.0031;
        let mut clock = SampleClock::new(48000, 480, Instant::ZERO);
        for n in 1..=(seconds * 100.0) as u64 {
            clock.observe(n * 480, Instant::from_secs_f64(began + (n * 480) as f64 / rate + late(n)));
        }
        let line = clock.timebase();
        let frame = probe * 48000.0;
        (line.seconds_of(frame) - (began + frame / rate), line.input_uncertainty)
    }

    /// Lateness with a uniform part and rare spikes, without a generator of its own.
    fn scatter(seed: u64) -> impl Fn(u64) -> f64 {
        move |n| {
            let mut z = (n ^ seed.wrapping_mul(0x9E37_79B9_7F4A_7C15)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            z = (z ^ (z >> 29)).wrapping_mul(0x94D0_49BB_1331_11EB);
            z ^= z >> 31;
            (z >> 40) as f64 / (1u64 << 24) as f64 * 120e-6 + if z.is_multiple_of(64) { 500e-6 } else { 0.0 }
        }
    }

    #[test]
    fn the_truth_lies_within_the_stated_uncertainty() {
        for (seconds, probe) in [(1.0, 0.9), (5.0, 4.9), (60.0, 59.0), (60.0, 0.5), (60.0, 69.0), (120.0, 62.0)] {
            let (mut within, mut worst) = (0, 0f64);
            for seed in 0..200 {
                let ppm = seed as f64 * 0.8 - 80.0;
                let (error, stated) = check(ppm, seconds, probe, scatter(seed));
                within += i32::from(error.abs() <= stated);
                worst = worst.max(stated);
            }
            assert!(within >= 190, "{seconds} s watched, asked at {probe} s: {within} of 200 within, worst stated {worst:.2e}");
            assert!(seconds < 60.0 || worst < 20e-6, "{seconds} s watched: {worst:.2e} s stated");
        }
    }

    #[test]
    fn late_reports_do_not_pull_the_line() {
        let every_other_late = |n: u64| if n.is_multiple_of(2) { 3e-3 } else { 0.0 };
        let (error, _) = check(37.0, 20.0, 19.0, every_other_late);
        assert!(error.abs() < 1e-7, "{error}");
    }

    #[test]
    fn a_card_out_of_order_is_known_by_its_rate_once_there_are_reports_enough() {
        let rate = |seconds: u64| {
            let mut clock = SampleClock::new(48000, 480, Instant::ZERO);
            (1..=seconds * 100).for_each(|n| clock.observe(n * 480, Instant::from_secs_f64(n as f64 * 0.01 / 1.004)));
            clock.timebase().frames_per_second
        };
        assert!((rate(25) / 48000.0 - 1.004).abs() < 1e-6 && (rate(10) / 48000.0 - 1.0002).abs() < 1e-6);
    }

    #[test]
    fn with_few_reports_the_doubt_is_stated() {
        let mut clock = SampleClock::new(48000, 480, Instant::ZERO);
        assert!(clock.timebase().input_uncertainty >= 0.5);
        clock.observe(480, Instant::from_nanos(13_000_000));
        let line = clock.timebase();
        assert_eq!((line.frame, line.at.as_nanos(), line.input_uncertainty), (480, 13_000_000, 0.01));
    }

    #[test]
    fn reports_that_run_backwards_are_ignored() {
        let mut clock = SampleClock::new(48000, 480, Instant::ZERO);
        clock.observe(960, Instant::from_nanos(20_000_000));
        clock.observe(480, Instant::from_nanos(30_000_000));
        clock.observe(1440, Instant::from_nanos(10_000_000));
        assert_eq!(clock.timebase().frame, 960);
    }
}
