//! The smallest life that still fails in the same way: deeds are taken out (Zeller's ddmin), then its figures are made
//! plain.
//!
//! Knows nothing of why a life fails: whoever asks holds it against a post.

use super::life::{Deed, Figure, Life, plainest};
use super::model::{Draw, ROWS};

/// Makes a failing life smaller as long as `fails` says that it still does so, in at most so many trials.
pub fn shrink(life: &Life, trials: usize, fails: impl FnMut(&Life) -> bool) -> Life {
    let mut search = Search { best: life.clone(), left: trials, fails };
    search.end_early();
    search.take_out();
    search.make_plain();
    search.take_out();
    search.best
}

struct Search<F> {
    best: Life,
    left: usize,
    fails: F,
}

impl<F: FnMut(&Life) -> bool> Search<F> {
    /// Keeps a smaller life if it still fails.
    fn offer(&mut self, life: Life) -> bool {
        if self.left == 0 || life == self.best {
            return false;
        }
        self.left -= 1;
        let still = (self.fails)(&life);
        if still {
            self.best = life;
        }
        still
    }

    /// Without the last press, if the failure lies before it.
    fn end_early(&mut self) {
        self.offer(Life { is_whole: false, ..self.best.clone() });
    }

    /// In chunks that become smaller: half of the deeds, a quarter, and at last each one.
    fn take_out(&mut self) {
        let mut chunk = self.best.deeds.len();
        while chunk > 0 {
            let mut at = 0;
            while at < self.best.deeds.len() {
                let end = (at + chunk).min(self.best.deeds.len());
                let left = self.best.deeds.iter().enumerate().filter(|(n, _)| !(at..end).contains(n));
                let left: Vec<Deed> = left.map(|(_, deed)| deed.clone()).collect();
                if !self.offer(Life::walk(&left, self.best.is_whole)) {
                    at = end;
                }
            }
            chunk = if chunk == 1 { 0 } else { chunk.div_ceil(2) };
        }
    }

    /// Each figure at its plainest, or else half-way there.
    fn make_plain(&mut self) {
        let mut deed = 0;
        while let Some(says) = self.best.deeds.get(deed).and_then(|deed| ROWS.get(deed.row)).map(|row| row.says) {
            let places =
                says.iter().enumerate().flat_map(|(s, (_, draws))| draws.iter().enumerate().map(move |(f, d)| (s, f, *d)));
            for (sentence, figure, draw) in places {
                self.plainer(deed, sentence, figure, draw);
            }
            deed += 1;
        }
    }

    fn plainer(&mut self, deed: usize, sentence: usize, figure: usize, draw: Draw) {
        let Some(now) = self.best.deeds.get(deed).and_then(|d| d.figures.get(sentence)?.get(figure)).copied() else { return };
        for plainer in [Some(plainest(draw)), halved(now, draw)].into_iter().flatten() {
            let mut life = self.best.clone();
            let place = life.deeds.get_mut(deed).and_then(|d| d.figures.get_mut(sentence)?.get_mut(figure));
            if let Some(place) = place {
                *place = plainer;
            }
            if self.offer(life) {
                return;
            }
        }
    }
}

/// Half-way to the plainest, on whole seconds where there are some.
fn halved(now: Figure, draw: Draw) -> Option<Figure> {
    match (now, plainest(draw)) {
        (Figure::Time(now), Figure::Time(plain)) if now > plain && now - plain >= 2_000 => {
            let half = plain + (now - plain) / 2;
            Some(Figure::Time(half - half % 1_000))
        }
        (Figure::Count(now), Figure::Count(plain)) if now > plain + 1 => Some(Figure::Count(plain + (now - plain) / 2)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn deed(name: &str) -> Deed {
        let row = ROWS.iter().position(|row| row.deed == name).unwrap_or_else(|| panic!("no deed {name}"));
        let says = ROWS.get(row).map_or(&[][..], |row| row.says);
        let longest = |draw: &Draw| match draw {
            Draw::Time(ranges) => Figure::Time(ranges.iter().map(|(_, high)| *high).max().unwrap_or(0)),
            Draw::Count(ranges) => Figure::Count(ranges.iter().map(|(_, high)| *high).max().unwrap_or(0)),
            Draw::Requirement(id) => Figure::Requirement(id),
        };
        Deed { row, figures: says.iter().map(|(_, draws)| draws.iter().map(longest).collect()).collect() }
    }

    fn names(life: &Life) -> Vec<&'static str> {
        life.deeds.iter().filter_map(|deed| ROWS.get(deed.row)).map(|row| row.deed).collect()
    }

    #[test]
    fn what_does_not_matter_is_taken_out_and_figures_are_made_plain() {
        let long = ["interference", "quiet", "press", "wait", "press again", "end", "quiet", "held press", "end", "long quiet"];
        let life = Life::walk(&long.map(deed), true);
        assert_eq!(names(&life), long);
        // A judge that minds a held press of 10 s and more, and nothing else.
        let minds = |life: &Life| {
            let held = |deed: &Deed| ROWS.get(deed.row).is_some_and(|row| row.deed == "held press");
            life.deeds.iter().any(|deed| held(deed) && matches!(deed.figures[0][0], Figure::Time(10_000..)))
        };
        let small = shrink(&life, 200, minds);
        assert_eq!((names(&small), small.is_whole), (vec!["held press"], false));
        assert_eq!(small.deeds[0].figures, [[Figure::Time(12_000)]]);
    }

    #[test]
    fn what_must_come_before_stays_and_trials_are_limited() {
        let long = ["cut", "press", "wait", "return", "wait", "end", "quiet"];
        // `press` of a cut is another row than that of a quiet post: the walk keeps what can follow.
        let cut_press = ROWS.iter().position(|row| row.from == super::super::model::State::Cut && row.deed == "press").unwrap();
        let mut deeds = long.map(deed).to_vec();
        deeds[1] = Deed { row: cut_press, ..deeds[1].clone() };
        let life = Life::walk(&deeds, true);
        let minds = |life: &Life| life.deeds.iter().any(|deed| deed.row == cut_press);
        let small = shrink(&life, 200, minds);
        assert_eq!(names(&small), ["cut", "press"]);
        let mut asked = 0;
        shrink(&life, 5, |_| {
            asked += 1;
            false
        });
        assert_eq!(asked, 5);
    }
}
