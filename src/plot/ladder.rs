//! Who said what to whom, one line below the other: the course of a call.

use super::svg::{line, text};
use crate::unit::{Bilingual, Lang};
use std::fmt::Write;

/// Two parties and what went between them.
#[derive(Debug, Clone, Default)]
pub struct Ladder {
    pub title: Bilingual,
    pub left: Bilingual,
    pub right: Bilingual,
    pub rungs: Vec<Rung>,
}

#[derive(Debug, Clone)]
pub struct Rung {
    /// As it is to be read: `12.345 s`.
    pub when: Bilingual,
    pub way: Way,
    pub what: Bilingual,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    ToRight,
    ToLeft,
    /// Nothing was sent: a remark.
    Neither,
}

const WIDTH: f64 = 900.0;
const LEFT: f64 = 230.0;
const RIGHT: f64 = 800.0;
const TOP: f64 = 72.0;
const RUNG: f64 = 30.0;

impl Ladder {
    pub(super) fn to_svg(&self, lang: Lang) -> String {
        let height = TOP + RUNG * self.rungs.len() as f64 + 24.0;
        let mut svg = String::new();
        let _ = writeln!(
            svg,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height:.0}\" font-family=\"sans-serif\" font-size=\"13\" fill=\"#222\">\n\
             <rect width=\"100%\" height=\"100%\" fill=\"white\"/>"
        );
        text(&mut svg, (WIDTH / 2.0, 24.0), "middle", self.title.show(lang));
        for (x, name) in [(LEFT, &self.left), (RIGHT, &self.right)] {
            text(&mut svg, (x, TOP - 20.0), "middle", name.show(lang));
            line(&mut svg, (x, TOP - 12.0), (x, height - 12.0), "#444");
        }
        for (number, rung) in self.rungs.iter().enumerate() {
            let y = TOP + RUNG * number as f64 + 20.0;
            text(&mut svg, (LEFT - 16.0, y + 4.0), "end", rung.when.show(lang));
            let middle = (LEFT + RIGHT) / 2.0;
            match rung.way {
                Way::ToRight => arrow(&mut svg, LEFT, RIGHT, y),
                Way::ToLeft => arrow(&mut svg, RIGHT, LEFT, y),
                Way::Neither => {}
            }
            let lift = if rung.way == Way::Neither { -4.0 } else { 5.0 };
            text(&mut svg, (middle, y - lift), "middle", rung.what.show(lang));
        }
        svg.push_str("</svg>\n");
        svg
    }
}

fn arrow(svg: &mut String, from: f64, to: f64, y: f64) {
    let back = if to > from { -9.0 } else { 9.0 };
    line(svg, (from, y), (to, y), "#0b4f7d");
    let tip = to + back;
    let _ = writeln!(svg, "<path d=\"M{to:.1} {y:.1}L{tip:.1} {:.1}L{tip:.1} {:.1}z\" fill=\"#0b4f7d\"/>", y - 4.0, y + 4.0);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arrow_points_to_whom_it_was_said_and_a_remark_points_nowhere() {
        let rung = |way| Rung { when: Bilingual::same("1 s"), way, what: Bilingual::same("INVITE <x>") };
        let rungs = vec![rung(Way::ToRight), rung(Way::ToLeft), rung(Way::Neither)];
        let svg = Ladder { rungs, ..Ladder::default() }.to_svg(Lang::En);
        assert!(svg.contains(&format!("M{RIGHT:.1} ")) && svg.contains(&format!("M{LEFT:.1} ")), "{svg}");
        assert_eq!((svg.matches("<path").count(), svg.matches("INVITE &lt;x&gt;").count()), (2, 3));
    }
}
