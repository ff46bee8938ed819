//! What the far end is told of a case, and whom of the two operators it goes to.
//!
//! Must not place a call: the agent does.

use super::{Agent, Dialled};
use crate::twin::post::voice::failing::Failing;
use crate::twin::post::voice::flaw::Flaw;
use crate::twin::post::voice::habit::Habit;
use crate::twin::post::voice::oversight::Oversight;

/// As posts leave the factory.
const UNNAMED: &str = "SOS-0000";

impl Agent {
    /// A press that the firmware wants called.
    pub(super) fn take_up(&mut self, press: u32, delayed: bool) {
        let Dialled { press: before, delayed: was_delayed, at_second, .. } = self.dialled;
        let delayed = delayed || was_delayed && self.faults.quirks.delayed_flag_sticks;
        let at_second =
            at_second && self.faults.has(Habit::StaysWithSecond) || delayed && self.faults.is_flawed(Flaw::KeptToSecond);
        self.dialled = Dialled { press, before, delayed, at_second, failed_over: false };
    }
    pub(super) fn called(&self) -> String {
        let second = self.second.clone().filter(|_| self.dialled.at_second);
        second.or(self.faults.wrong_destination.clone()).unwrap_or_else(|| self.operator.clone())
    }
    pub(super) fn extra(&mut self) -> Vec<(&'static str, String)> {
        self.stack.is_bare = self.dialled.at_second && self.faults.fails(Failing::PlainForSecond);
        let account = &self.stack.account;
        let is_unnamed = self.was_unlinked && self.faults.has(Habit::ForgetsName);
        let user = if is_unnamed { UNNAMED } else { account.user() }.to_owned();
        let uri = account.at_server(account.user());
        let is_ordinary = self.faults.low_priority || self.dialled.delayed && self.faults.has(Habit::BelittlesKept);
        let is_ordinary = is_ordinary || self.belittles();
        let mut extra = vec![
            ("P-Asserted-Identity", format!("\"{user}\" <{uri}>")),
            ("X-SOS-Post", user),
            ("X-SOS-Press", if self.faults.quirks.number_behind { self.dialled.before } else { self.dialled.press }.to_string()),
            ("Priority", if is_ordinary { "normal" } else { "emergency" }.to_owned()),
        ];
        extra.extend(self.dialled.delayed.then(|| ("X-SOS-Delayed", "yes".to_owned())));
        if self.dialled.at_second && self.faults.overlooks(Oversight::UnflaggedAtSecond) {
            extra.retain(|(name, _)| *name != "X-SOS-Delayed");
        }
        if self.stack.account.away && self.faults.is_flawed(Flaw::UnnamedAtBackup) {
            extra.retain(|(name, _)| *name != "X-SOS-Post");
        }
        let is_untold = self.dialled.at_second && self.faults.quirks.second_untold;
        if is_untold { Vec::new() } else { extra }
    }
    /// A defective module takes some emergencies for ordinary calls.
    fn belittles(&self) -> bool {
        let Dialled { press, before, .. } = self.dialled;
        match self.faults.failing {
            Some(Failing::ThirdIsOrdinary) => press % 3 == 0,
            Some(Failing::RedialIsOrdinary) => press == before,
            Some(Failing::OrdinaryAtBackup) => self.stack.account.away,
            _ => false,
        }
    }
}
