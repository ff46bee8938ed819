//! The services of the operator's host, as instruments.

use crate::clock::{Instant, Stamped};
use crate::instrument::services::{NetworkService, OwnAnswer};
use crate::instrument::{AsksItself, Identity, Instrument, Result};
use crate::services::Service;
use crate::twin::kernel::world::{self, Shared};
use crate::twin::street::net::Services;

/// One of them: where it stands among them, and what it is called.
pub struct TwinService<S> {
    world: Shared,
    find: fn(&mut Services) -> Option<&mut S>,
    /// What it is, and under which name the twin has it.
    named: [&'static str; 2],
}

impl<S: Service> TwinService<S> {
    pub(in crate::twin) fn of(world: Shared, named: [&'static str; 2], find: fn(&mut Services) -> Option<&mut S>) -> Self {
        TwinService { world, find, named }
    }
}

impl<S: Service> Instrument for TwinService<S> {
    fn identify(&mut self) -> Result<Identity> {
        let [what, name] = self.named;
        Ok(Identity { model: format!("virtual {what}"), unit: format!("twin:{name}") })
    }
    fn make_safe(&mut self) -> Result<()> {
        self.behave(S::Conduct::default()).map(drop)
    }
}

impl<S: Service> AsksItself for TwinService<S> {
    fn ask_itself(&mut self, number: u16) -> Result<bool> {
        let mut world = world::lock(&self.world);
        let Some(service) = (self.find)(&mut world.host.services) else { return Ok(false) };
        let question = service.question(number);
        world.ask_own_service(S::PORT, S::IS_FOR_ALL, question);
        Ok(true)
    }
}

impl<S: Service> NetworkService<S::Conduct, S::Seen> for TwinService<S> {
    fn behave(&mut self, how: S::Conduct) -> Result<Instant> {
        let mut world = world::lock(&self.world);
        if let Some(service) = (self.find)(&mut world.host.services) {
            service.behave(how);
        }
        Ok(world.instant())
    }
    fn seen(&mut self) -> Result<Vec<Stamped<S::Seen>>> {
        let mut world = world::lock(&self.world);
        Ok((self.find)(&mut world.host.services).map(Service::take_seen).unwrap_or_default())
    }
    fn own_answers(&mut self) -> Result<Vec<Stamped<OwnAnswer>>> {
        let mut world = world::lock(&self.world);
        let came = world.own_answers_from(S::PORT);
        let Some(service) = (self.find)(&mut world.host.services) else { return Ok(Vec::new()) };
        let read = |came: Stamped<Vec<u8>>| service.understand(&came.value).map(|answer| came.map(|_| answer));
        Ok(came.into_iter().filter_map(read).collect())
    }
}
