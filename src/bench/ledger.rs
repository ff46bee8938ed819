//! What one circuit's relay was told, held against what its sense input saw: every command has its change, every change
//! its command.
//!
//! Moments in, findings out. It knows neither boards nor clocks nor what the circuit is for.

use crate::clock::Instant;
use std::collections::VecDeque;
use std::time::Duration;

/// No contact takes longer to follow its command; a sense input that has not seen it by then never will.
pub(super) const FOLLOWS_WITHIN: Duration = Duration::from_millis(200);
/// When a command that nothing followed is told, by whoever has not asked for its proof before.
const OVERDUE_AFTER: Duration = Duration::from_millis(600);
/// A contact that is known to follow after some time bounces and varies by no more than this.
const BOUNCES_WITHIN: Duration = Duration::from_millis(25);
/// A command tells how long its contact takes only if the one before is over.
const CLEAN_AFTER: Duration = Duration::from_millis(60);
/// How much sooner than its command a change may seem to come: the two are stamped by different ends of one machine.
const STAMPS_AGREE_WITHIN: Duration = Duration::from_millis(1);
/// A change this shortly before a command to the same state is that command's, stamped too early.
const MEANT_BY: Duration = Duration::from_millis(100);
/// Two changes closer than this are one contact bouncing.
const ONE_CONTACT: Duration = Duration::from_micros(2500);

/// What cannot be if relay and sense are in order.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Strange {
    /// The contact moved and nobody had told it to.
    Uncommanded { at: Instant, closed: bool },
    /// The contact was seen to move before it was told to, by so many seconds.
    BeforeItsCommand { by: f64 },
}

#[derive(Debug, Clone, Copy)]
struct Command {
    at: Instant,
    closed: bool,
    /// The contact stood elsewhere before: it has to move.
    moves: bool,
    /// No other was on its way.
    is_clean: bool,
    /// Seen to have been followed, or given up.
    is_settled: bool,
}

/// How long a contact took from command to sense: the shortest and the longest of so many, in seconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Delays {
    pub count: usize,
    pub shortest: f64,
    pub longest: f64,
    sum: f64,
}

impl Delays {
    pub fn typical(&self) -> f64 {
        self.sum / self.count as f64
    }
    pub fn spread(&self) -> f64 {
        self.longest - self.shortest
    }
    fn with(before: Option<Delays>, delay: f64) -> Delays {
        match before {
            None => Delays { count: 1, shortest: delay, longest: delay, sum: delay },
            Some(Delays { count, shortest, longest, sum }) => {
                Delays { count: count + 1, shortest: shortest.min(delay), longest: longest.max(delay), sum: sum + delay }
            }
        }
    }
}

/// The commands of one circuit.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    commands: VecDeque<Command>,
    told: Option<bool>,
    /// Opening, closing.
    delays: [Option<Delays>; 2],
}

impl Ledger {
    /// What the circuit was last told.
    pub fn told(&self) -> Option<bool> {
        self.told
    }

    pub fn command(&mut self, at: Instant, closed: bool) {
        // What is long over explains nothing any more.
        while self.commands.front().is_some_and(|old| old.is_settled && at.since(old.at) > OVERDUE_AFTER * 4) {
            self.commands.pop_front();
        }
        let is_clean = self.commands.back().is_none_or(|before| at.since(before.at) > CLEAN_AFTER);
        let moves = self.told.is_some_and(|before| before != closed);
        self.told = Some(closed);
        self.commands.push_back(Command { at, closed, moves, is_clean, is_settled: !moves });
    }

    /// Takes in a change of the sense input; gives the delay from its command where that is known well. `attended`:
    /// whether the bench has run without a pause from a moment until this change was stamped; if not, the stamps say
    /// nothing of the contact.
    pub fn changed(&mut self, at: Instant, closed: bool, attended: impl Fn(Instant) -> bool) -> Result<Option<f64>, Strange> {
        let latest = at + STAMPS_AGREE_WITHIN;
        let is_own = |command: &&mut Command| {
            !command.is_settled && command.closed == closed && command.at <= latest && at.since(command.at) <= FOLLOWS_WITHIN
        };
        if let Some(own) = self.commands.iter_mut().find(is_own) {
            own.is_settled = true;
            let delay = at.seconds_after(own.at);
            if !own.is_clean || !attended(own.at) {
                return Ok(None);
            }
            let known = &mut self.delays[usize::from(closed)];
            *known = Some(Delays::with(*known, delay));
            return Ok(Some(delay));
        }
        let explains = |command: &Command| command.at <= latest && at.since(command.at) <= self.reach(command.closed);
        if self.commands.iter().any(explains) {
            return Ok(None);
        }
        let meant = self.commands.iter_mut().find(|command| command.closed == closed && command.at > at && command.moves);
        let strange = match meant.filter(|meant| meant.at.since(at) <= MEANT_BY) {
            Some(meant) => {
                meant.is_settled = true;
                Strange::BeforeItsCommand { by: meant.at.seconds_after(at) }
            }
            None => Strange::Uncommanded { at, closed },
        };
        if attended(at - FOLLOWS_WITHIN) { Err(strange) } else { Ok(None) }
    }

    /// How long after a command a change may still be its doing.
    fn reach(&self, closed: bool) -> Duration {
        let known = self.delays[usize::from(closed)];
        known.map_or(FOLLOWS_WITHIN, |delays| Duration::from_secs_f64(delays.longest.max(0.0)) + BOUNCES_WITHIN)
    }

    /// A command that nothing has followed for too long: when it was given, and what for. Told until somebody settles
    /// it.
    pub fn overdue(&self, now: Instant) -> Option<(Instant, bool)> {
        let late = self.commands.iter().find(|command| !command.is_settled && now.since(command.at) > OVERDUE_AFTER)?;
        Some((late.at, late.closed))
    }

    /// Nothing has followed a command: where the contact stands is not known any more.
    pub fn give_up(&mut self) {
        self.commands.iter_mut().for_each(|command| command.is_settled = true);
        self.told = None;
    }

    /// Whoever asked for the proof of the last command has been answered, and the contact was read back.
    pub fn settle(&mut self, closed: bool) {
        self.commands.iter_mut().for_each(|command| command.is_settled = true);
        self.told = Some(closed);
    }

    /// How long the contact takes to open or to close.
    pub fn delays(&self, closed: bool) -> Option<Delays> {
        self.delays[usize::from(closed)]
    }
}

/// The stretches in which a contact was closed, out of its changes in order, bounces left out. One that is still closed
/// has no end and is none.
pub(super) fn closures(changes: &[(Instant, bool)]) -> Vec<(Instant, Instant)> {
    let mut found: Vec<(Instant, Instant)> = Vec::new();
    let mut closed_at = None;
    for (at, closed) in changes {
        match (closed_at, closed) {
            (None, true) => match found.last() {
                Some((began, ended)) if at.since(*ended) < ONE_CONTACT => {
                    closed_at = Some(*began);
                    found.pop();
                }
                _ => closed_at = Some(*at),
            },
            (Some(began), false) => {
                found.push((began, *at));
                closed_at = None;
            }
            (Some(_), true) | (None, false) => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn ms(ms: u64) -> Instant {
        Instant::from_nanos(ms * 1_000_000)
    }

    /// Told to open at 0 and seen so, then each command and each change in turn.
    #[track_caller]
    fn check(
        commands: &[(u64, bool)],
        changes: &[(u64, bool)],
        expected: &[Result<Option<f64>, Strange>],
        overdue: Option<bool>,
    ) {
        let mut ledger = Ledger::default();
        ledger.command(ms(0), false);
        commands.iter().for_each(|(at, closed)| ledger.command(ms(*at), *closed));
        let found: Vec<_> = changes.iter().map(|(at, closed)| ledger.changed(ms(*at), *closed, |_| true)).collect();
        assert_eq!(found, expected);
        assert_eq!(ledger.overdue(ms(5000)).map(|(_, closed)| closed), overdue);
    }
    const STRANGE: fn(u64, bool) -> Result<Option<f64>, Strange> = |at, closed| Err(Strange::Uncommanded { at: ms(at), closed });

    #[test]
    fn a_change_belongs_to_its_command_and_bounces_to_the_change() {
        check(&[(1000, true)], &[(1007, true), (1008, false), (1009, true)], &[Ok(Some(0.007)), Ok(None), Ok(None)], None);
        check(&[(1000, true), (1006, false)], &[(1007, true), (1012, false)], &[Ok(Some(0.007)), Ok(None)], None);
    }

    #[test]
    fn a_contact_that_moves_of_itself_is_found_wherever_it_moves() {
        check(&[], &[(700, true), (720, false)], &[STRANGE(700, true), STRANGE(720, false)], None);
        // In the middle of a press that has been seen to begin.
        check(&[(1000, true)], &[(1005, true), (1080, false)], &[Ok(Some(0.005)), STRANGE(1080, false)], None);
    }

    #[test]
    fn what_was_not_followed_is_told_only_if_something_had_to_move() {
        check(&[(1000, true)], &[], &[], Some(true));
        check(&[(1000, false)], &[], &[], None);
        check(&[(1000, true)], &[(1400, true)], &[STRANGE(1400, true)], Some(true));
    }

    #[test]
    fn a_change_before_its_command_accuses_its_stamp() {
        check(&[(1000, true)], &[(960, true)], &[Err(Strange::BeforeItsCommand { by: 0.04 })], None);
    }

    #[test]
    fn delays_are_taken_from_clean_moves_alone() {
        let mut ledger = Ledger::default();
        for (at, closed, seen) in
            [(0, false, 4), (1000, true, 1006), (2000, false, 2004), (3000, true, 3010), (3020, false, 3029)]
        {
            ledger.command(ms(at), closed);
            ledger.changed(ms(seen), closed, |_| true).expect("in order");
        }
        let closing = ledger.delays(true).expect("known");
        assert_eq!((closing.count, closing.shortest, closing.longest), (2, 0.006, 0.01));
        assert_eq!((closing.typical(), closing.spread()), (0.008, 0.01 - 0.006));
        assert_eq!(ledger.delays(false).map(|delays| delays.count), Some(1));
    }

    #[test]
    fn what_was_stamped_by_a_bench_that_stood_still_accuses_no_contact() {
        let mut ledger = Ledger::default();
        let mut seen = |told: Option<(u64, bool)>, at: u64, closed: bool, still_from: u64| {
            told.into_iter().for_each(|(at, closed)| ledger.command(ms(at), closed));
            ledger.changed(ms(at), closed, |from| from >= ms(still_from))
        };
        assert_eq!(seen(Some((0, false)), 5, false, 0), Ok(None), "nobody knows where it stood before");
        assert_eq!(seen(Some((1000, true)), 1080, true, 1010), Ok(None), "late, and nobody knows by how much");
        assert_eq!(seen(Some((2000, false)), 1960, false, 1970), Ok(None), "its command was stamped late");
        assert_eq!(seen(None, 2900, true, 2890), Ok(None), "long after the command that explains it");
        assert_eq!(seen(None, 3900, true, 3000), STRANGE(3900, true), "before that it stood still, and not since");
        assert_eq!((ledger.delays(true), ledger.overdue(ms(9000))), (None, None));
    }

    #[test]
    fn closures_are_counted_without_bounces() {
        let closures = |changes: &[(u64, bool)]| -> Vec<(u64, u64)> {
            let changes: Vec<_> = changes.iter().map(|(at, closed)| (ms(*at), *closed)).collect();
            let found = super::closures(&changes);
            found.iter().map(|(from, to)| (from.as_nanos() / 1_000_000, to.as_nanos() / 1_000_000)).collect()
        };
        assert_eq!(closures(&[]), []);
        assert_eq!(closures(&[(5, true), (6, false), (7, true), (12, false), (20, true), (26, false)]), [(5, 12), (20, 26)]);
        assert_eq!(closures(&[(1, false), (5, true), (10, false), (15, true)]), [(5, 10)]);
    }
}
