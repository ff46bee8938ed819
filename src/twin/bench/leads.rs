//! The leads between the relays' contacts and the post's circuits, and those to the contacts that tell of the relays.
//! Each fault of one is a lead around the sound one.
//!
//! Knows moments and whether a contact is closed, nothing of what the circuit is.

use super::boards::BoardFaults;
use super::circuit::{Circuit, LeadEnd, LeadFault};
use super::mishap::{self, Mishap};
use super::trouble::Trouble;
use std::collections::VecDeque;

/// What is at the far end of a lead.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::twin) struct AtFarEnd {
    /// It becomes closed or open now.
    pub closed: Option<bool>,
    /// Something else will be there then.
    pub looks: Option<u64>,
}

impl AtFarEnd {
    fn now(closed: bool) -> Self {
        AtFarEnd { closed: Some(closed), looks: None }
    }
}

/// What is not said of a lead here is as in the lead that it is around.
pub(in crate::twin) trait Lead: Send {
    fn inner(&mut self) -> &mut dyn Lead;
    /// How its far end stands before anything has moved, by the relay's contact.
    fn stands(&mut self, closed: bool) -> bool {
        self.inner().stands(closed)
    }
    /// The relay's contact closes or opens.
    fn moved(&mut self, at: u64, closed: bool) -> AtFarEnd {
        self.inner().moved(at, closed)
    }
    /// It is as late as was told.
    fn look(&mut self, at: u64) -> AtFarEnd {
        self.inner().look(at)
    }
}

const MS: u64 = 1_000_000;
const SLOW: u64 = 40 * MS;
const BURNS_ON: u64 = 400 * MS;
const LIVES_ON: u64 = 1500 * MS;
pub(in crate::twin) const BOUNCES: u64 = 6;
pub(in crate::twin) const BOUNCE: u64 = 5 * MS;

/// All of a bench, with these faults in them.
pub(in crate::twin) struct Leads([[Box<dyn Lead>; 2]; Circuit::ALL.len()]);

impl Leads {
    pub fn with(faults: &BoardFaults) -> Self {
        Leads(Circuit::ALL.map(|circuit| [to_post(circuit, faults), to_sense(circuit, faults)]))
    }
    pub fn lead(&mut self, circuit: Circuit, end: LeadEnd) -> &mut dyn Lead {
        let [to_post, to_sense] = &mut self.0[circuit as usize];
        match end {
            LeadEnd::Post => &mut **to_post,
            LeadEnd::Sense => &mut **to_sense,
        }
    }
}

fn to_post(circuit: Circuit, faults: &BoardFaults) -> Box<dyn Lead> {
    let lead = Wire;
    match (circuit, faults.lead, faults.trouble) {
        (Circuit::Mains, Some(LeadFault::MainsBypassed), _) | (Circuit::Fibre, Some(LeadFault::FibreBypassed), _) => {
            Box::new(Beside { lead, closed: true })
        }
        (Circuit::Loudspeaker, Some(LeadFault::LoudspeakerBypassed), _)
        | (Circuit::Microphone, Some(LeadFault::MicrophoneBypassed), _) => Box::new(Beside { lead, closed: true }),
        (Circuit::Fibre, Some(LeadFault::FibreOpen), _) => Box::new(Beside { lead, closed: false }),
        (Circuit::Button, _, Some(Trouble::ButtonLeadSlow)) => Box::new(Late { lead, closes: true, by: SLOW, since: None }),
        (Circuit::Button, _, Some(Trouble::ButtonPartsLate)) => Box::new(Late { lead, closes: false, by: BURNS_ON, since: None }),
        (Circuit::Fibre, _, Some(Trouble::FibrePartsLate)) => Box::new(Late { lead, closes: false, by: LIVES_ON, since: None }),
        _ => Box::new(lead),
    }
}

fn to_sense(circuit: Circuit, faults: &BoardFaults) -> Box<dyn Lead> {
    let lead = Wire;
    match (circuit, faults.mishap, faults.trouble) {
        (Circuit::Button, Some(Mishap::ButtonSenseDies), _) => Box::new(Parted { lead, from: mishap::FROM }),
        (Circuit::Button, _, Some(Trouble::ButtonSenseBounces)) => {
            Box::new(Bouncing { lead, closed: false, bounces: Bounces::default() })
        }
        _ => Box::new(lead),
    }
}

/// One in order.
struct Wire;

impl Lead for Wire {
    fn inner(&mut self) -> &mut dyn Lead {
        self
    }
    fn stands(&mut self, closed: bool) -> bool {
        closed
    }
    fn moved(&mut self, _: u64, closed: bool) -> AtFarEnd {
        AtFarEnd::now(closed)
    }
    fn look(&mut self, _: u64) -> AtFarEnd {
        AtFarEnd::default()
    }
}

/// The circuit does not go through the relay's contact: it is bridged, or open somewhere else.
struct Beside<L> {
    lead: L,
    closed: bool,
}

impl<L: Lead> Lead for Beside<L> {
    fn inner(&mut self) -> &mut dyn Lead {
        &mut self.lead
    }
    fn stands(&mut self, _: bool) -> bool {
        self.closed
    }
    fn moved(&mut self, _: u64, _: bool) -> AtFarEnd {
        AtFarEnd::default()
    }
}

/// Nothing gets through any more from a moment on.
struct Parted<L> {
    lead: L,
    from: u64,
}

impl<L: Lead> Lead for Parted<L> {
    fn inner(&mut self) -> &mut dyn Lead {
        &mut self.lead
    }
    fn moved(&mut self, at: u64, closed: bool) -> AtFarEnd {
        if at >= self.from { AtFarEnd::default() } else { self.lead.moved(at, closed) }
    }
}

/// Its far end closes, or opens, only when the contact has been so for a while.
struct Late<L> {
    lead: L,
    closes: bool,
    by: u64,
    /// The movement that is to follow.
    since: Option<u64>,
}

impl<L: Lead> Lead for Late<L> {
    fn inner(&mut self) -> &mut dyn Lead {
        &mut self.lead
    }
    fn moved(&mut self, at: u64, closed: bool) -> AtFarEnd {
        self.since = (closed == self.closes).then_some(at);
        if self.since.is_some() { AtFarEnd { closed: None, looks: Some(at + self.by) } } else { self.lead.moved(at, closed) }
    }
    fn look(&mut self, at: u64) -> AtFarEnd {
        if self.since.is_some_and(|since| at >= since + self.by) { self.lead.moved(at, self.closes) } else { self.lead.look(at) }
    }
}

/// Its far end bounces at every change.
struct Bouncing<L> {
    lead: L,
    closed: bool,
    bounces: Bounces,
}

impl<L: Lead> Lead for Bouncing<L> {
    fn inner(&mut self) -> &mut dyn Lead {
        &mut self.lead
    }
    fn moved(&mut self, at: u64, closed: bool) -> AtFarEnd {
        self.closed = closed;
        AtFarEnd { looks: Some(self.bounces.begin(at)), ..self.lead.moved(at, closed) }
    }
    fn look(&mut self, at: u64) -> AtFarEnd {
        let (is_apart, looks) = self.bounces.next(at);
        AtFarEnd { looks, ..self.lead.moved(at, self.closed != is_apart) }
    }
}

/// What bounces after each of several changes, each change counted on its own.
#[derive(Debug, Default)]
pub(in crate::twin) struct Bounces(VecDeque<u64>);

impl Bounces {
    /// After a change: when the first one comes.
    pub fn begin(&mut self, at: u64) -> u64 {
        self.0.push_back(1);
        at + BOUNCE
    }
    /// Whether this one parts the contact, and when the next one comes. They come in the order in which they were told.
    pub fn next(&mut self, at: u64) -> (bool, Option<u64>) {
        let Some(bounce) = self.0.pop_front() else { return (false, None) };
        let goes_on = bounce < BOUNCES;
        if goes_on {
            self.0.push_back(bounce + 1);
        }
        (bounce % 2 == 1, goes_on.then_some(at + BOUNCE))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(trouble: Trouble) -> Leads {
        Leads::with(&BoardFaults { trouble: Some(trouble), ..BoardFaults::default() })
    }

    #[test]
    fn a_lead_in_order_follows_at_once() {
        let mut leads = Leads::with(&BoardFaults::default());
        let lead = leads.lead(Circuit::Mains, LeadEnd::Post);
        assert_eq!((lead.stands(true), lead.moved(5, false)), (true, AtFarEnd::now(false)));
    }

    #[test]
    fn a_late_lead_follows_the_last_of_several_movements_and_only_one_way() {
        let mut leads = with(Trouble::ButtonLeadSlow);
        let lead = leads.lead(Circuit::Button, LeadEnd::Post);
        assert_eq!(lead.moved(0, true), AtFarEnd { closed: None, looks: Some(SLOW) });
        assert_eq!(lead.moved(MS, false), AtFarEnd::now(false));
        assert_eq!(lead.moved(2 * MS, true).looks, Some(2 * MS + SLOW));
        assert_eq!(lead.look(SLOW), AtFarEnd::default(), "it was apart meanwhile");
        assert_eq!(lead.look(2 * MS + SLOW), AtFarEnd::now(true));
    }

    #[test]
    fn a_bouncing_one_comes_to_rest_as_its_contact_is() {
        let mut leads = with(Trouble::ButtonSenseBounces);
        let lead = leads.lead(Circuit::Button, LeadEnd::Sense);
        let mut seen = vec![lead.moved(0, true)];
        while let Some(at) = seen.last().and_then(|last| last.looks) {
            seen.push(lead.look(at));
        }
        assert_eq!(seen.iter().filter_map(|far| far.closed).collect::<Vec<_>>(), [true, false, true, false, true, false, true]);
    }

    #[test]
    fn a_bridged_circuit_and_an_open_one_know_nothing_of_the_relay() {
        for (fault, closed) in [(LeadFault::FibreBypassed, true), (LeadFault::FibreOpen, false)] {
            let mut leads = Leads::with(&BoardFaults { lead: Some(fault), ..BoardFaults::default() });
            let lead = leads.lead(Circuit::Fibre, LeadEnd::Post);
            assert_eq!((lead.stands(!closed), lead.moved(5, !closed)), (closed, AtFarEnd::default()));
            assert_eq!(leads.lead(Circuit::Fibre, LeadEnd::Sense).moved(5, !closed), AtFarEnd::now(!closed));
        }
    }
}
