//! The modulation transfer matrix as an SVG picture: octaves across, modulation frequencies down, each value a shade
//! and a figure.

use std::fmt::Write;

use super::svg::text;
use crate::unit::{Bilingual, Estimate, Lang, Unit};

/// A matrix to be drawn.
#[derive(Debug, Clone)]
pub struct Matrix {
    pub title: Bilingual,
    /// From the lowest to the highest; there is room for seven.
    pub octaves: Vec<Octave>,
    /// Of the octave levels.
    pub scale: Unit,
    /// What is to be minded, below the matrix.
    pub remark: Bilingual,
}

/// A column.
#[derive(Debug, Clone)]
pub struct Octave {
    /// Mid-band frequency, hertz.
    pub hz: f64,
    /// Modulation frequency (hertz) and transfer value of what was measured.
    pub transfers: Vec<(f64, f64)>,
    pub index: Option<f64>,
    pub level: Option<f64>,
}

/// The fourteen modulation frequencies of the full method, hertz; STIPA measures two of them in each octave.
const ROWS_HZ: [f64; 14] = [0.63, 0.8, 1.0, 1.25, 1.6, 2.0, 2.5, 3.15, 4.0, 5.0, 6.25, 8.0, 10.0, 12.5];
const CELL: (f64, f64) = (100.0, 30.0);
/// Width of a step of the legend.
const LEGEND: f64 = 7.0 * CELL.0 / 11.0;
const LEFT: f64 = 110.0;
const TOP: f64 = 90.0;
const WIDTH: f64 = 900.0;
const HEIGHT: f64 = 700.0;

impl Matrix {
    /// The document.
    pub fn to_svg(&self, lang: Lang) -> String {
        let words = match lang {
            Lang::En => ["octave / Hz", "modulation / Hz", "modulation transfer value m / 1", "MTI / 1", "level", "none"],
            Lang::Pl => {
                ["oktawa / Hz", "modulacja / Hz", "współczynnik przenoszenia modulacji m / 1", "MTI / 1", "poziom", "brak"]
            }
        };
        let [octave, modulation, transfer, mti, level, none] = words;
        let plain = |value: f64| Estimate::new(value, 0.0, Unit::Count).show(lang);
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" font-family=\"sans-serif\" font-size=\"13\" fill=\"#222\">\n\
             <rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n"
        );
        let middle = |k: usize| LEFT + (k as f64 + 0.5) * CELL.0;
        let line = |row: f64| TOP + row * CELL.1 + 20.0;
        let centre = LEFT + 3.5 * CELL.0;
        text(&mut svg, (centre, 24.0), "middle", self.title.show(lang));
        text(&mut svg, (centre, 50.0), "middle", octave);
        let _ = writeln!(svg, "<g transform=\"translate(20 {:.1}) rotate(-90)\">", TOP + 7.0 * CELL.1);
        text(&mut svg, (0.0, 0.0), "middle", modulation);
        svg.push_str("</g>\n");
        for (row, hz) in ROWS_HZ.iter().enumerate() {
            text(&mut svg, (LEFT - 10.0, line(row as f64)), "end", &plain(*hz));
        }
        for (k, octave) in self.octaves.iter().enumerate() {
            text(&mut svg, (middle(k), TOP - 10.0), "middle", &plain(octave.hz));
            for (row, hz) in ROWS_HZ.iter().enumerate() {
                let value = octave.transfers.iter().find(|(own, _)| (own - hz).abs() < 0.01).map(|(_, value)| *value);
                cell(&mut svg, (LEFT + k as f64 * CELL.0, TOP + row as f64 * CELL.1), CELL.0, value, lang);
            }
            cell(&mut svg, (LEFT + k as f64 * CELL.0, TOP + 14.5 * CELL.1), CELL.0, octave.index, lang);
            let shown = octave.level.map_or(none.to_owned(), |db| format!("{} {}", decimals(db, 1, lang), self.scale.symbol()));
            text(&mut svg, (middle(k), line(15.6)), "middle", &shown);
        }
        text(&mut svg, (LEFT - 10.0, line(14.5)), "end", mti);
        text(&mut svg, (LEFT - 10.0, line(15.6)), "end", level);
        text(&mut svg, (LEFT, TOP + 17.0 * CELL.1 + 4.0), "start", transfer);
        for step in 0..=10 {
            cell(&mut svg, (LEFT + LEGEND * f64::from(step), TOP + 17.4 * CELL.1), LEGEND, Some(f64::from(step) / 10.0), lang);
        }
        text(&mut svg, (LEFT, HEIGHT - 16.0), "start", self.remark.show(lang));
        svg.push_str("</svg>\n");
        svg
    }
}

/// One value as a shade from light (0) to dark (1), or an empty field.
fn cell(svg: &mut String, (x, y): (f64, f64), width: f64, value: Option<f64>, lang: Lang) {
    let Some(value) = value else {
        let _ = writeln!(
            svg,
            "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{:.1}\" fill=\"#f4f4f4\" stroke=\"#ddd\"/>",
            CELL.1
        );
        return;
    };
    let part = value.clamp(0.0, 1.0);
    let mix = |light: f64, dark: f64| (light + (dark - light) * part).round() as u8;
    let (red, green, blue) = (mix(235.0, 8.0), mix(243.0, 48.0), mix(251.0, 107.0));
    let _ = writeln!(
        svg,
        "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{:.1}\" fill=\"#{red:02x}{green:02x}{blue:02x}\" stroke=\"#888\"/>",
        CELL.1
    );
    let _ = writeln!(svg, "<g fill=\"{}\">", if part > 0.5 { "white" } else { "black" });
    text(svg, (x + width / 2.0, y + 20.0), "middle", &decimals(value, 2, lang));
    svg.push_str("</g>\n");
}

fn decimals(value: f64, count: usize, lang: Lang) -> String {
    let figure = format!("{value:.count$}").replace('-', "−");
    if lang == Lang::Pl { figure.replace('.', ",") } else { figure }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_measured_value_is_drawn_and_nothing_else() {
        let octave = |k: u32| Octave {
            hz: 125.0 * f64::from(1 << k),
            transfers: if k < 6 { vec![(1.6, 0.9), (8.0, 0.8)] } else { Vec::new() },
            index: (k < 6).then_some(0.85),
            level: (k < 6).then_some(-20.0),
        };
        let octaves = (0..7).map(octave).collect();
        let matrix = Matrix {
            title: crate::unit::Bilingual::same("STI < 1"),
            octaves,
            scale: Unit::DecibelFullScale,
            remark: crate::unit::Bilingual::same("a < b"),
        };
        let svg = matrix.to_svg(Lang::Pl);
        // Six octaves of two values and their index, eleven steps of the legend; the octave beyond the rate is empty.
        assert_eq!(svg.matches("stroke=\"#888\"").count(), 6 * 3 + 11);
        assert!(svg.contains("STI &lt; 1") && svg.contains(">brak<") && svg.contains("a &lt; b"));
        assert!(svg.ends_with("</svg>\n") && !svg.contains("NaN"));
    }
}
