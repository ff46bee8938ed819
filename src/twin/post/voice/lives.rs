//! What a module keeps over a power failure, and what defective ones lose by it: from one power-on to the next is a
//! life.
//!
//! Must not know signalling or audio.

use super::Voice;
use super::lapse::{DIP, FAINT_DB, Lapse};
use crate::clock::Instant;
use std::time::Duration;

/// A life that was cut off before this is a short one.
const SHORT: Duration = Duration::from_secs(10);
/// The password with which modules of this make leave the factory.
const OF_THE_FACTORY: &str = "admin";

/// What stands in no volatile memory.
#[derive(Debug, Default)]
pub(super) struct Lives {
    began: Option<Instant>,
    /// Short lives in a row.
    short: u32,
    /// When the last one ended.
    ended: Option<Instant>,
    /// How often the link has gone in this life.
    links_lost: u32,
    /// How often power has come.
    starts: u32,
}

impl Lives {
    /// Before this one.
    pub fn starts(&self) -> u32 {
        self.starts.saturating_sub(1)
    }
}

impl Voice {
    /// Power comes or goes.
    pub(super) fn live(&mut self, at: Instant, on: bool) {
        if on {
            if self.lives.began.is_none() {
                self.lives.began = Some(at);
                self.lives.links_lost = 0;
                self.lives.starts += 1;
            }
            return;
        }
        let Some(began) = self.lives.began.take() else { return };
        let lasted = at.since(began);
        self.lives.ended = Some(at);
        self.lives.short = if lasted < SHORT { self.lives.short + 1 } else { 0 };
        let faults = &self.config.faults;
        let worn = faults.resets_after_short_lives > 0 && self.lives.short >= faults.resets_after_short_lives;
        let torn = faults.saves_between.is_some_and(|(from, to)| (from..to).contains(&lasted));
        if faults.lapses(Lapse::FaintAfterPowerFailure) {
            self.config.speaker_gain_db = FAINT_DB;
        }
        if worn || torn {
            OF_THE_FACTORY.clone_into(&mut self.config.password);
        }
    }
    /// A defective module hangs when it was without power for a moment only.
    pub(super) fn is_upset(&self, at: Instant) -> bool {
        let dip = self.lives.ended.is_some_and(|ended| at.since(ended) < DIP);
        dip && self.config.faults.lapses(Lapse::HangsAfterDip)
    }
    /// The link has gone once more.
    pub(super) fn is_worn_out_by_flaps(&mut self) -> bool {
        self.lives.links_lost += 1;
        let most = self.config.faults.hangs_after_flaps;
        most > 0 && self.lives.began.is_some() && self.lives.links_lost >= most
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Config, Faults};
    use super::*;
    use std::net::{IpAddr, Ipv4Addr, SocketAddr};

    fn voice(change: impl FnOnce(&mut Faults)) -> Voice {
        let server = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 5060);
        let mut config = Config::new(server.ip(), server, "secret");
        change(&mut config.faults);
        Voice::new(config)
    }
    /// Lives of so many milliseconds, a second apart; is the password still there?
    fn remembers(mut voice: Voice, lives: &[u64]) -> bool {
        let mut now = Instant::ZERO;
        for life in lives {
            voice.live(now, true);
            now = now + Duration::from_millis(*life);
            voice.live(now, false);
            now = now + Duration::from_secs(1);
        }
        voice.config.password == "secret"
    }

    #[test]
    fn a_sound_module_keeps_its_settings_through_any_lives() {
        assert!(remembers(voice(|_| {}), &[1, 20, 4200, 4200, 4200, 4200, 4200, 30_000]));
    }

    #[test]
    fn only_short_lives_in_a_row_and_only_a_cut_while_it_writes_are_forgotten() {
        let worn = |lives: &[u64]| !remembers(voice(|f| f.resets_after_short_lives = 3), lives);
        assert_eq!([worn(&[500, 500]), worn(&[500, 500, 11_000, 500]), worn(&[500; 3])], [false, false, true]);
        let writes = Some((Duration::from_millis(4000), Duration::from_millis(4500)));
        let torn = |lives: &[u64]| !remembers(voice(|f| f.saves_between = writes), lives);
        assert_eq!([torn(&[3999, 4500]), torn(&[4000]), torn(&[4499])], [false, true, true]);
    }

    #[test]
    fn a_link_wears_a_module_out_within_one_life_only() {
        let mut voice = voice(|f| f.hangs_after_flaps = 3);
        let at = Instant::from_nanos;
        voice.live(at(0), true);
        assert_eq!([voice.is_worn_out_by_flaps(), voice.is_worn_out_by_flaps()], [false, false]);
        voice.live(at(1), false);
        voice.live(at(2), true);
        assert_eq!([0, 1, 2].map(|_| voice.is_worn_out_by_flaps()), [false, false, true]);
    }
}
