//! Plots of one quantity over another: axes with round numbers, lines, bars and marked stretches.

use std::fmt::Write;

use super::svg::{line, text};
use crate::unit::{Bilingual, Estimate, Lang};

/// A plot in the making.
#[derive(Debug, Clone, Default)]
pub struct Plot {
    pub title: Bilingual,
    pub x_label: Bilingual,
    pub y_label: Bilingual,
    /// Horizontal axis logarithmic (all x must be positive).
    pub log_x: bool,
    pub series: Vec<Series>,
    /// Stretches of the horizontal axis that stand out: from, to.
    pub marks: Vec<Mark>,
}

/// A named line; points that are not finite break it.
#[derive(Debug, Clone, Default)]
pub struct Series {
    pub name: Bilingual,
    pub points: Vec<(f64, f64)>,
    /// Points as steps, each reaching half-way to its neighbours, instead of a line through them.
    pub steps: bool,
    /// Points marked on the line: they are few, and what lies between them is not known.
    pub dots: bool,
}

/// A stretch of the horizontal axis with a word to it; stretches too narrow to be seen are drawn as a line.
#[derive(Debug, Clone)]
pub struct Mark {
    pub from: f64,
    pub to: f64,
    pub name: Bilingual,
}

const WIDTH: f64 = 900.0;
const HEIGHT: f64 = 480.0;
const LEFT: f64 = 100.0;
const RIGHT: f64 = 24.0;
/// Title, names of the lines and names of the marks lie above, each in a row of its own, where no line can cross them.
const TOP: f64 = 76.0;
const BOTTOM: f64 = 56.0;
/// Mean width of a letter; no font is at hand to ask.
pub(super) const LETTER: f64 = 7.7;
/// Colours that stay apart for the colour-blind (Okabe and Ito).
const COLOURS: [&str; 4] = ["#0072B2", "#D55E00", "#009E73", "#CC79A7"];

/// Maps values to positions along one axis.
pub(super) struct Axis {
    low: f64,
    high: f64,
    log: bool,
}

impl Axis {
    fn over(values: impl Iterator<Item = f64>, log: bool) -> Axis {
        let usable = values.filter(|v| v.is_finite() && (!log || *v > 0.0));
        let (low, high) = usable.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)));
        if low > high {
            return Axis { low: 1.0, high: 10.0, log };
        }
        let spare = if log { 0.0 } else { ((high - low) * 0.05).max(high.abs() * 1e-9).max(1e-12) };
        let high = if log && high <= low { low * 10.0 } else { high };
        Axis { low: low - spare, high: high + spare, log }
    }

    /// From end to end and no further; of one that has no length a second.
    pub(super) fn between(low: f64, high: f64) -> Axis {
        let is_sound = low.is_finite() && high.is_finite() && high > low;
        let low = if low.is_finite() { low } else { 0.0 };
        Axis { low, high: if is_sound { high } else { low + 1.0 }, log: false }
    }

    /// Wide enough that its ticks can be read: of two recordings that are the same, what differs is rounding, and its
    /// figures would run over the axis' name.
    fn readable(mut self, lang: Lang) -> Axis {
        const MOST_LETTERS: usize = 8;
        let is_long = |axis: &Axis| {
            let long = |label: &str| label.contains(['.', ',']) && label.chars().count() > MOST_LETTERS;
            axis.labelled(lang).iter().any(|(_, label)| long(label))
        };
        for _ in 0..16 {
            if self.log || !is_long(&self) {
                break;
            }
            let (middle, half) = ((self.high + self.low) / 2.0, (self.high - self.low) * 5.0);
            (self.low, self.high) = (middle - half, middle + half);
        }
        self
    }

    /// 0 at the low end, 1 at the high end.
    pub(super) fn place(&self, value: f64) -> f64 {
        if self.log { (value / self.low).ln() / (self.high / self.low).ln() } else { (value - self.low) / (self.high - self.low) }
    }

    fn ticks(&self) -> Vec<f64> {
        if self.log {
            let decades = (self.low.log10().floor() as i32)..=(self.high.log10().ceil() as i32);
            let all = decades.flat_map(|d| [1.0, 2.0, 5.0].map(|m| m * 10f64.powi(d)));
            return all.filter(|t| (self.low..=self.high).contains(t)).collect();
        }
        let raw = (self.high - self.low) / 6.0;
        let power = 10f64.powf(raw.log10().floor());
        let step = [1.0, 2.0, 5.0, 10.0].iter().map(|m| m * power).find(|s| *s >= raw).unwrap_or(raw);
        let first = (self.low / step).ceil() as i64;
        (first..first + 12).map(|k| k as f64 * step).filter(|t| *t <= self.high).collect()
    }

    /// Ticks with as many decimals as tell neighbours apart.
    pub(super) fn labelled(&self, lang: Lang) -> Vec<(f64, String)> {
        let ticks = self.ticks();
        let step = match ticks[..] {
            [a, b, ..] => b - a,
            _ => ticks.first().map_or(1.0, |only| only.abs()),
        };
        let decimals = |step: f64| if step > 0.0 { (-(step * 1.000_001).log10().floor()).clamp(0.0, 12.0) as usize } else { 0 };
        let label = |tick: &f64| number(*tick, decimals(if self.log { *tick } else { step }), lang);
        ticks.iter().map(|tick| (*tick, label(tick))).collect()
    }
}

/// The plots one below the other.
pub(super) fn stacked(plots: &[&Plot], lang: Lang) -> String {
    let height = HEIGHT * plots.len().max(1) as f64;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" font-family=\"sans-serif\" font-size=\"13\" fill=\"#222\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n"
    );
    for (k, plot) in plots.iter().enumerate() {
        let _ = writeln!(svg, "<g transform=\"translate(0 {})\">", HEIGHT * k as f64);
        plot.draw(&mut svg, lang);
        svg.push_str("</g>\n");
    }
    svg.push_str("</svg>\n");
    svg
}

impl Plot {
    fn draw(&self, svg: &mut String, lang: Lang) {
        let all = || self.series.iter().flat_map(|s| &s.points);
        let x = Axis::over(all().map(|p| p.0), self.log_x);
        let y = Axis::over(all().map(|p| p.1), false).readable(lang);
        let at_x = |value: f64| LEFT + x.place(value) * (WIDTH - LEFT - RIGHT);
        let at_y = |value: f64| HEIGHT - BOTTOM - y.place(value) * (HEIGHT - TOP - BOTTOM);
        text(svg, (WIDTH / 2.0, 24.0), "middle", self.title.show(lang));
        text(svg, (LEFT + (WIDTH - LEFT - RIGHT) / 2.0, HEIGHT - 14.0), "middle", self.x_label.show(lang));
        let middle = TOP + (HEIGHT - TOP - BOTTOM) / 2.0;
        let _ = writeln!(svg, "<g transform=\"translate(20 {middle:.1}) rotate(-90)\">");
        text(svg, (0.0, 0.0), "middle", self.y_label.show(lang));
        svg.push_str("</g>\n");
        for (tick, label) in x.labelled(lang) {
            line(svg, (at_x(tick), TOP), (at_x(tick), HEIGHT - BOTTOM), "#ddd");
            text(svg, (at_x(tick), HEIGHT - BOTTOM + 18.0), "middle", &label);
        }
        for (tick, label) in y.labelled(lang) {
            line(svg, (LEFT, at_y(tick)), (WIDTH - RIGHT, at_y(tick)), "#ddd");
            text(svg, (LEFT - 6.0, at_y(tick) + 4.0), "end", &label);
        }
        self.draw_marks(svg, lang, &at_x);
        for (series, colour) in self.series.iter().zip(COLOURS.iter().cycle()) {
            let points = if series.steps { stairs(&series.points, self.log_x) } else { series.points.clone() };
            for run in points.split(|(a, b)| !a.is_finite() || !b.is_finite() || (self.log_x && *a <= 0.0)) {
                let points: Vec<String> = run.iter().map(|(a, b)| format!("{:.2},{:.2}", at_x(*a), at_y(*b))).collect();
                if points.is_empty() {
                    continue;
                }
                let _ = writeln!(
                    svg,
                    "<polyline fill=\"none\" stroke=\"{colour}\" stroke-width=\"1.5\" stroke-linejoin=\"round\" points=\"{}\"/>",
                    points.join(" ")
                );
                for (a, b) in run.iter().filter(|_| series.dots) {
                    let _ = writeln!(svg, "<circle cx=\"{:.2}\" cy=\"{:.2}\" r=\"2.5\" fill=\"{colour}\"/>", at_x(*a), at_y(*b));
                }
            }
        }
        self.draw_names(svg, lang);
        line(svg, (LEFT, HEIGHT - BOTTOM), (WIDTH - RIGHT, HEIGHT - BOTTOM), "#444");
        line(svg, (LEFT, TOP), (LEFT, HEIGHT - BOTTOM), "#444");
    }

    /// What each line is, in its colour, from the right.
    fn draw_names(&self, svg: &mut String, lang: Lang) {
        let mut right = WIDTH - RIGHT;
        let named: Vec<_> =
            self.series.iter().zip(COLOURS.iter().cycle()).filter(|(series, _)| !series.name.is_empty()).collect();
        for (series, colour) in named.into_iter().rev() {
            let name = series.name.show(lang);
            let _ = writeln!(svg, "<g fill=\"{colour}\">");
            text(svg, (right, 46.0), "end", name);
            svg.push_str("</g>\n");
            right -= LETTER * name.chars().count() as f64 + 30.0;
            line(svg, (right + 6.0, 42.0), (right + 24.0, 42.0), colour);
            right -= 8.0;
        }
    }

    /// Shaded stretches, each with its word; words that would overlap the last one are left out.
    fn draw_marks(&self, svg: &mut String, lang: Lang, at_x: &impl Fn(f64) -> f64) {
        let mut free = f64::NEG_INFINITY;
        for mark in self.marks.iter().filter(|mark| mark.from.is_finite() && mark.to.is_finite()) {
            let within = |value: f64| at_x(value).clamp(LEFT, WIDTH - RIGHT);
            let (from, width) = (within(mark.from), (within(mark.to) - within(mark.from)).max(1.5));
            let _ = writeln!(
                svg,
                "<rect x=\"{from:.2}\" y=\"{TOP}\" width=\"{width:.2}\" height=\"{:.1}\" fill=\"#D55E00\" fill-opacity=\"0.25\"/>",
                HEIGHT - TOP - BOTTOM
            );
            let word = mark.name.show(lang);
            let long = LETTER * word.chars().count() as f64;
            let start = from.min(WIDTH - RIGHT - long);
            if start >= free {
                svg.push_str("<g fill=\"#A04000\">\n");
                text(svg, (start, TOP - 6.0), "start", word);
                svg.push_str("</g>\n");
                free = start + long + LETTER;
            }
        }
    }
}

/// Two points for each: where it begins and where it ends, half-way to its neighbours.
fn stairs(points: &[(f64, f64)], log: bool) -> Vec<(f64, f64)> {
    let middle = |a: f64, b: f64| if log { (a * b).sqrt() } else { 0.5 * (a + b) };
    let edge = |k: usize| match (k.checked_sub(1).and_then(|before| points.get(before)), points.get(k)) {
        (Some((a, _)), Some((b, _))) => middle(*a, *b),
        (Some((a, _)), None) | (None, Some((a, _))) => *a,
        (None, None) => 0.0,
    };
    points.iter().enumerate().flat_map(|(k, (_, y))| [(edge(k), *y), (edge(k + 1), *y)]).collect()
}

/// The course of sound over time in no more points than can be seen: the extremes of each stretch.
pub fn waveform(samples: &[f32], rate: f64) -> Vec<(f64, f64)> {
    const STRETCHES: usize = 1500;
    let length = samples.len().div_ceil(STRETCHES).max(1);
    let extremes = |(k, part): (usize, &[f32])| {
        let at = (k * length) as f64 / rate;
        let (low, high) = part.iter().fold((f32::MAX, f32::MIN), |(low, high), x| (low.min(*x), high.max(*x)));
        [(at, f64::from(low)), (at, f64::from(high))]
    };
    samples.chunks(length).enumerate().flat_map(extremes).collect()
}

/// A tick's label, never `-0`.
fn number(value: f64, decimals: usize, lang: Lang) -> String {
    let label = format!("{value:.decimals$}");
    let label = if label.trim_start_matches('-').chars().all(|c| matches!(c, '0' | '.')) { "0".to_owned() } else { label };
    let label = label.replace('-', "−");
    if lang == Lang::Pl { label.replace('.', ",") } else { label }
}

/// What was measured and its figure, for a title.
pub fn titled(words: impl Into<Bilingual>, figure: Estimate) -> Bilingual {
    let words = words.into();
    let with = |lang: Lang| format!("{} {}", words.show(lang), figure.show(lang));
    Bilingual::new(with(Lang::En), with(Lang::Pl))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plot(points: Vec<(f64, f64)>, log_x: bool) -> String {
        let series = vec![Series { name: crate::unit::Bilingual::same("a < b"), points, ..Series::default() }];
        let marks = vec![
            Mark { from: 0.5, to: f64::NAN, name: crate::unit::Bilingual::same("never") },
            Mark { from: 1.0, to: 1.0, name: crate::unit::Bilingual::same("gap") },
        ];
        stacked(
            &[&Plot { title: crate::unit::Bilingual::same("T & C"), log_x, series, marks, ..Plot::default() }, &Plot::default()],
            Lang::Pl,
        )
    }

    #[test]
    fn lines_break_where_values_are_missing_and_text_is_escaped() {
        let svg = plot(vec![(0.0, 1.0), (1.0, 2.0), (2.0, f64::NAN), (3.0, 1.0)], false);
        assert_eq!(svg.matches("<polyline").count(), 2);
        assert!(svg.contains(">gap<") && !svg.contains("never") && svg.contains(">1,2<"));
        assert!(svg.contains("T &amp; C") && svg.contains("a &lt; b") && !svg.contains("NaN"));
    }

    #[test]
    fn degenerate_data_still_draws() {
        for (points, log) in [(vec![], false), (vec![(1.0, 1.0)], false), (vec![(5.0, 5.0)], true), (vec![(-1.0, 0.0)], true)] {
            let svg = plot(points, log);
            assert!(svg.ends_with("</svg>\n") && !svg.contains("NaN") && !svg.contains("inf"), "{svg}");
        }
    }

    /// Two recordings that are the same differ by rounding alone.
    #[test]
    fn the_smallest_differences_keep_clear_of_the_axis_name() {
        for (middle, difference) in [(0.0, 1e-12), (1.0, 1e-12), (-6.0206, 1e-10), (1e6, 1e-9), (0.0, 0.0)] {
            let points = (1..20).map(|k| (f64::from(k), middle + difference * f64::from(k % 3))).collect();
            let svg = plot(points, true);
            let labels: Vec<&str> = svg
                .lines()
                .filter(|line| line.contains("text-anchor=\"end\""))
                .filter_map(|line| line.split_once('>')?.1.strip_suffix("</text>"))
                .collect();
            assert!(labels.len() > 2 && labels.iter().all(|label| label.chars().count() <= 8), "{middle}: {labels:?}");
        }
    }

    #[test]
    fn ticks_are_round() {
        assert_eq!(Axis { low: 0.0, high: 6.0, log: false }.ticks(), [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
        assert_eq!(Axis { low: 90.0, high: 1100.0, log: true }.ticks(), [100.0, 200.0, 500.0, 1000.0]);
        let labels = |low: f64, high: f64, lang| -> Vec<String> {
            Axis { low, high, log: false }.labelled(lang).into_iter().map(|(_, label)| label).collect()
        };
        assert_eq!(labels(500.0001, 500.0009, Lang::Pl)[..2], ["500,0002", "500,0004"]);
        assert_eq!(labels(-2.0, 2.0, Lang::En), ["−2", "−1", "0", "1", "2"]);
        let octaves = Axis { low: 0.5, high: 25.0, log: true }.labelled(Lang::En);
        assert_eq!(octaves.iter().map(|(_, label)| label.as_str()).collect::<Vec<_>>(), ["0.5", "1", "2", "5", "10", "20"]);
        assert_eq!(stairs(&[(1.0, 5.0), (4.0, 6.0)], true), [(1.0, 5.0), (2.0, 5.0), (2.0, 6.0), (4.0, 6.0)]);
    }
}
