//! What the module tells the city's supervision: that it lives, every 20 s, and what is wrong with the post, by syslog
//! (PROTOCOL.md, section 6).
//!
//! Must not know calls or audio; what it tells of, others have to tell it.

use super::blunder::{Blunder, SHORT};
use super::failing::{FLAPS_EVERY, Failing, OF_ITS_KIND, SIGN_EARLY, SIGN_LATE, TOLD_BACK, TOLD_LATE};
use super::faults::{CountFault, Faults};
use super::flaw::{Flaw, RARER};
use super::lapse::{ALIVE_SELDOM, Lapse, SIGNS};
use super::oversight::{CHARGES_FOR, Oversight, STUMBLES};
use super::transaction::earliest;
use crate::clock::Instant;
use crate::twin::street::power::Condition;
use std::time::Duration;

/// Syslog's port at both ends.
pub const PORT: u16 = 514;
/// From one sign of life to the next.
const LIVES_EVERY: Duration = Duration::from_secs(20);
/// A server that comes back so soon was never away, and mains that flicker are no failure.
const SETTLES: Duration = Duration::from_secs(5);

/// Facility local0, and a severity (RFC 5424, 6.2.1).
#[derive(Debug, Clone, Copy)]
enum Severity {
    Alert = 129,
    Notice = 133,
    Informational = 134,
}

/// What can be wrong with a post.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    Server,
    Mains,
    Battery,
    /// Its own test has not heard the loudspeaker with the microphone.
    Sound,
}

impl Trouble {
    const ALL: [Trouble; 4] = [Trouble::Server, Trouble::Mains, Trouble::Battery, Trouble::Sound];
    const fn word(self) -> &'static str {
        match self {
            Trouble::Server => "server",
            Trouble::Mains => "mains",
            Trouble::Battery => "battery",
            Trouble::Sound => "sound",
        }
    }
}

/// Calls since power came, by what became of them.
#[derive(Debug, Default)]
struct Counters {
    answered: u32,
    unanswered: u32,
    /// The case under way: its press, and whether somebody has answered it.
    case: Option<(u32, bool)>,
    /// The press that was counted last, and as what: dialled again it is the same case.
    last: Option<(u32, bool)>,
}

/// One of them: how it is, what has been told of it, and when the difference is to be told.
#[derive(Debug, Clone, Copy, Default)]
struct Watched {
    is_there: bool,
    is_told: bool,
    due: Option<Instant>,
}

#[derive(Debug, Default)]
pub struct Supervision {
    /// Who speaks, once the firmware has said it.
    host: Option<String>,
    link: bool,
    next_sign: Option<Instant>,
    watched: [Watched; 4],
    counters: Counters,
    fault: Option<CountFault>,
    failing: Option<Failing>,
    lapse: Option<Lapse>,
    pub flaw: Option<Flaw>,
    pub blunder: Option<Blunder>,
    pub oversight: Option<Oversight>,
    /// Planted: mains that went are told when they are back.
    lost_mains: bool,
    /// What was told once: planted.
    told_once: [bool; 4],
    /// Signs of life so far, and what a talkative one says at its start.
    signs: u32,
    greeting: String,
    /// Planted: what is to be taken back though it stands, and when.
    taken_back: Option<(Instant, Trouble)>,
    /// Severity and text of what is to be sent.
    out: Vec<(Severity, String)>,
    sent: Vec<Vec<u8>>,
}

impl Supervision {
    pub fn new(link: bool) -> Self {
        Supervision { link, ..Supervision::default() }
    }
    #[must_use]
    pub fn counting(self, fault: Option<CountFault>) -> Self {
        Supervision { fault, ..self }
    }
    #[must_use]
    pub fn failing(self, failing: Option<Failing>) -> Self {
        Supervision { failing, ..self }
    }
    pub fn lapsing(&mut self, lapse: Option<Lapse>, password: &str) {
        self.lapse = lapse;
        if lapse == Some(Lapse::PasswordTold) {
            self.greeting = format!(" pw={password}");
        }
    }
    /// How long a trouble has to stand, or to be gone.
    fn settles(&self) -> Duration {
        if self.failing == Some(Failing::TroubleToldLate) { TOLD_LATE } else { SETTLES }
    }
    fn lives_every(&self) -> Duration {
        match self.failing {
            Some(Failing::SignsLate) => SIGN_LATE,
            Some(Failing::SignsEarly) => SIGN_EARLY,
            _ if self.lapse == Some(Lapse::SignsLeisurely) => ALIVE_SELDOM,
            _ if self.oversight == Some(Oversight::SignsStumble) && self.signs % STUMBLES.0 == 3 => LIVES_EVERY + STUMBLES.1,
            _ if self.flaw == Some(Flaw::SignsGrowRare) => LIVES_EVERY + RARER * self.signs,
            _ => LIVES_EVERY,
        }
    }
    /// A call is made for this press.
    pub fn dialled(&mut self, press: u32) {
        self.counters.case = Some((press, false));
    }
    /// A defective one takes a talk back that was short.
    pub fn unanswered(&mut self) {
        if let Some((_, is_answered)) = &mut self.counters.case {
            *is_answered = false;
        }
    }
    /// A defective one counts the first operator's telephone as a case of its own.
    pub fn escalated(&mut self) {
        self.counters.unanswered += u32::from(self.oversight == Some(Oversight::EscalatedTwice));
    }
    fn tell_mains_behind(&mut self, has_mains: bool) {
        let had_lost = std::mem::replace(&mut self.lost_mains, !has_mains);
        if had_lost && has_mains {
            self.say(Severity::Alert, "FAULT mains");
            self.say(Severity::Notice, "CLEAR mains");
        }
    }
    pub fn answered(&mut self) {
        if let Some((_, is_answered)) = &mut self.counters.case {
            *is_answered = true;
        }
    }
    /// The call is over. One that was lost and is made again stays one case: answered, if it ever was.
    pub fn call_ended(&mut self) {
        let Counters { answered, unanswered, case, last } = &mut self.counters;
        let Some((press, is_answered)) = case.take() else { return };
        let counts_twice = self.failing == Some(Failing::CountsDialling);
        let before = last.filter(|(counted, _)| *counted == press && !counts_twice).map(|(_, was)| was);
        match (before, is_answered) {
            (None, true) => *answered += 1,
            (None, false) => *unanswered += 1,
            (Some(false), true) => (*answered, *unanswered) = (*answered + 1, unanswered.saturating_sub(1)),
            (Some(_), _) => return,
        }
        *last = Some((press, is_answered));
        if is_answered || self.fault != Some(CountFault::WithholdsUnanswered) {
            self.tell_counts();
        }
    }
    fn tell_counts(&mut self) {
        let (answered, unanswered) = (self.counters.answered, self.counters.unanswered);
        let (calls, answered, unanswered) = match self.fault {
            None | Some(CountFault::WithholdsUnanswered) => (answered + unanswered, answered, unanswered),
            Some(CountFault::ForgetsUnanswered) => (answered, answered, 0),
            Some(CountFault::TakesAllForAnswered) => (answered + unanswered, answered + unanswered, 0),
            Some(CountFault::StopsAt(most)) => ((answered + unanswered).min(most), answered.min(most), unanswered.min(most)),
            Some(CountFault::Untold) => return,
        };
        let is_exchanged = self.flaw == Some(Flaw::CountsExchanged);
        let (answered, unanswered) = if is_exchanged { (unanswered, answered) } else { (answered, unanswered) };
        self.say(Severity::Informational, &format!("COUNT calls={calls} answered={answered} unanswered={unanswered}"));
    }
    /// The first thing that a module says, as soon as it has a name: whatever it told in an earlier life is void.
    pub fn identify(&mut self, at: Instant, host: &str) {
        // A firmware that starts anew counts its presses anew.
        self.counters.last = None;
        if self.host.replace(host.to_owned()).is_none() {
            let start = format!("START{}", self.greeting);
            if self.oversight != Some(Oversight::StartUntold) {
                self.say(Severity::Notice, &start);
            }
            if self.oversight == Some(Oversight::BatteryWeakAtStart) {
                self.say(Severity::Alert, "FAULT battery");
                self.taken_back = Some((at + CHARGES_FOR, Trouble::Battery));
            }
            self.tell_counts();
            self.next_sign = Some(at);
            // Until a server has answered there is none.
            self.set(at, Trouble::Server, true);
        }
    }
    pub fn is_linked(&self) -> bool {
        self.link
    }
    pub fn set_link(&mut self, at: Instant, up: bool) {
        self.link = up;
        if up {
            self.next_sign = self.host.is_some().then_some(at);
            let settled = if self.lapse == Some(Lapse::CutIsServerFault) { at } else { at + self.settles() };
            for watched in &mut self.watched {
                watched.due = watched.due.map(|due| due.max(settled));
            }
            self.come_back();
        }
    }
    /// What a defective one makes of its link's return.
    fn come_back(&mut self) {
        if self.lapse == Some(Lapse::CountersAnewAfterCut) {
            self.counters = Counters::default();
        }
        match self.failing {
            Some(Failing::NamelessAfterCut) if self.host.is_some() => self.host = Some(OF_ITS_KIND.to_owned()),
            Some(Failing::StartsAtReturn) if self.host.is_some() => {
                self.say(Severity::Notice, "START");
                self.tell_counts();
            }
            _ => {}
        }
    }
    pub fn set(&mut self, at: Instant, trouble: Trouble, is_there: bool) {
        let is_hasty = trouble == Trouble::Mains && self.blunder == Some(Blunder::DipIsMainsFault);
        let settled = if is_hasty { at } else { at + self.settles() };
        if let Some(watched) = self.watched.get_mut(trouble as usize)
            && watched.is_there != is_there
        {
            watched.is_there = is_there;
            watched.due = (watched.is_there != watched.is_told).then_some(settled);
        }
    }
    /// Loudspeaker and microphone were tested.
    pub fn tested(&mut self, at: Instant, is_well: bool) {
        self.say(Severity::Informational, if is_well { "TEST ok" } else { "TEST failed" });
        self.set(at, Trouble::Sound, !is_well);
    }
    pub fn has_case(&self) -> bool {
        self.counters.case.is_some()
    }
    /// A post without a battery has nobody to tell of its mains.
    pub fn set_supply(&mut self, at: Instant, condition: Condition) {
        if let Some(is_sound) = condition.battery {
            if self.oversight == Some(Oversight::MainsToldAtReturn) {
                self.tell_mains_behind(condition.has_mains);
            } else {
                self.set(at, Trouble::Mains, !condition.has_mains);
            }
            let is_healed = condition.has_mains && self.flaw == Some(Flaw::MainsHealBattery);
            self.set(at, Trouble::Battery, !is_sound && !is_healed);
        }
    }
    pub fn next_wake(&self) -> Option<Instant> {
        if !self.link && self.oversight == Some(Oversight::ToldIntoCut) {
            return self.watched.iter().fold(None, |wake, watched| earliest(wake, watched.due));
        }
        if !self.link || self.host.is_none() {
            return None;
        }
        let taken_back = self.taken_back.map(|(due, _)| due);
        self.watched.iter().fold(earliest(self.next_sign, taken_back), |wake, watched| earliest(wake, watched.due))
    }
    /// `time`: what the module takes it to be, as a message bears it; `None`: it does not know.
    pub fn wake(&mut self, at: Instant, faults: &Faults, time: impl Fn() -> Option<String>) {
        self.tell(at, faults);
        // What cannot leave now leaves when the link is back.
        if self.out.is_empty() || !self.link {
            return;
        }
        let is_small = self.flaw == Some(Flaw::NamedSmall);
        let host = self
            .host
            .as_deref()
            .map_or("-".to_owned(), |host| if is_small { host.to_ascii_lowercase() } else { host.to_owned() });
        // A post whose clock nobody has set gives no time.
        let time = time().unwrap_or_else(|| "-".to_owned());
        let is_structured = self.failing == Some(Failing::SyslogStructured);
        let origin = if is_structured { "217 told [timeQuality tzKnown=\"1\" isSynced=\"0\"]" } else { "- - -" };
        let is_old = self.oversight == Some(Oversight::OldForm);
        let mark = if self.oversight == Some(Oversight::MarksText) { "\u{feff}" } else { "" };
        let worded = |(severity, text): (Severity, String)| match is_old {
            true => format!("<{}>Jan  1 00:00:00 {host} sos-post: {text}", severity as u8),
            false => format!("<{}>1 {time} {host} sos-post {origin} {mark}{text}", severity as u8),
        };
        let most = if self.blunder == Some(Blunder::NoticesShort) { SHORT } else { usize::MAX };
        self.sent.extend(self.out.drain(..).map(|one| worded(one).into_bytes().into_iter().take(most).collect::<Vec<u8>>()));
    }
    fn tell(&mut self, at: Instant, faults: &Faults) {
        if !self.link && self.oversight == Some(Oversight::ToldIntoCut) {
            for watched in self.watched.iter_mut().filter(|watched| watched.due.is_some_and(|due| due <= at)) {
                (watched.is_told, watched.due) = (watched.is_there, None);
            }
        }
        if !self.link || self.host.is_none() {
            return;
        }
        for trouble in Trouble::ALL {
            let Some(watched) = self.watched.get_mut(trouble as usize) else { continue };
            if watched.due.take_if(|due| *due <= at).is_none() {
                continue;
            }
            let is_there = watched.is_there;
            watched.is_told = is_there;
            let hides = trouble == Trouble::Battery && faults.hides_battery || !is_there && faults.never_clears;
            let alert = if self.lapse == Some(Lapse::FaultIsInformation) { Severity::Informational } else { Severity::Alert };
            let (severity, word) = if is_there { (alert, "FAULT") } else { (Severity::Notice, "CLEAR") };
            let is_mistaken = trouble == Trouble::Battery && self.lapse == Some(Lapse::BatteryToldAsMains);
            let hides = hides || self.is_kept_back(trouble, is_there);
            if !hides {
                let named = if is_mistaken { Trouble::Mains } else { trouble };
                self.say(severity, &format!("{word} {}", named.word()));
            }
            self.plan_taking_back(at, trouble, is_there);
        }
        if let Some((_, trouble)) = self.taken_back.take_if(|(due, _)| *due <= at) {
            self.take_back(at, trouble);
        }
        if self.next_sign.is_some_and(|due| due <= at) {
            self.next_sign = Some(at + self.lives_every());
            let pauses = self.failing == Some(Failing::SignsPauseInTrouble) && self.watched.iter().any(|watched| watched.is_told);
            let pauses = pauses || self.blunder == Some(Blunder::SilentInTalk) && self.counters.case.is_some();
            self.signs += 1;
            let ceased = self.lapse == Some(Lapse::SignsCease) && self.signs > SIGNS;
            if !faults.gives_no_sign && !pauses && !ceased {
                self.say(Severity::Informational, "ALIVE");
            }
        }
    }
    /// What stands is taken back later, by a defective one; what is gone is not.
    fn plan_taking_back(&mut self, at: Instant, trouble: Trouble, is_there: bool) {
        let after = match self.failing {
            Some(Failing::TroubleFlaps) => FLAPS_EVERY,
            Some(Failing::MainsToldBack) if trouble == Trouble::Mains => TOLD_BACK,
            _ => return,
        };
        self.taken_back = is_there.then_some((at + after, trouble));
    }
    fn take_back(&mut self, at: Instant, trouble: Trouble) {
        self.say(Severity::Notice, &format!("CLEAR {}", trouble.word()));
        if self.failing == Some(Failing::TroubleFlaps) {
            self.say(Severity::Alert, &format!("FAULT {}", trouble.word()));
            self.plan_taking_back(at, trouble, true);
        }
    }
    pub fn take_messages(&mut self) -> Vec<Vec<u8>> {
        std::mem::take(&mut self.sent)
    }
    /// A defective one keeps some changes to itself.
    fn is_kept_back(&mut self, trouble: Trouble, is_there: bool) -> bool {
        match self.flaw {
            Some(Flaw::MainsReturnUntold) => trouble == Trouble::Mains && !is_there,
            Some(Flaw::FaultsToldOnce) if is_there => {
                self.told_once.get_mut(trouble as usize).is_some_and(|told| std::mem::replace(told, true))
            }
            _ => false,
        }
    }
    fn say(&mut self, severity: Severity, text: &str) {
        let severity = if self.flaw == Some(Flaw::AllAlerts) { Severity::Alert } else { severity };
        self.out.push((severity, text.to_owned()));
    }
}

#[cfg(test)]
mod tests;
