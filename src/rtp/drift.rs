//! How a playout follows a far end whose sample clock runs faster or slower than ours: by single frames, as telephones
//! do, so that its delay neither grows nor is used up in a talk of an hour.
//!
//! What the network adds varies from packet to packet but has a floor: the packet that was least delayed. Where that
//! floor moves, the clocks do. Must not know sockets, payloads or statistics.

/// Packets over which the floor is taken: 10 s of them, so that even in heavy jitter some pass undelayed.
const WINDOW: u32 = 500;
/// Frames (5 ms) by which the floor may move before it is followed: no talk of less than two minutes is touched by a
/// clock that is 40 ppm off.
const BAND: i64 = 40;
/// One frame in so many packets: up to 250 ppm are followed, more than a telephone's clock may be off.
const SPACING: u32 = 25;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    Keep,
    /// This packet and all after it are to be heard one frame earlier.
    Earlier,
    /// One frame later.
    Later,
}

#[derive(Debug, Clone, Default)]
pub struct Drift {
    /// The longest wait in the first window after the stream began, in frames.
    floor: Option<i64>,
    /// The longest wait in the window under way, and how many packets it has.
    longest: Option<i64>,
    packets: u32,
    /// Frames still to be gone in this window, earlier if positive.
    owed: i64,
}

impl Drift {
    /// `wait`: frames between a packet's reception and its turn; negative if that had passed.
    pub fn observe(&mut self, wait: i64) -> Step {
        self.longest = Some(self.longest.map_or(wait, |longest| longest.max(wait)));
        self.packets += 1;
        if self.packets == WINDOW {
            self.close();
        }
        if self.owed == 0 || !self.packets.is_multiple_of(SPACING) {
            return Step::Keep;
        }
        let step = if self.owed > 0 { Step::Earlier } else { Step::Later };
        self.owed -= self.owed.signum();
        step
    }

    fn close(&mut self) {
        self.packets = 0;
        let Some(longest) = self.longest.take() else { return };
        let moved = longest - *self.floor.get_or_insert(longest);
        let most = i64::from(WINDOW / SPACING);
        self.owed = if moved.abs() > BAND { moved.clamp(-most, most) } else { 0 };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The waits after `packets` whose clock is `ppm` fast, each delayed by the network as `delay` says in frames: the
    /// last floor, and the steps made.
    fn follow(ppm: f64, packets: u32, delay: impl Fn(u32) -> i64) -> (i64, i64) {
        let (mut drift, mut earlier) = (Drift::default(), 0);
        for n in 0..packets {
            let wait = 320 + (f64::from(n) * 160.0 * ppm * 1e-6) as i64 - earlier - delay(n);
            earlier += match drift.observe(wait) {
                Step::Keep => 0,
                Step::Earlier => 1,
                Step::Later => -1,
            };
        }
        (320 + (f64::from(packets) * 160.0 * ppm * 1e-6) as i64 - earlier, earlier)
    }

    #[test]
    fn an_hour_of_a_clock_that_is_off_keeps_its_depth_within_eight_milliseconds() {
        for ppm in [-200.0, -30.0, 30.0, 200.0] {
            let (depth, _) = follow(ppm, 180_000, |n| i64::from(n * 7919 % 240));
            assert!((depth - 320).abs() <= 64, "{ppm} ppm: {depth} frames");
        }
    }

    #[test]
    fn jitter_alone_and_a_short_talk_are_left_as_they_are() {
        assert_eq!(follow(0.0, 180_000, |n| i64::from(n * 7919 % 240)).1, 0);
        assert_eq!(follow(40.0, 6_000, |_| 0).1, 0);
    }

    #[test]
    fn another_route_is_followed_slowly() {
        // 20 ms more from the second minute on.
        let (depth, steps) = follow(0.0, 12_000, |n| if n < 3_000 { 0 } else { 160 });
        assert!((-160..=-120).contains(&steps), "{steps} steps");
        assert_eq!(depth, 320 - steps);
    }
}
