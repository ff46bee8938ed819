//! When a lamp was lit, and when it was dark.

use super::span::Span;

/// In seconds.
const DIMMED_DARK_AT_MOST: f64 = crate::bench::DARK_AT_MOST.as_secs_f64();

/// When a lamp was lit.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Lit(pub Vec<Span>);

impl Lit {
    /// Of edges in order, from what the lamp was before the first of them; `until`: nothing is known from there on.
    pub fn of(before: bool, edges: impl Iterator<Item = (f64, bool)>, from: f64, until: f64) -> Lit {
        let mut spans: Vec<Span> = Vec::new();
        let mut since = before.then_some(from);
        for (at, lit) in edges {
            match (lit, since) {
                (true, None) => match spans.last() {
                    // Dimmed, not dark.
                    Some(last) if at - last.to <= DIMMED_DARK_AT_MOST => since = spans.pop().map(|last| last.from),
                    _ => since = Some(at),
                },
                (false, Some(from)) => {
                    spans.push(Span { from, to: at });
                    since = None;
                }
                _ => {}
            }
        }
        spans.extend(since.map(|from| Span { from, to: until }));
        Lit(spans)
    }
    pub fn at(&self, moment: f64) -> bool {
        self.0.iter().any(|span| span.holds(moment))
    }
    /// The stretches of `within` in which it was dark.
    pub fn dark(&self, within: Span) -> Vec<Span> {
        let mut from = within.from;
        let mut dark = Vec::new();
        for lit in self.0.iter().filter_map(|lit| lit.common(within)) {
            dark.push(Span { from, to: lit.from });
            from = lit.to;
        }
        dark.push(Span { from, to: within.to });
        dark.retain(|span| span.length() > 0.0);
        dark
    }
    /// Both of two.
    pub fn and(&self, other: &Lit) -> Lit {
        Lit(self.0.iter().flat_map(|one| other.0.iter().filter_map(|two| one.common(*two))).collect())
    }
    /// Either of two.
    pub fn or(&self, other: &Lit) -> Lit {
        let mut all: Vec<Span> = self.0.iter().chain(&other.0).copied().collect();
        all.sort_by(|a, b| a.from.total_cmp(&b.from));
        let mut merged: Vec<Span> = Vec::new();
        for span in all {
            match merged.last_mut() {
                Some(last) if span.from <= last.to + DIMMED_DARK_AT_MOST => last.to = last.to.max(span.to),
                _ => merged.push(span),
            }
        }
        Lit(merged)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_lit(before: bool, moments: &[f64], expected: &[(f64, f64)]) {
        let edges = moments.iter().enumerate().map(|(n, at)| (*at, (n % 2 == 0) != before));
        let lit = Lit::of(before, edges, 0.0, 100.0);
        assert_eq!(lit.0.iter().map(|span| (span.from, span.to)).collect::<Vec<_>>(), expected, "{before} {moments:?}");
    }

    #[test]
    fn a_dimmed_lamp_is_lit_and_a_blinking_one_is_not() {
        check_lit(false, &[], &[]);
        check_lit(true, &[], &[(0.0, 100.0)]);
        check_lit(false, &[1.0, 2.0], &[(1.0, 2.0)]);
        check_lit(true, &[1.0, 2.0], &[(0.0, 1.0), (2.0, 100.0)]);
        // 100 Hz, half of the time.
        check_lit(false, &[1.0, 1.005, 1.01, 1.015, 1.02, 1.025], &[(1.0, 1.025)]);
        // 5 Hz.
        check_lit(false, &[1.0, 1.1, 1.2, 1.3], &[(1.0, 1.1), (1.2, 1.3)]);
    }

    #[test]
    fn the_dark_is_what_is_left_of_the_lit() {
        let lit = Lit(vec![Span { from: 1.0, to: 2.0 }, Span { from: 3.0, to: 9.0 }]);
        let dark = |from, to| lit.dark(Span { from, to }).iter().map(|s| (s.from, s.to)).collect::<Vec<_>>();
        assert_eq!(dark(0.0, 4.0), [(0.0, 1.0), (2.0, 3.0)]);
        assert_eq!(dark(3.5, 5.0), []);
        assert_eq!(dark(20.0, 21.0), [(20.0, 21.0)]);
        let overlap = lit.and(&Lit(vec![Span { from: 1.5, to: 4.0 }]));
        assert_eq!(overlap.0, [Span { from: 1.5, to: 2.0 }, Span { from: 3.0, to: 4.0 }]);
        let both = lit.or(&Lit(vec![Span { from: 1.5, to: 3.0 }]));
        assert_eq!(both.0, [Span { from: 1.0, to: 9.0 }]);
    }
}
