//! The kernel's queue: what will happen, ordered by time and then by the order in which it was planned.
//!
//! Knows nothing of what it holds.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

#[derive(Debug)]
struct Planned<T> {
    at: u64,
    number: u64,
    what: T,
}

impl<T> PartialEq for Planned<T> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}
impl<T> Eq for Planned<T> {}
impl<T> PartialOrd for Planned<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl<T> Ord for Planned<T> {
    /// The heap gives its greatest first: so the earliest is the greatest.
    fn cmp(&self, other: &Self) -> Ordering {
        (other.at, other.number).cmp(&(self.at, self.number))
    }
}

/// Times are nanoseconds on the twin's clock.
#[derive(Debug)]
pub struct Queue<T> {
    heap: BinaryHeap<Planned<T>>,
    planned: u64,
}

impl<T> Default for Queue<T> {
    fn default() -> Self {
        Queue { heap: BinaryHeap::new(), planned: 0 }
    }
}

impl<T> Queue<T> {
    pub fn plan(&mut self, at: u64, what: T) {
        self.heap.push(Planned { at, number: self.planned, what });
        self.planned += 1;
    }
    /// The moment of the next thing.
    pub fn next(&self) -> Option<u64> {
        self.heap.peek().map(|p| p.at)
    }
    /// The next thing, if it is due by `until`.
    pub fn take(&mut self, until: u64) -> Option<(u64, T)> {
        if self.next()? > until {
            return None;
        }
        self.heap.pop().map(|p| (p.at, p.what))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_due_first_comes_first_and_equals_in_the_order_planned() {
        let mut queue = Queue::default();
        for (n, at) in [50, 10, 50, 30, 10, 50].into_iter().enumerate() {
            queue.plan(at, n);
        }
        let order: Vec<_> = std::iter::from_fn(|| queue.take(40)).collect();
        assert_eq!(order, [(10, 1), (10, 4), (30, 3)]);
        assert_eq!(queue.next(), Some(50));
        let rest: Vec<_> = std::iter::from_fn(|| queue.take(50)).collect();
        assert_eq!(rest, [(50, 0), (50, 2), (50, 5)]);
    }
}
