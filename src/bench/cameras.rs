//! The city's camera system at the bench: how it treats events, and which have come, written down and kept with the
//! moment of their arrival.
//!
//! Knows nothing of which event should come, or when.

use super::own_questions::Which;
use super::{Bench, missing, observation};
use crate::clock::{Instant, Stamped};
use crate::instrument::cameras::{CameraEvent, CameraSystem, Treatment};
use crate::instrument::{Result, Subsystem};
use crate::rig::Role;

impl Bench {
    /// How the camera system treats events from now on.
    ///
    /// # Errors
    /// The rig has none.
    pub fn treat_camera_events(&mut self, how: Treatment) -> Result<()> {
        let name = self.serving(Role::Cameras)?;
        self.own.told(Which::Cameras, how == Treatment::Taking);
        self.camera_systems.get_mut(&name).ok_or_else(|| missing(&name))?.treat(how)
    }

    /// Takes in what has come; when it came from the post.
    pub(super) fn collect_camera_events(&mut self) -> Result<Vec<Instant>> {
        let mut moments = Vec::new();
        let post = &self.rig.post;
        let other = post.other.as_ref().map(|other| other.identity.as_str());
        let ours = [self.rig.camera_named(), Some(post.identity.as_str()), other];
        for (name, system) in &mut self.camera_systems {
            let events = system.events().map_err(|error| error.of(Subsystem::Cameras))?;
            if self.rig.wiring.instrument(Role::Cameras) != Some(name) {
                continue;
            }
            let own = &mut self.own;
            for mut event in events.into_iter().filter(|event| !Bench::is_own_event(own, event)) {
                if ours.iter().flatten().any(|name| event.value.names(name)) {
                    moments.push(event.at);
                }
                let CameraEvent { request, text, .. } = &mut event.value;
                self.record.hide_secrets(event.at, "cameras", [request, text], &self.secrets);
                self.log.append(observation::of_camera_event(&event));
                self.record.camera_events.push(event);
            }
        }
        Ok(moments)
    }
}

impl super::Record {
    /// What came to the camera system from `since` on.
    pub fn camera_events_since(&self, since: Instant) -> impl DoubleEndedIterator<Item = &Stamped<CameraEvent>> {
        self.camera_events.since(since).iter()
    }
}
