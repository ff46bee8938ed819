//! A plain line plot as an SVG document: axes with round numbers, one or more series, nothing to install to look at it.
//!
//! Knows nothing of what is plotted.

use std::fmt::Write;

/// A plot in the making.
#[derive(Debug, Clone, Default)]
pub struct Plot {
    pub title: String,
    pub x_label: String,
    pub y_label: String,
    /// Horizontal axis logarithmic (all x must be positive).
    pub log_x: bool,
    pub series: Vec<Series>,
}

/// What can be drawn of a measurement.
#[derive(Debug, Clone)]
pub enum Picture {
    Lines(Plot),
    Matrix(super::mtf::Matrix),
}

impl Picture {
    /// The document.
    pub fn to_svg(&self) -> String {
        match self {
            Picture::Lines(plot) => plot.to_svg(),
            Picture::Matrix(matrix) => matrix.to_svg(),
        }
    }
}

impl From<Plot> for Picture {
    fn from(plot: Plot) -> Self {
        Picture::Lines(plot)
    }
}

impl From<super::mtf::Matrix> for Picture {
    fn from(matrix: super::mtf::Matrix) -> Self {
        Picture::Matrix(matrix)
    }
}

/// A named line; points that are not finite break it.
#[derive(Debug, Clone)]
pub struct Series {
    pub name: String,
    pub points: Vec<(f64, f64)>,
}

const WIDTH: f64 = 900.0;
const HEIGHT: f64 = 480.0;
const LEFT: f64 = 80.0;
const RIGHT: f64 = 20.0;
const TOP: f64 = 40.0;
const BOTTOM: f64 = 60.0;
/// Colours that stay apart for the colour-blind (Okabe and Ito).
const COLOURS: [&str; 4] = ["#0072B2", "#D55E00", "#009E73", "#CC79A7"];

/// Maps values to positions along one axis.
struct Axis {
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

    /// 0 at the low end, 1 at the high end.
    fn place(&self, value: f64) -> f64 {
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
}

impl Plot {
    /// The document.
    pub fn to_svg(&self) -> String {
        let all = || self.series.iter().flat_map(|s| &s.points);
        let x = Axis::over(all().map(|p| p.0), self.log_x);
        let y = Axis::over(all().map(|p| p.1), false);
        let at_x = |value: f64| LEFT + x.place(value) * (WIDTH - LEFT - RIGHT);
        let at_y = |value: f64| HEIGHT - BOTTOM - y.place(value) * (HEIGHT - TOP - BOTTOM);
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" font-family=\"sans-serif\" font-size=\"13\">\n\
             <rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n"
        );
        text(&mut svg, (WIDTH / 2.0, 24.0), "middle", &self.title);
        text(&mut svg, (WIDTH / 2.0, HEIGHT - 14.0), "middle", &self.x_label);
        text(&mut svg, (8.0, TOP - 10.0), "start", &self.y_label);
        for tick in x.ticks() {
            line(&mut svg, (at_x(tick), TOP), (at_x(tick), HEIGHT - BOTTOM));
            text(&mut svg, (at_x(tick), HEIGHT - BOTTOM + 18.0), "middle", &number(tick));
        }
        for tick in y.ticks() {
            line(&mut svg, (LEFT, at_y(tick)), (WIDTH - RIGHT, at_y(tick)));
            text(&mut svg, (LEFT - 6.0, at_y(tick) + 4.0), "end", &number(tick));
        }
        for ((k, series), colour) in self.series.iter().enumerate().zip(COLOURS.iter().cycle()) {
            for run in series.points.split(|(a, b)| !a.is_finite() || !b.is_finite() || (self.log_x && *a <= 0.0)) {
                let points: Vec<String> = run.iter().map(|(a, b)| format!("{:.2},{:.2}", at_x(*a), at_y(*b))).collect();
                let _ = writeln!(
                    svg,
                    "<polyline fill=\"none\" stroke=\"{colour}\" stroke-width=\"1.5\" points=\"{}\"/>",
                    points.join(" ")
                );
            }
            let _ = writeln!(svg, "<g fill=\"{colour}\">");
            text(&mut svg, (WIDTH - RIGHT - 6.0, TOP + 16.0 * (k as f64 + 1.0)), "end", &series.name);
            svg.push_str("</g>\n");
        }
        svg.push_str("</svg>\n");
        svg
    }
}

pub(super) fn text(svg: &mut String, (x, y): (f64, f64), anchor: &str, content: &str) {
    let safe = content.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let _ = writeln!(svg, "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\">{safe}</text>");
}

fn line(svg: &mut String, (x1, y1): (f64, f64), (x2, y2): (f64, f64)) {
    let _ = writeln!(svg, "<line x1=\"{x1:.1}\" y1=\"{y1:.1}\" x2=\"{x2:.1}\" y2=\"{y2:.1}\" stroke=\"#ddd\"/>");
}

/// A tick's label without noise digits.
fn number(value: f64) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    let digits = (5 - value.abs().log10().floor() as i32).clamp(0, 9) as usize;
    let label = format!("{value:.digits$}");
    if label.contains('.') { label.trim_end_matches('0').trim_end_matches('.').to_owned() } else { label }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plot(points: Vec<(f64, f64)>, log_x: bool) -> String {
        let series = vec![Series { name: "a < b".to_owned(), points }];
        Plot { title: "T & C".to_owned(), log_x, series, ..Plot::default() }.to_svg()
    }

    #[test]
    fn lines_break_where_values_are_missing_and_text_is_escaped() {
        let svg = plot(vec![(0.0, 1.0), (1.0, 2.0), (2.0, f64::NAN), (3.0, 1.0)], false);
        assert_eq!(svg.matches("<polyline").count(), 2);
        assert!(svg.contains("T &amp; C") && svg.contains("a &lt; b") && !svg.contains("NaN"));
    }

    #[test]
    fn degenerate_data_still_draws() {
        for (points, log) in [(vec![], false), (vec![(1.0, 1.0)], false), (vec![(5.0, 5.0)], true), (vec![(-1.0, 0.0)], true)] {
            let svg = plot(points, log);
            assert!(svg.ends_with("</svg>\n") && !svg.contains("NaN") && !svg.contains("inf"), "{svg}");
        }
    }

    #[test]
    fn ticks_are_round() {
        assert_eq!(Axis { low: 0.0, high: 6.0, log: false }.ticks(), [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
        assert_eq!(Axis { low: 90.0, high: 1100.0, log: true }.ticks(), [100.0, 200.0, 500.0, 1000.0]);
        assert_eq!((number(0.05), number(1000.0), number(-2.5)), ("0.05".to_owned(), "1000".to_owned(), "-2.5".to_owned()));
    }
}
