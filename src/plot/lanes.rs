//! What was so and what happened, one lane above the other over one axis of time.

use super::lines::{Axis, LETTER};
use super::svg::{line, text};
use crate::unit::{Bilingual, Lang};
use std::fmt::Write;

/// Lanes over one axis of seconds.
#[derive(Debug, Clone, Default)]
pub struct Lanes {
    pub title: Bilingual,
    pub x_label: Bilingual,
    /// In seconds.
    pub from: f64,
    pub to: f64,
    pub lanes: Vec<Lane>,
}

#[derive(Debug, Clone, Default)]
pub struct Lane {
    pub name: Bilingual,
    /// Stretches in which it was so.
    pub bars: Vec<Bar>,
    /// What happened in a moment, with a word to it.
    pub points: Vec<(f64, Bilingual)>,
}

#[derive(Debug, Clone)]
pub struct Bar {
    pub from: f64,
    pub to: f64,
    pub name: Bilingual,
    /// Something was missing in it: drawn as an empty frame, so that it is told apart without colour.
    pub is_gap: bool,
}

const WIDTH: f64 = 900.0;
const LEFT: f64 = 190.0;
const RIGHT: f64 = 24.0;
const TOP: f64 = 44.0;
const BOTTOM: f64 = 52.0;
const LANE: f64 = 30.0;
/// A row of words above a lane's bars.
const WORDS: f64 = 15.0;
/// Words of a lane stand in so many rows before they are left out.
const ROWS: usize = 3;

impl Lanes {
    pub(super) fn to_svg(&self, lang: Lang) -> String {
        let axis = Axis::between(self.from, self.to);
        // What is no number stands at the beginning.
        let within = |place: f64| if place.is_nan() { 0.0 } else { place.clamp(0.0, 1.0) };
        let at = |moment: f64| LEFT + within(axis.place(moment)) * (WIDTH - LEFT - RIGHT);
        let rows: Vec<Vec<(f64, f64, usize, &str)>> = self.lanes.iter().map(|lane| lane.words(&at, lang)).collect();
        let height_of = |words: &Vec<(f64, f64, usize, &str)>| {
            let rows = words.iter().map(|(_, _, row, _)| row + 1).max().unwrap_or(0);
            LANE + WORDS * rows as f64
        };
        let height = TOP + rows.iter().map(height_of).sum::<f64>() + BOTTOM;
        let mut svg = String::new();
        let _ = writeln!(
            svg,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height:.0}\" font-family=\"sans-serif\" font-size=\"13\" fill=\"#222\">\n\
             <rect width=\"100%\" height=\"100%\" fill=\"white\"/>"
        );
        text(&mut svg, (WIDTH / 2.0, 24.0), "middle", self.title.show(lang));
        for (tick, label) in axis.labelled(lang) {
            line(&mut svg, (at(tick), TOP), (at(tick), height - BOTTOM), "#ddd");
            text(&mut svg, (at(tick), height - BOTTOM + 18.0), "middle", &label);
        }
        text(&mut svg, (LEFT + (WIDTH - LEFT - RIGHT) / 2.0, height - 12.0), "middle", self.x_label.show(lang));
        let mut top = TOP;
        for (lane, words) in self.lanes.iter().zip(&rows) {
            let bottom = top + height_of(words);
            line(&mut svg, (LEFT, bottom), (WIDTH - RIGHT, bottom), "#bbb");
            text(&mut svg, (LEFT - 10.0, bottom - 10.0), "end", lane.name.show(lang));
            lane.draw(&mut svg, bottom, &at);
            for (x, mark, row, word) in words {
                let y = bottom - LANE + 4.0 - WORDS * *row as f64;
                line(&mut svg, (*mark, y + 2.0), (*mark, bottom - 4.0), "#888");
                text(&mut svg, (*x, y), "start", word);
            }
            top = bottom;
        }
        line(&mut svg, (LEFT, height - BOTTOM), (WIDTH - RIGHT, height - BOTTOM), "#444");
        svg.push_str("</svg>\n");
        svg
    }
}

impl Lane {
    fn draw(&self, svg: &mut String, bottom: f64, at: &impl Fn(f64) -> f64) {
        for bar in &self.bars {
            let (x, width) = (at(bar.from), (at(bar.to) - at(bar.from)).max(2.0));
            let (fill, y, height) = if bar.is_gap { ("#fff", bottom - 20.0, 16.0) } else { ("#0b4f7d", bottom - 17.0, 10.0) };
            let _ = writeln!(
                svg,
                "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height}\" fill=\"{fill}\" stroke=\"#a33600\" stroke-width=\"{}\"/>",
                if bar.is_gap { 2 } else { 0 }
            );
        }
        for (moment, _) in &self.points {
            let _ = writeln!(svg, "<circle cx=\"{:.1}\" cy=\"{:.1}\" r=\"3.5\" fill=\"#222\"/>", at(*moment), bottom - 12.0);
        }
    }

    /// Words that find room, each with its place, the place of what it tells, and its row from below.
    fn words<'l>(&'l self, at: &impl Fn(f64) -> f64, lang: Lang) -> Vec<(f64, f64, usize, &'l str)> {
        let of_bars = self.bars.iter().map(|bar| (bar.from, &bar.name));
        let mut all: Vec<(f64, &Bilingual)> = of_bars.chain(self.points.iter().map(|(moment, name)| (*moment, name))).collect();
        all.retain(|(moment, name)| moment.is_finite() && !name.is_empty());
        all.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut free = [f64::NEG_INFINITY; ROWS];
        let mut placed = Vec::new();
        for (moment, name) in all {
            let word = name.show(lang);
            let long = LETTER * word.chars().count() as f64;
            let mark = at(moment);
            let x = (mark + 3.0).min(WIDTH - RIGHT - long).max(LEFT);
            let Some(row) = free.iter().position(|from| *from <= x) else { continue };
            if let Some(free) = free.get_mut(row) {
                *free = x + long + LETTER;
            }
            placed.push((x, mark, row, word));
        }
        placed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_would_lie_over_each_other_stand_in_rows_and_a_gap_is_a_frame() {
        let name = |word: &str| Bilingual::same(word);
        let bar = |from, to, is_gap| Bar { from, to, name: Bilingual::default(), is_gap };
        let points = (0..6).map(|n| (1.0 + 0.01 * f64::from(n), name(&format!("moment {n} & more")))).collect();
        let lanes = vec![
            Lane { name: name("voice"), bars: vec![bar(1.0, 4.0, false), bar(2.0, 3.0, true)], points: Vec::new() },
            Lane { name: name("calls"), bars: Vec::new(), points },
        ];
        let svg = Lanes { from: 0.0, to: 10.0, lanes, ..Lanes::default() }.to_svg(Lang::Pl);
        assert_eq!((svg.matches("fill=\"#fff\"").count(), svg.matches("<circle").count()), (1, 6));
        assert_eq!(svg.matches("&amp; more").count(), ROWS, "no more words than rows");
        assert!(svg.contains(">10<") && !svg.contains("NaN"), "{svg}");
    }

    #[test]
    fn no_time_at_all_still_draws() {
        for (from, to) in [(0.0, 0.0), (5.0, 5.0), (f64::NAN, 1.0)] {
            let svg = Lanes { from, to, lanes: vec![Lane::default()], ..Lanes::default() }.to_svg(Lang::En);
            assert!(svg.ends_with("</svg>\n") && !svg.contains("NaN") && !svg.contains("inf"), "{svg}");
        }
    }
}
