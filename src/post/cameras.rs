//! The city's cameras: a press calls up the one that looks at the post, and whatever is wrong with them never delays
//! the call.
//!
//! Knows nothing of how an event is carried.

use super::deeds::{Proof, What};
use super::{Fault, Post, Result};
use crate::bench::{Moment, NETWORK_STAMP_S};
use crate::clock::Stamped;
use crate::instrument::cameras::{CameraEvent, Treatment};
use crate::unit::{Method, Quantity, Unit};
use crate::watch::{CalledUp, Span};
use std::time::Duration;

const PRESS_TO_EVENT: Quantity = Quantity {
    key: "T37.press-to-camera-event",
    unit: Unit::Second,
    en: "press to camera event",
    pl: "od naciśnięcia do zdarzenia w monitoringu",
    method: Method::new(
        "tone through the button's contact to reception of the event's last byte at the camera system (HTTP)",
        "od tonu przepuszczonego przez styk przycisku do odebrania ostatniego bajtu zdarzenia w systemie monitoringu (HTTP)",
        "RFC 9110",
    ),
    requirement: "T37",
};
/// All that this file judges.
pub(super) const QUANTITIES: &[Quantity] = &[PRESS_TO_EVENT];

impl Post {
    /// The camera system takes everything and answers nothing.
    pub fn silence_cameras(&mut self) -> Result<()> {
        self.treat_cameras(Treatment::Silent)
    }
    pub fn slow_cameras(&mut self, time: Duration) -> Result<()> {
        self.treat_cameras(Treatment::Slow(time))
    }
    pub fn refuse_at_cameras(&mut self) -> Result<()> {
        self.treat_cameras(Treatment::Refusing)
    }
    pub fn restore_cameras(&mut self) -> Result<()> {
        self.treat_cameras(Treatment::Taking)
    }

    fn treat_cameras(&mut self, how: Treatment) -> Result<()> {
        self.bench.treat_camera_events(how)?;
        let now = Moment::stamped(self.bench.now(), NETWORK_STAMP_S);
        self.deeds.add(What::Cameras { taking: how == Treatment::Taking }, now, Proof::Stamp);
        Ok(())
    }

    /// The next scenario begins with cameras that are in order.
    pub(super) fn calm_cameras(&mut self) -> Result<()> {
        let treated = self.deeds.all().filter(|(_, what)| matches!(what, What::Cameras { .. }));
        match treated.last() {
            Some((_, What::Cameras { taking: false })) => Ok(self.bench.treat_camera_events(Treatment::Taking)?),
            _ => Ok(()),
        }
    }

    /// T37: the first event that names this post.
    pub fn camera_called_up_within(&mut self, limit: Duration) -> Result<()> {
        let press = self.last_press()?;
        let since = press.instant();
        let limit = limit.as_secs_f64();
        let deadline = since + Duration::from_secs_f64(self.patience("T37", limit));
        let named = self.bench.rig.camera_named().map_or_else(|| self.name(), str::to_owned);
        let found = self.bench.watch::<Moment, Fault>(deadline, |bench| {
            Ok(bench.record.camera_events_since(since).find(|event| event.value.names(&named)).map(moment))
        })?;
        self.judge_within(&PRESS_TO_EVENT, press, found, limit)
    }

    /// When the camera system took nothing, or not at once.
    pub(super) fn cameras_away(&self, span: Span) -> Vec<Span> {
        let mut away = Vec::new();
        let mut since = None;
        for (at, what) in self.deeds.all() {
            match what {
                What::Cameras { taking: false } => _ = since.get_or_insert(at.seconds),
                What::Cameras { taking: true } => away.extend(since.take().map(|from| Span { from, to: at.seconds })),
                _ => {}
            }
        }
        away.extend(since.map(|from| Span { from, to: span.to }));
        away
    }

    /// What came to the camera system in this scenario, each with who sent it.
    pub(super) fn called_up(&self) -> Vec<(CalledUp, &str)> {
        let rig = &self.bench.rig;
        let bore = self.exchanged.names(&rig.post.identity);
        let events = self.bench.record.camera_events_since(self.began);
        let of = |event: &Stamped<CameraEvent>| {
            let Moment { seconds: at, uncertainty } = moment(event);
            // What a post calls itself that has no name it may believe is nobody's concern.
            let named = bore.iter().rfind(|(from, _)| *from <= at).and_then(|(_, name)| name.as_deref());
            let is_named = rig.camera_named().or(named).is_none_or(|name| event.value.names(name));
            CalledUp { at, uncertainty, is_named, is_posts: false, taken: event.value.taken }
        };
        events.map(|event| (of(event), event.value.from.as_str())).collect()
    }
}

fn moment(event: &Stamped<CameraEvent>) -> Moment {
    Moment::stamped(event.at, event.within.as_secs_f64().max(NETWORK_STAMP_S))
}
