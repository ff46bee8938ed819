//! A circuit that is looked at from both of its ends.

use super::lit::Lit;
use super::span::Span;

/// One circuit as both of its ends tell it: when it was closed.
#[derive(Debug, Clone, PartialEq)]
pub struct BothEnds {
    pub at_relay: Lit,
    pub at_post: Lit,
}

impl BothEnds {
    /// The first stretch longer than `within` in which the two disagree; whether the post's end was closed then.
    pub fn disagreement(&self, span: Span, within: f64) -> Option<(Span, bool)> {
        let alone = |one: &Lit, other: &Lit| -> Vec<Span> { one.0.iter().flat_map(|closed| other.dark(*closed)).collect() };
        let closed = alone(&self.at_post, &self.at_relay).into_iter().map(|span| (span, true));
        let open = alone(&self.at_relay, &self.at_post).into_iter().map(|span| (span, false));
        let within_span = closed.chain(open).filter_map(|(alone, closed)| Some((alone.common(span)?, closed)));
        within_span.filter(|(alone, _)| alone.length() > within).min_by(|(a, _), (b, _)| a.from.total_cmp(&b.from))
    }
}
