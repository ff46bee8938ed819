//! The operator at work: shows events as they come, does what is typed, keeps what was heard.

use super::console_commands::{Key, Keys};
use super::{event_lines, media_lines, say, wav};
use crate::clock::{Clock, Instant, Interrupted, Stamped};
use crate::driver::sip_operator::SipOperator;
use crate::instrument::operator::{Action, Answering, CallEvent, CallId, Change, Health, Operator as _};
use crate::instrument::{Instrument as _, InstrumentError, Subsystem};
use crate::operator::operator_port::HEADSET;
use crate::operator::{CallState, DeskError};
use crate::rtp::axis::RATE;
use crate::unit::Lang;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// How often events are shown and keys looked at.
const LOOK: Duration = Duration::from_millis(20);
/// How long a BYE may take to be answered once the tool is to end.
const FAREWELL: Duration = Duration::from_secs(3);

/// The operator at work.
pub(super) struct ConsoleSession {
    pub clock: Arc<dyn Clock>,
    pub operator: SipOperator,
    pub sound: Vec<f32>,
    pub out: PathBuf,
    pub hang_up_after: Option<Duration>,
    pub lang: Lang,
    /// Calls that are to be hung up, and when.
    pub due: Vec<(Instant, CallId)>,
    /// How calls are answered when the operator is not busy.
    pub usual: Answering,
}

type Done = Result<(), InstrumentError>;

impl ConsoleSession {
    /// Until Ctrl-C, SIGTERM or `q`.
    pub fn work(&mut self) -> Done {
        let mut keys = Keys::listen();
        loop {
            self.show()?;
            self.hang_up_due()?;
            for key in keys.pressed() {
                if self.obey(key)? {
                    return Ok(());
                }
            }
            match self.clock.wait(LOOK) {
                Ok(()) => {}
                Err(Interrupted::Stop | Interrupted::Unguarded | Interrupted::Limit { .. }) => return Ok(()),
            }
        }
    }

    /// Ends every call with a BYE, and waits a little for the answers.
    pub fn go_home(&mut self) -> Done {
        self.clock.guard().clear_stop();
        self.operator.make_safe()?;
        let until = self.clock.now() + FAREWELL;
        loop {
            self.show()?;
            let open = self.operator.consult("look at its calls", |_, desk| Ok(desk.is_waiting_for_farewell()))?;
            if !open || self.clock.now() >= until || self.clock.wait(LOOK).is_err() {
                say(event_lines::ended(open, self.lang));
                return Ok(());
            }
        }
    }

    fn show(&mut self) -> Done {
        for event in self.operator.events()? {
            say(&event_lines::event(&event, self.lang));
            self.follow(&event)?;
        }
        Ok(())
    }

    fn follow(&mut self, event: &Stamped<CallEvent>) -> Done {
        match event.value {
            CallEvent::EarlyMedia { call } => self.speak(call),
            CallEvent::Confirmed { call } => {
                if let Some(time) = self.hang_up_after {
                    self.due.push((event.at + time, call));
                }
                self.speak(call)
            }
            CallEvent::Ended { call, .. } => self.keep(call),
            _ => Ok(()),
        }
    }

    fn speak(&mut self, call: CallId) -> Done {
        if self.sound.is_empty() {
            return Ok(());
        }
        // The call may be over already: what was to be said then has nobody to hear it.
        match self.operator.audio(call).and_then(|headset| headset.play(HEADSET, &self.sound)) {
            Ok(_) => Ok(()),
            Err(gone) => {
                say(&format!("  {}", gone.of(Subsystem::Operator).account().show(self.lang)));
                Ok(())
            }
        }
    }

    /// Shows what a call's media went through, and writes what was heard.
    fn keep(&mut self, call: CallId) -> Done {
        let result = self.operator.consult("tell of a call", |_, desk| match desk.media_stats(call) {
            Ok(stats) => {
                let end = desk.media_end(call).unwrap_or_default();
                let (far, security) = (desk.far_view(call)?, desk.media_security(call).unwrap_or_default());
                Ok(Some((stats, far, security, desk.agreed_codec(call), desk.heard(call, 0, end).unwrap_or_default())))
            }
            // Refused before it was a call, or so long ago that its record is gone.
            Err(DeskError::NoSuchCall(_)) => Ok(None),
            Err(other) => Err(other),
        })?;
        let Some((stats, far, security, codec, heard)) = result else { return Ok(()) };
        let file = (!heard.is_empty()).then(|| self.out.join(format!("call-{:03}-heard.wav", call.0)));
        if let Some(file) = &file {
            let made = std::fs::create_dir_all(&self.out).map_err(|error| format!("{}: {error}", self.out.display()));
            let written = made.and_then(|()| wav::write(file, &heard, RATE).map_err(|error| error.show(self.lang)));
            if let Err(why) = written {
                say(&format!("  {why}"));
            }
        }
        let told = media_lines::media(call, &stats, codec, &heard, file.as_deref(), self.lang);
        say(&format!("{told}{}", media_lines::security(&security, self.lang)));
        say(&media_lines::trust(self.operator.uncertainty(), self.lang));
        media_lines::sources(&stats, far, self.lang).iter().for_each(|line| say(line));
        Ok(())
    }

    fn hang_up_due(&mut self) -> Done {
        let now = self.clock.now();
        let (due, later) = std::mem::take(&mut self.due).into_iter().partition(|(at, _)| *at <= now);
        self.due = later;
        let due: Vec<(Instant, CallId)> = due;
        for (_, call) in due {
            // The post may have hung up first.
            let _gone = self.operator.act(call, Action::HangUp);
        }
        Ok(())
    }

    /// True if the tool is to end.
    fn obey(&mut self, key: Key) -> Result<bool, InstrumentError> {
        if key == Key::Quit {
            return Ok(true);
        }
        match action(key) {
            Some(action) => self.act(action)?,
            None => self.turn(key)?,
        }
        Ok(false)
    }

    /// Does it to the latest call that it can be done to.
    fn act(&mut self, action: Action) -> Done {
        let fits = |state: CallState| match action {
            Action::Answer | Action::Announce => matches!(state, CallState::Arrived | CallState::Ringing),
            Action::HangUp => !matches!(state, CallState::Ended(_)),
            Action::Key(_) | Action::Change(_) => state == CallState::Confirmed,
        };
        let calls = self.operator.consult("look at its calls", |_, desk| Ok(desk.calls()))?;
        let Some(call) = calls.iter().rev().find(|info| fits(info.state)).map(|info| info.id) else {
            say(event_lines::no_call(self.lang));
            return Ok(());
        };
        if let Err(why) = self.operator.act(call, action) {
            say(&format!("  {}", why.of(Subsystem::Operator).account().show(self.lang)));
        }
        Ok(())
    }

    /// Turns one thing about the operator's side over, and says how it is now.
    fn turn(&mut self, key: Key) -> Done {
        let mut how = self.operator.consult("look at how it behaves", |_, desk| Ok(desk.behaviour()))?;
        let over = |health| if health == Health::Well { Health::Silent } else { Health::Well };
        match key {
            Key::Primary => how.primary = over(how.primary),
            Key::Backup => how.backup = over(how.backup),
            Key::Mute => how.mute = !how.mute,
            _ => how.answering = if how.answering == Answering::BUSY { self.usual } else { Answering::BUSY },
        }
        self.operator.behave(how)?;
        say(&event_lines::behaviour(&how, self.lang));
        Ok(())
    }
}

/// What a key does to a call; `None`: it does something to the operator's side.
fn action(key: Key) -> Option<Action> {
    match key {
        Key::Answer => Some(Action::Answer),
        Key::HangUp => Some(Action::HangUp),
        Key::Announce => Some(Action::Announce),
        Key::Hold => Some(Action::Change(Change::Hold)),
        Key::Resume => Some(Action::Change(Change::Resume)),
        Key::Move => Some(Action::Change(Change::Move)),
        Key::Quit | Key::Primary | Key::Backup | Key::Mute | Key::Busy => None,
    }
}
