//! What has been done to the post in the scenario under way, in one list: what, when, and by what that is proved.

use crate::bench::{Moment, TrialImage};
use std::mem::discriminant;

/// Something that was done to the post, or by its operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    /// The button, held as a finger holds it.
    Press,
    /// The button was let go that had been held down.
    LetGo,
    /// The button's contact, too short for a finger.
    Pulse,
    Fibre {
        connected: bool,
    },
    Mains {
        on: bool,
    },
    /// The post's own.
    Battery {
        connected: bool,
    },
    /// The leads of the post's own loudspeaker and microphone.
    Loudspeaker {
        connected: bool,
    },
    Microphone {
        connected: bool,
    },
    /// The post's own test of both is near.
    OwnTestDue,
    Servers {
        answering: bool,
    },
    /// The second of them.
    Backup {
        answering: bool,
    },
    /// What the operator describes.
    Sound {
        is_plain: bool,
    },
    /// Shown by the servers.
    Certificate {
        is_own: bool,
    },
    /// The camera system: events are taken, and that is said at once.
    Cameras {
        taking: bool,
    },
    /// Who gives the post its address, and which.
    AddressServer {
        answering: bool,
    },
    OtherAddress,
    /// Who tells the post where its servers are, and what.
    NameServer {
        answering: bool,
    },
    Names {
        exchanged: bool,
    },
    /// Who tells the post the time.
    TimeServer {
        right: bool,
    },
    /// The rig's image was written, and the post started with it.
    Write,
    /// The firmware was started anew through the debug port.
    Restart,
    /// Its main program was led into an endless loop through the debug port.
    Hang,
    /// An image was put on trial in the second slot, and the post started with it.
    Trial {
        which: TrialImage,
    },
    /// A talk was set up by hejnal itself; presses before it are no longer counted.
    Talk,
    /// The operator ended a call.
    HangUp,
}

/// What shows that a deed was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Proof {
    /// Its circuit's sense input.
    Sense,
    /// What came of it: the tone through the contact, the writing that broke off, the image that verified, the call
    /// that was confirmed.
    Effect,
    /// Whoever did it stamped it where it left.
    Stamp,
    /// Nothing but the command: no figure may rest on it.
    Command,
}

#[derive(Debug, Clone, Copy)]
struct Deed {
    what: What,
    at: Moment,
    proof: Proof,
}

/// The deeds of a scenario, in order.
#[derive(Debug, Default)]
pub(super) struct Deeds(Vec<Deed>);

impl Deeds {
    pub fn clear(&mut self) {
        self.0.clear();
    }

    pub fn add(&mut self, what: What, at: Moment, proof: Proof) {
        self.0.push(Deed { what, at, proof });
    }

    /// All of them, in order.
    pub fn all(&self) -> impl Iterator<Item = (Moment, What)> {
        self.0.iter().map(|deed| (deed.at, deed.what))
    }

    /// When this was done last, unless its contrary has been done since (a fibre that was cut again has not returned)
    /// or nothing proves it.
    pub fn last(&self, what: What) -> Option<Moment> {
        let last = self.0.iter().rev().find(|deed| discriminant(&deed.what) == discriminant(&what))?;
        (last.what == what && last.proof != Proof::Command).then_some(last.at)
    }

    /// When an image was last put on trial, and which.
    pub fn trial(&self) -> Option<(Moment, TrialImage)> {
        let trial = |deed: &Deed| match deed.what {
            What::Trial { which } => Some((deed.at, which)),
            _ => None,
        };
        self.0.iter().rev().find_map(trial)
    }

    /// When the button's contact was last moved, be it too briefly for a finger.
    pub fn last_contact(&self) -> Option<Moment> {
        let moves = |deed: &&Deed| matches!(deed.what, What::Press | What::LetGo | What::Pulse);
        self.0.iter().rev().find(moves).map(|deed| deed.at)
    }

    /// By what the last such deed is proved.
    pub fn proof(&self, what: What) -> Option<Proof> {
        self.0.iter().rev().find(|deed| deed.what == what).map(|deed| deed.proof)
    }

    /// Whether such a deed has ever been proved by its effect in this scenario: what it is done through leads to the
    /// post.
    pub fn ever_took_effect(&self, what: What) -> bool {
        self.0.iter().any(|deed| deed.what == what && deed.proof == Proof::Effect)
    }

    /// Whether fibre or servers had been taken away at a moment.
    pub fn was_cut_off(&self, at: Moment) -> bool {
        let before = || self.0.iter().rev().filter(|deed| deed.at.seconds <= at.seconds);
        let last = |of: What| before().find(|deed| discriminant(&deed.what) == discriminant(&of)).map(|deed| deed.what);
        last(What::Fibre { connected: false }) == Some(What::Fibre { connected: false })
            || last(What::Servers { answering: false }) == Some(What::Servers { answering: false })
    }

    /// The presses that count: those since the last pulses or the last talk that was set up.
    pub fn presses(&self) -> impl DoubleEndedIterator<Item = Moment> {
        let anew = self.0.iter().rposition(|deed| matches!(deed.what, What::Pulse | What::Talk));
        let counted = self.0.get(anew.map_or(0, |anew| anew + 1)..).unwrap_or_default();
        counted.iter().filter(|deed| deed.what == What::Press && deed.proof != Proof::Command).map(|deed| deed.at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One deed a second, from 0 s on.
    fn deeds(list: &[(What, Proof)]) -> Deeds {
        let mut deeds = Deeds::default();
        for (second, (what, proof)) in list.iter().enumerate() {
            deeds.add(*what, Moment { seconds: second as f64, uncertainty: 0.0 }, *proof);
        }
        deeds
    }
    const CUT: (What, Proof) = (What::Fibre { connected: false }, Proof::Sense);
    const RETURNED: (What, Proof) = (What::Fibre { connected: true }, Proof::Sense);

    #[track_caller]
    fn check_last(list: &[(What, Proof)], what: What, expected: Option<f64>) {
        assert_eq!(deeds(list).last(what).map(|at| at.seconds), expected, "{list:?}");
    }

    #[test]
    fn a_deed_stands_until_its_contrary_and_only_if_it_was_proved() {
        check_last(&[], RETURNED.0, None);
        check_last(&[CUT, RETURNED], RETURNED.0, Some(1.0));
        check_last(&[CUT, RETURNED, CUT], RETURNED.0, None);
        check_last(&[CUT, RETURNED, (What::Mains { on: false }, Proof::Effect)], RETURNED.0, Some(1.0));
        check_last(&[(What::Mains { on: true }, Proof::Command)], What::Mains { on: true }, None);
        check_last(&[(What::HangUp, Proof::Stamp), (What::HangUp, Proof::Stamp)], What::HangUp, Some(1.0));
    }

    #[test]
    fn an_effect_seen_once_is_remembered_beyond_deeds_that_left_none() {
        let on = What::Mains { on: true };
        assert!(!deeds(&[(on, Proof::Sense), CUT, RETURNED]).ever_took_effect(on));
        assert!(deeds(&[(on, Proof::Effect), CUT, (on, Proof::Sense)]).ever_took_effect(on));
    }

    #[test]
    fn the_last_image_on_trial_is_the_one_that_counts() {
        let trial = |which| (What::Trial { which }, Proof::Effect);
        let tried = |list: &[(What, Proof)]| deeds(list).trial().map(|(at, which)| (at.seconds, which));
        assert_eq!(tried(&[CUT]), None);
        assert_eq!(tried(&[trial(TrialImage::Bad), trial(TrialImage::Good), CUT]), Some((1.0, TrialImage::Good)));
    }

    #[test]
    fn a_press_between_a_cut_and_the_return_had_no_way_to_call() {
        let silent = (What::Servers { answering: false }, Proof::Stamp);
        let list = deeds(&[(What::Press, Proof::Effect), CUT, (What::Press, Proof::Effect), RETURNED, silent]);
        let at = |seconds: f64| list.was_cut_off(Moment { seconds, uncertainty: 0.0 });
        assert_eq!([0.0, 1.0, 2.5, 3.0, 3.5, 4.0].map(at), [false, true, true, false, false, true]);
    }

    #[track_caller]
    fn check_presses(list: &[(What, Proof)], expected: &[f64]) {
        assert_eq!(deeds(list).presses().map(|at| at.seconds).collect::<Vec<_>>(), expected, "{list:?}");
    }

    #[test]
    fn presses_count_from_the_last_pulse_or_talk_on() {
        let (press, pulse, talk) = ((What::Press, Proof::Effect), (What::Pulse, Proof::Command), (What::Talk, Proof::Effect));
        check_presses(&[], &[]);
        check_presses(&[press, CUT, press], &[0.0, 2.0]);
        check_presses(&[press, pulse, press], &[2.0]);
        check_presses(&[press, talk], &[]);
        check_presses(&[(What::Press, Proof::Command), press], &[1.0]);
    }
}
