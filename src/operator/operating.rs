//! What the operator does at the desk, and what can be asked of it: calls answered and ended, speaking and hearing,
//! what stands.
//!
//! A call's audio lies on one frame axis. Frame 0 is the origin of its media: its ACK, or its first media packet if
//! that came earlier. Frame `n` lies exactly `n / 8000` s after it on the bench's clock, for speaking and for hearing
//! alike.

use super::Desk;
use super::call::{Call, CallInfo, CallState};
use super::error::DeskError;
use crate::clock::Instant;
use crate::instrument::audio::{Frame, Timebase};
use crate::instrument::operator::security::MediaSecurity;
use crate::instrument::operator::{Action, Behaviour, CallId, Certificate, Change, Health};
use crate::rtp::axis::RATE;
use crate::rtp::codec::Codec;
use crate::rtp::playout::Anchor;
use crate::rtp::report::FarView;
use crate::rtp::stats::Stats;
use crate::sip::registrar::Binding;

/// The longest stretch given at once: an hour.
const LONGEST: u64 = RATE as u64 * 3600;

// What is done.
impl Desk {
    pub fn behave(&mut self, how: Behaviour) {
        let before = self.cx.behaviour();
        if (before.primary, before.backup) != (how.primary, how.backup) {
            self.black_hole.let_rest();
        }
        self.registrar.grant(how.grants.unwrap_or(self.cx.config().grants));
        self.cx.behave(how);
        self.settle();
    }
    pub fn behaviour(&self) -> Behaviour {
        self.cx.behaviour()
    }

    /// Does something to a call. A BYE is held back until the ACK has come (RFC 3261, 15).
    pub fn act(&mut self, at: Instant, call: CallId, what: Action) -> Result<(), DeskError> {
        let state = self.calls.expect(call)?.state();
        let is_ringing = matches!(state, CallState::Arrived | CallState::Ringing);
        let fits = match what {
            Action::Answer | Action::Announce => is_ringing,
            Action::HangUp => true,
            Action::Key(_) | Action::Change(_) => state == CallState::Confirmed,
        };
        if !fits {
            return Err(DeskError::WrongState { call, state });
        }
        let port = if let Action::Change(change) = what { Some(self.port_after(call, change)?) } else { None };
        let cx = &mut self.cx;
        let done = self.calls.with(call, |call| {
            match (what, port) {
                (Action::Answer, _) => {
                    call.ring(at, cx);
                    call.accept(at, cx);
                }
                (Action::Announce, _) => {
                    call.ring(at, cx);
                    call.announce(at, cx)?;
                }
                (Action::HangUp, _) => call.hang_up(at, cx),
                (Action::Key(key), _) => call.press(key),
                (Action::Change(change), Some(port)) => call.change(at, change, port, cx),
                (Action::Change(_), None) => {}
            }
            Ok(())
        });
        done.unwrap_or(Ok(()))?;
        self.settle();
        Ok(())
    }
    /// Where a call is to be heard after that change.
    fn port_after(&mut self, id: CallId, change: Change) -> Result<u16, DeskError> {
        let call = self.calls.expect(id)?;
        call.may_change()?;
        if change != Change::Move {
            return Ok(call.talk().address().port());
        }
        let port = self.free_port().ok_or(DeskError::NoPort)?;
        self.ports.give(port, id);
        Ok(port)
    }

    /// Ends every call, with servers that are well: for making safe.
    pub fn make_safe(&mut self, at: Instant) {
        let set = self.cx.behaviour();
        self.behave(Behaviour {
            primary: Health::Well,
            backup: Health::Well,
            mute: false,
            shows: Certificate::Own,
            gives_up_srtp: false,
            ..set
        });
        self.hang_up_all(at);
    }
    /// Ends every call.
    pub fn hang_up_all(&mut self, at: Instant) {
        self.calls.with_each(|call| call.hang_up(at, &mut self.cx));
        self.settle();
    }

    /// Begins a check of the operator's own side if none is under way, and gives its outcome once there is one.
    pub fn self_check(&mut self, at: Instant) -> Option<bool> {
        if !self.self_check.is_begun() {
            self.begin_self_check(at);
        }
        self.self_check_result(at)
    }
    pub fn begin_self_check(&mut self, at: Instant) {
        self.self_check.begin(at, &mut self.cx);
        self.settle();
    }
    /// The outcome of the check begun last; `None` while the answer is on its way, or if none was begun.
    pub fn self_check_result(&mut self, at: Instant) -> Option<bool> {
        self.self_check.take_result(at)
    }

    /// The stranger calls the post that registered last. `false`: there is no stranger, or no post is registered.
    pub fn let_stranger_call(&mut self, at: Instant) -> bool {
        let (Some(binding), Some(stranger)) = (self.registrar.bindings().last(), &mut self.stranger) else { return false };
        stranger.call(at, binding, &self.calls, &mut self.cx);
        stranger.speak(at, &self.calls, &mut self.cx);
        self.settle();
        true
    }
    /// Asks the post that was asked last whether it is there, now. `false`: none has been asked, or the last answer is
    /// still awaited.
    pub fn ask_again(&mut self, at: Instant) -> bool {
        let is_asked = self.asking.as_mut().is_some_and(|asking| asking.ask_again(at, &mut self.cx));
        if is_asked {
            self.settle();
        }
        is_asked
    }

    /// Queues samples (full scale ± 1) into the outgoing stream at the next packet boundary; returns the frame at which
    /// the first of them is spoken. What was queued from there on is replaced.
    pub fn speak(&mut self, at: Instant, call: CallId, samples: &[f32]) -> Result<Frame, DeskError> {
        self.calls.expect(call)?;
        self.calls.get_mut(call).and_then(|call| call.speak(at, samples)).ok_or(DeskError::NoMedia(call))
    }
}

// What is asked.
impl Desk {
    /// What the reference playout plays in frames `from..to`, as far as is known by now; what never came is silence.
    pub fn heard(&self, call: CallId, from: Frame, to: Frame) -> Result<Vec<f32>, DeskError> {
        let media = self.calls.known(call)?.media();
        if !media.is_begun() {
            return Err(DeskError::NoMedia(call));
        }
        if to < from || to - from > LONGEST {
            return Err(DeskError::BadStretch { from, to });
        }
        media.heard(from, to).ok_or(DeskError::NoMedia(call))
    }
    /// The same, but an error if part of it is yet to be played at `at`.
    pub fn record(&self, at: Instant, call: CallId, from: Frame, to: Frame) -> Result<Vec<f32>, DeskError> {
        let end = self.calls.known(call)?.media().instant_of(to).ok_or(DeskError::NoMedia(call))?;
        if end > at {
            return Err(DeskError::NotYetHeard { call, to });
        }
        self.heard(call, from, to)
    }
    /// When the streams of living and past calls are heard, for whoever holds a measured delay against its definition.
    pub fn playout_anchors(&self) -> Vec<Anchor> {
        self.calls.all().flat_map(|call| call.media().anchors()).copied().collect()
    }
    /// The call's axis on the bench's clock, and how far to trust what comes and leaves by it.
    pub fn timebase(&self, call: CallId) -> Result<Timebase, DeskError> {
        self.calls.known(call)?.media().timebase().ok_or(DeskError::NoMedia(call))
    }
    /// The codec agreed on last.
    pub fn agreed_codec(&self, call: CallId) -> Option<Codec> {
        self.calls.known(call).ok()?.talk().agreed().map(|agreed| agreed.codec)
    }
    /// The frame after the last one heard; 0 if nothing was.
    pub fn media_end(&self, call: CallId) -> Result<u64, DeskError> {
        Ok(self.calls.known(call)?.media().end())
    }
    /// What a call's media was secured with, and what was not played for it.
    pub fn media_security(&self, call: CallId) -> Result<MediaSecurity, DeskError> {
        self.calls.known(call).map(Call::media_security)
    }
    /// What a call's received packets went through.
    pub fn media_stats(&self, call: CallId) -> Result<Stats, DeskError> {
        Ok(self.calls.known(call)?.media().stats())
    }
    /// What the post saw of our stream, as it reported last.
    pub fn far_view(&self, call: CallId) -> Result<Option<FarView>, DeskError> {
        Ok(self.calls.known(call)?.media().far_view())
    }

    /// Living and past calls, in order of arrival.
    pub fn calls(&self) -> Vec<CallInfo> {
        self.calls.infos()
    }
    /// Who can be reached where.
    pub fn bindings(&self) -> &[Binding] {
        self.registrar.bindings()
    }
    /// Is a request of ours (a BYE) still unanswered, or a call still up?
    pub fn is_waiting_for_farewell(&self) -> bool {
        self.calls.living().len() > 0 || self.cx.awaits_answer()
    }
    /// Nothing is under way: no call, no transaction, no registration. Only the records of past calls are kept.
    pub fn is_at_rest(&self) -> bool {
        self.cx.is_at_rest() && self.calls.living().len() == 0 && self.registrar.bindings().is_empty()
    }
}
