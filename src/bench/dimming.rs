//! Lamps dimmed by switching: a lamp that goes on and off at 50 Hz and more is lit, and says so once. A lamp at 250 Hz
//! would otherwise write five hundred changes a second into the journal and the memory of a soak.
//!
//! The first changes pass as they are, and so does the one that ends the dimming: nothing that a step or the watch
//! could ask for is lost.

use crate::clock::{Instant, Stamped};
use crate::instrument::lamp::Edge;
use std::collections::VecDeque;
use std::time::Duration;

/// A lamp dimmed at 50 Hz and more is never dark for longer than this, whatever its share of light.
pub const DARK_AT_MOST: Duration = Duration::from_millis(25);
/// Changes in a row, none further from the one before than that, after which a lamp counts as dimmed: a contact that
/// bounces makes fewer.
const CHANGES: usize = 16;

/// What becomes of what a lamp's sensor tells.
#[derive(Debug, Clone, PartialEq)]
pub enum Told {
    Changed(Stamped<Edge>),
    /// From here on it is lit until it is told to be dark.
    Dimmed {
        edge: Stamped<Edge>,
        /// Times a second that it lights up.
        hertz: f64,
        /// Share of time in which it gives light, 0 to 1.
        duty: f64,
    },
}

/// A lamp that has been lit for so long without a change is not driven by alternating current.
const STEADY_AFTER: Duration = Duration::from_secs(1);
/// Tubes and cheap lamps on the mains flicker so many times a second, and a worn tube once a period; the mains keep to
/// their frequency (EN 50160, 4.2.1: within 1 %).
const MAINS_HZ: [f64; 2] = [50.0, 100.0];
const MAINS_WITHIN: f64 = 0.02;

/// One lamp's sensor.
#[derive(Debug, Default)]
pub struct Dimming {
    /// It has seen its lamp lit without a flicker.
    was_steady: bool,
    lit_since: Option<Instant>,
    /// The latest changes, close upon each other.
    latest: VecDeque<Stamped<Edge>>,
    is_dimmed: bool,
}

impl Dimming {
    /// What it sees now cannot be its lamp, which has been seen lit without a flicker, but light that lives on the
    /// mains.
    pub fn sees_room_light(&self) -> bool {
        let hertz = self.rhythm().0;
        let is_of_mains = MAINS_HZ.iter().any(|mains| (hertz / mains - 1.0).abs() <= MAINS_WITHIN);
        self.is_dimmed && self.was_steady && is_of_mains
    }

    /// Takes the next change.
    pub fn changed(&mut self, edge: Stamped<Edge>) -> Vec<Told> {
        let mut told = self.passed(edge.at);
        match (edge.value.lit, self.lit_since) {
            (true, None) => self.lit_since = Some(edge.at),
            (false, Some(since)) => {
                self.was_steady |= edge.at.since(since) >= STEADY_AFTER;
                self.lit_since = None;
            }
            _ => {}
        }
        self.latest.push_back(edge);
        if self.is_dimmed {
            self.latest.pop_front();
            return told;
        }
        told.push(Told::Changed(edge));
        if self.latest.len() >= CHANGES && edge.value.lit {
            self.is_dimmed = true;
            let (hertz, duty) = self.rhythm();
            told.push(Told::Dimmed { edge, hertz, duty });
        }
        told
    }

    /// Nothing has changed since, and it is `now`: what was held back is told where it proves to have been more than
    /// dimming.
    pub fn passed(&mut self, now: Instant) -> Vec<Told> {
        let Some(last) = self.latest.back().filter(|last| now.since(last.at) > DARK_AT_MOST).copied() else { return Vec::new() };
        self.latest.clear();
        let was_dimmed = std::mem::take(&mut self.is_dimmed);
        // Lit it was already.
        if was_dimmed && !last.value.lit { vec![Told::Changed(last)] } else { Vec::new() }
    }

    /// Times a second, and the share of light, over whole periods: from light to light.
    fn rhythm(&self) -> (f64, f64) {
        let is_lit = |one: &Stamped<Edge>| one.value.lit;
        let first = self.latest.iter().position(is_lit).unwrap_or(0);
        let last = self.latest.iter().rposition(is_lit).unwrap_or(0);
        let spans = self.latest.iter().zip(self.latest.iter().skip(1)).take(last).skip(first);
        let (mut lit, mut all, mut times) = (0.0, 0.0, 0.0);
        for (one, next) in spans {
            let span = next.at.since(one.at).as_secs_f64();
            all += span;
            if one.value.lit {
                lit += span;
                times += 1.0;
            }
        }
        (times / all.max(f64::MIN_POSITIVE), lit / all.max(f64::MIN_POSITIVE))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::instrument::lamp::Input;

    fn edge(millis: u64, lit: bool) -> Stamped<Edge> {
        Stamped::new(Instant::from_nanos(millis * 1_000_000), Edge { input: Input(2), lit })
    }
    fn ends(told: Vec<Told>) -> Vec<(u64, bool)> {
        let edge = |told| match told {
            Told::Changed(edge) | Told::Dimmed { edge, .. } => (edge.at.as_nanos() / 1_000_000, edge.value.lit),
        };
        told.into_iter().map(edge).collect()
    }

    #[test]
    fn light_that_lives_on_the_mains_is_the_rooms_where_the_lamp_is_lit_without_a_flicker() {
        let is_room_light = |lit_before: u64, half_wave: u64| {
            let mut dimming = Dimming::default();
            let before = [edge(1000, true), edge(1000 + lit_before, false)];
            let flicker = (0..100).map(|n| edge(9000 + n * half_wave, n.is_multiple_of(2)));
            let sees = |one| {
                dimming.changed(one);
                dimming.sees_room_light()
            };
            before.into_iter().chain(flicker).any(sees)
        };
        assert!(is_room_light(1500, 10) && is_room_light(1500, 5));
        // A lamp that is driven so itself is never seen without a flicker; 62 and 250 Hz are nobody's mains.
        assert!(!is_room_light(900, 10) && !is_room_light(1500, 8) && !is_room_light(1500, 2));
        // The lamp's own blinking runs over into it, so that the rhythm is the mains' only later.
        let mut dimming = Dimming::default();
        let own = [edge(1000, true), edge(2500, false), edge(8500, true), edge(8990, false)];
        let flicker = (0..101).map(|n| edge(9000 + n * 10, n.is_multiple_of(2)));
        own.into_iter().chain(flicker).for_each(|one| drop(dimming.changed(one)));
        assert!(dimming.sees_room_light());
    }

    #[test]
    fn a_lamp_at_250_hz_is_one_fact_and_its_end_another() {
        let mut dimming = Dimming::default();
        let told: Vec<Told> = (0..5000).flat_map(|n| dimming.changed(edge(1000 + 4 * (n / 2) + n % 2, n % 2 == 0))).collect();
        assert_eq!(told.len(), CHANGES + 2);
        let Some(Told::Dimmed { hertz, duty, .. }) = told.last() else { panic!("{told:?}") };
        assert!((hertz - 250.0).abs() < 1.0 && (duty - 0.25).abs() < 0.02, "{hertz} Hz, {duty}");
        // The last change: dark at 1000 + 4 × 2499 + 1.
        assert_eq!(ends(dimming.passed(edge(11_021, true).at)), []);
        assert_eq!(ends(dimming.passed(edge(11_030, true).at)), [(10_997, false)]);
        assert_eq!(ends(dimming.passed(edge(12_000, true).at)), []);
    }

    #[test]
    fn the_gap_that_makes_it_blink_is_told_from_its_beginning() {
        let mut dimming = Dimming::default();
        (0..100).for_each(|n| drop(dimming.changed(edge(10 * n, n % 2 == 0))));
        assert_eq!(ends(dimming.changed(edge(1200, true))), [(990, false), (1200, true)]);
    }

    #[test]
    fn a_dimmed_lamp_that_stays_lit_has_changed_nothing_until_it_goes_dark() {
        let mut dimming = Dimming::default();
        (0..101).for_each(|n| drop(dimming.changed(edge(2 * n, n % 2 == 0))));
        assert_eq!(ends(dimming.passed(edge(500, true).at)), []);
        assert_eq!(ends(dimming.changed(edge(1000, false))), [(1000, false)]);
    }

    #[test]
    fn blinking_and_bouncing_pass_as_they_are() {
        let mut dimming = Dimming::default();
        let blinking = (0..100).map(|n| edge(50 * n, n % 2 == 0));
        let bouncing = (0..15).map(|n| edge(10_000 + n, n % 2 == 0));
        for edge in blinking.chain(bouncing) {
            assert_eq!(dimming.changed(edge), [Told::Changed(edge)]);
        }
    }
}
