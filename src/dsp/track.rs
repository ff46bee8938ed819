//! The course of a delay: drift between clocks, creep, and slips of a jitter buffer, from the delays of several bursts.
//!
//! Knows nothing of how the bursts were played. One burst's own clock ratio is never used: the track of several is far
//! sharper.
//!
//! What it reaches, as `cargo bench --bench delay_table` prints it; "covered" is the share of trials whose error lay
//! within the stated uncertainty (k = 2). "One fit" is that of `delay` over the whole ten seconds.
//!
//! Drift from 10 s at 0 dB, 200 trials a row, clocks within ±100 ppm:
//!
//! | by              | σ         | worst     | covered | not found |
//! |-----------------|----------:|----------:|--------:|----------:|
//! | one fit         | 0.113 ppm | 0.318 ppm |  94.5 % |         0 |
//! | track of bursts | 0.116 ppm | 0.324 ppm |  95.5 % |         0 |
//!
//! One slip of 5 to 60 ms within 10 s at 20 dB, 200 trials a row, 5 % of packets lost:
//!
//! | codec       | found alone | ≤ 10 µs  | worst    | covered |
//! |-------------|------------:|---------:|---------:|--------:|
//! | G.711 µ-law |    100.00 % | 100.00 % |  0.46 µs |  95.5 % |
//! | G.711 A-law |    100.00 % | 100.00 % |  0.51 µs |  96.5 % |
//! | G.722       |    100.00 % | 100.00 % |  0.38 µs |  96.0 % |
//! | Opus        |    100.00 % | 100.00 % |  1.18 µs | 100.0 % |

/// The delay of one burst.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct Point {
    /// When the burst was played, seconds.
    pub at_s: f64,
    pub delay_s: f64,
    /// Expanded (k = 2), seconds.
    pub uncertainty_s: f64,
}

/// A sudden change of delay.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct Slip {
    /// Between the bursts before and after, seconds.
    pub after_s: f64,
    pub before_s: f64,
    /// Positive where the delay grew.
    pub size_s: f64,
    pub uncertainty_s: f64,
}

/// The course of a delay.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Track {
    pub points: Vec<Point>,
    /// Steady drift between the slips, parts per million; positive where the delay grows.
    pub ppm: f64,
    /// Expanded (k = 2).
    pub ppm_uncertainty: f64,
    /// Change of delay from the first point to the last, drift and slips together, seconds.
    pub creep_s: f64,
    /// Expanded (k = 2).
    pub creep_uncertainty_s: f64,
    pub slips: Vec<Slip>,
    /// RMS of what drift and slips do not explain, seconds.
    pub scatter_s: f64,
}

/// Slips smaller than this are taken for scatter: an eighth of a sample at 8 kHz.
const LEAST_SLIP_S: f64 = 15e-6;

/// Fits drift and slips to `points`, which must be in order of time. `None` for fewer than two points, or values that
/// are not finite.
pub fn track(points: &[Point]) -> Option<Track> {
    let finite = |p: &Point| p.at_s.is_finite() && p.delay_s.is_finite() && p.uncertainty_s.is_finite() && p.uncertainty_s >= 0.0;
    let ordered = points.windows(2).all(|w| w[0].at_s < w[1].at_s);
    let (first, last) = (points.first()?, points.last()?);
    if points.len() < 2 || !ordered || !points.iter().all(finite) {
        return None;
    }
    let typical = median(points.windows(2).map(slope_of));
    let jumps = find_slips(points, typical);
    let (slope, slope_sd, scatter) = fit_slope(points, &jumps, typical);
    let runs = runs(&jumps);
    let slip = |(k, run): (usize, &Vec<usize>)| {
        let (before, after) = (run[0], run[run.len() - 1]);
        let from = k.checked_sub(1).map_or(0, |k| runs[k][runs[k].len() - 1]);
        let to = runs.get(k + 1).map_or(points.len(), |next| next[0]);
        let left = Level::of(points[from..before].iter().rev(), slope);
        let right = Level::of(points[after..to].iter(), slope);
        let drifted = if slope_sd.is_finite() { 2.0 * slope_sd * (right.at_s - left.at_s) } else { 0.0 };
        Slip {
            after_s: points[before - 1].at_s,
            before_s: points[after].at_s,
            size_s: right.delay_s - left.delay_s,
            uncertainty_s: left.uncertainty_s.hypot(right.uncertainty_s).hypot(drifted),
        }
    };
    Some(Track {
        ppm: slope * 1e6,
        ppm_uncertainty: 2.0 * slope_sd * 1e6,
        creep_s: last.delay_s - first.delay_s,
        creep_uncertainty_s: first.uncertainty_s.hypot(last.uncertainty_s),
        slips: runs.iter().enumerate().map(slip).collect(),
        scatter_s: scatter,
        points: points.to_vec(),
    })
}

/// Where the delay stood beside a slip, less the drift.
struct Level {
    at_s: f64,
    delay_s: f64,
    uncertainty_s: f64,
}

impl Level {
    /// From the points beside a slip, the nearest first, of which there is one at least. The nearest may reach across
    /// the slip and be drawn towards the other side without looking it: the median does not follow it, and of two
    /// points the further is taken.
    fn of<'a>(nearest_first: impl Iterator<Item = &'a Point>, slope: f64) -> Level {
        let near: Vec<&Point> = nearest_first.take(5).collect();
        let count = near.len();
        let middle = |value: &dyn Fn(&Point) -> f64| match near[..] {
            [] => f64::NAN,
            [one] | [_, one] => value(one),
            _ => median(near.iter().map(|p| value(p))),
        };
        // The median of Gaussian values is 1.25 times as uncertain as their mean.
        let share = if count > 2 { 1.25 / (count as f64).sqrt() } else { 1.0 };
        Level {
            at_s: middle(&|p| p.at_s),
            delay_s: middle(&|p| p.delay_s - slope * p.at_s),
            uncertainty_s: share * middle(&|p| p.uncertainty_s),
        }
    }
}

/// Neighbouring jumps as one: a stretch within which the delay slipped stands somewhere between the delays before and
/// after.
fn runs(jumps: &[usize]) -> Vec<Vec<usize>> {
    jumps.chunk_by(|a, b| a + 1 == *b).map(<[usize]>::to_vec).collect()
}

impl Track {
    /// The delay at `t` seconds on the line through the longest part without a slip, with its expanded uncertainty (k =
    /// 2).
    pub fn line_at(&self, t: f64) -> Option<(f64, f64)> {
        let slipped = |a: &Point, b: &Point| self.slips.iter().any(|slip| a.at_s >= slip.after_s && b.at_s <= slip.before_s);
        let part = self.points.chunk_by(|a, b| !slipped(a, b)).max_by_key(|part| part.len())?;
        let weight = |p: &Point| 1.0 / (p.uncertainty_s / 2.0).max(1e-9).powi(2);
        let total: f64 = part.iter().map(weight).sum();
        let mean = |value: fn(&Point) -> f64| part.iter().map(|p| weight(p) * value(p)).sum::<f64>() / total;
        let (at, delay, slope) = (mean(|p| p.at_s), mean(|p| p.delay_s), self.ppm * 1e-6);
        let rest = part.iter().map(|p| weight(p) * (p.delay_s - delay - slope * (p.at_s - at)).powi(2)).sum::<f64>();
        // Scatter beyond the stated uncertainties widens the result, scatter below does not narrow it.
        let excess = (rest / (part.len() as f64 - 1.0).max(1.0)).max(1.0);
        let doubt = (2.0 * (excess / total).sqrt()).hypot(self.ppm_uncertainty * 1e-6 * (t - at));
        Some((delay + slope * (t - at), doubt))
    }
}

fn slope_of(pair: &[Point]) -> f64 {
    (pair[1].delay_s - pair[0].delay_s) / (pair[1].at_s - pair[0].at_s)
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(0.0)
}

/// Indices of the points that stand after a slip: a step that neither the drift nor the uncertainties nor the usual
/// scatter explain.
fn find_slips(points: &[Point], slope: f64) -> Vec<usize> {
    let step = |w: &[Point]| w[1].delay_s - w[0].delay_s - slope * (w[1].at_s - w[0].at_s);
    let usual = 1.4826 * median(points.windows(2).map(|w| step(w).abs()));
    let beyond = |w: &[Point]| {
        let stated = 3.0 * w[0].uncertainty_s.hypot(w[1].uncertainty_s);
        step(w).abs() > LEAST_SLIP_S.max(stated).max(6.0 * usual)
    };
    points.windows(2).enumerate().filter(|(_, w)| beyond(w)).map(|(k, _)| k + 1).collect()
}

/// Common slope of the stretches between slips by weighted least squares: slope, standard deviation, RMS residual.
fn fit_slope(points: &[Point], slips: &[usize], fallback: f64) -> (f64, f64, f64) {
    let mut bounds = vec![0];
    bounds.extend(slips);
    bounds.push(points.len());
    let weight = |p: &Point| 1.0 / (p.uncertainty_s / 2.0).max(1e-9).powi(2);
    let (mut cross, mut square) = (0.0, 0.0);
    let centred: Vec<(f64, f64, f64)> = bounds
        .windows(2)
        .flat_map(|range| {
            let part = &points[range[0]..range[1]];
            let total: f64 = part.iter().map(weight).sum();
            let mean = |value: fn(&Point) -> f64| part.iter().map(|p| weight(p) * value(p)).sum::<f64>() / total;
            let (at, delay) = (mean(|p| p.at_s), mean(|p| p.delay_s));
            part.iter().map(move |p| (p.at_s - at, p.delay_s - delay, weight(p))).collect::<Vec<_>>()
        })
        .collect();
    for (t, d, w) in &centred {
        cross += w * t * d;
        square += w * t * t;
    }
    if square <= 0.0 {
        return (fallback, f64::INFINITY, 0.0);
    }
    let slope = cross / square;
    let residuals = || centred.iter().map(|(t, d, w)| (d - slope * t, w));
    let freedom = points.len() as f64 - slips.len() as f64 - 2.0;
    // Scatter beyond the stated uncertainties widens the result, scatter below does not narrow it.
    let excess = if freedom > 0.0 { (residuals().map(|(r, w)| w * r * r).sum::<f64>() / freedom).max(1.0) } else { 1.0 };
    let scatter = (residuals().map(|(r, _)| r * r).sum::<f64>() / points.len() as f64).sqrt();
    (slope, (excess / square).sqrt(), scatter)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stimulus::Random;

    /// A track of `n` points a second apart with given drift, noise of `sd`, and slips `(point, size)`.
    fn points(seed: u64, n: usize, ppm: f64, sd: f64, slips: &[(usize, f64)]) -> Vec<Point> {
        let mut random = Random::new(seed);
        let slipped = |k: usize| slips.iter().filter(|(at, _)| *at <= k).map(|(_, size)| size).sum::<f64>();
        (0..n)
            .map(|k| Point {
                at_s: k as f64,
                delay_s: 0.1 + ppm * 1e-6 * k as f64 + slipped(k) + sd * random.gaussian(),
                uncertainty_s: 2.0 * sd,
            })
            .collect()
    }

    #[test]
    fn drift_and_slips_are_told_apart() {
        let mut covered = 0;
        for seed in 0..200 {
            let track = track(&points(seed, 30, 47.0, 1.5e-6, &[(10, 0.02), (22, -0.0025)])).unwrap();
            assert_eq!(track.slips.len(), 2, "seed {seed}");
            assert!((track.slips[0].size_s - 0.02).abs() < 1e-5 && (track.slips[1].size_s + 0.0025).abs() < 1e-5);
            assert_eq!((track.slips[0].after_s, track.slips[0].before_s), (9.0, 10.0));
            assert!((track.ppm - 47.0).abs() < 0.6);
            covered += usize::from((track.ppm - 47.0).abs() <= track.ppm_uncertainty);
        }
        assert!((184..=198).contains(&covered), "{covered} of 200 within the stated uncertainty");
    }

    #[test]
    fn steady_delay_has_no_slip() {
        for seed in 0..50 {
            let track = track(&points(seed, 40, -80.0, 2e-6, &[])).unwrap();
            assert!(track.slips.is_empty() && (track.creep_s + 80e-6 * 39.0).abs() < 1.2e-5);
        }
        assert!(track(&[]).is_none() && track(&points(1, 1, 0.0, 0.0, &[])).is_none());
        let mut broken = points(1, 5, 0.0, 1e-6, &[]);
        broken[2].delay_s = f64::NAN;
        assert!(track(&broken).is_none());
    }

    #[test]
    fn a_stretch_across_the_slip_is_no_slip_of_its_own() {
        let mut crossed = points(1, 20, 30.0, 1e-6, &[(10, 0.02)]);
        crossed[9].delay_s += 0.013;
        let track = track(&crossed).unwrap();
        assert_eq!(track.slips.len(), 1, "{:?}", track.slips);
        assert!((track.slips[0].size_s - 0.02).abs() < 1e-5 && track.slips[0].after_s == 8.0 && track.slips[0].before_s == 10.0);
    }

    #[test]
    fn the_line_of_the_longest_part_goes_on() {
        let mut covered = 0;
        for seed in 0..200 {
            let track = track(&points(seed, 30, 40.0, 1e-6, &[(8, -0.01)])).unwrap();
            let (delay, doubt) = track.line_at(14.5).unwrap();
            covered += usize::from((delay - (0.1 + 40e-6 * 14.5 - 0.01)).abs() <= doubt);
        }
        assert!((184..=198).contains(&covered), "{covered} of 200 within the stated uncertainty");
    }
}
