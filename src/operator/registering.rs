//! What is told of registrations: bindings made, refreshed and gone, whoever was refused, and calls that are reached
//! over another connection since.
//!
//! Decides nothing about them.

use super::calls::Calls;
use super::context::Context;
use super::irregular::Irregularities;
use super::restraint::{short, with_unsaid};
use crate::clock::Instant;
use crate::instrument::operator::{CallEvent, Server};
use crate::sip::registrar::Change;
use crate::sip::route::Route;
use std::net::SocketAddr;

/// `server` is the one that was spoken to, by whoever is there; a binding that lapses was spoken to by nobody.
pub(super) fn tell_changes(
    at: Instant,
    (server, from): (Server, Option<SocketAddr>),
    changes: Vec<Change>,
    irregularities: &Irregularities,
    cx: &mut Context,
) {
    let shown = |contact| irregularities.contact_without_secrets(contact);
    for change in changes {
        match change {
            Change::Bound { user, contact, expires } => {
                cx.tell(at, CallEvent::Registered { user, contact: shown(contact), expires, server });
            }
            Change::Unbound { user, contact, why } => {
                cx.tell(at, CallEvent::Unregistered { user, contact: shown(contact), why });
            }
            Change::Refused { user, why } => from.into_iter().for_each(|from| tell_refused(at, from, &user, &why, cx)),
        }
    }
}

/// With the address of whoever wanted it, and how often that has happened since it was told last.
pub(super) fn tell_refused(at: Instant, from: SocketAddr, user: &str, why: &str, cx: &mut Context) {
    if let Some(unsaid) = cx.may_tell(at, from, &format!("REGISTER {why}")) {
        let (user, why) = (short(user), with_unsaid(why, unsaid));
        cx.tell(at, CallEvent::RegistrationRefused { user, from: from.to_string(), why });
    }
}

/// Calls that stand on a connection which this one takes the place of.
pub(super) fn tell_reconnected(at: Instant, before: Option<SocketAddr>, way: Route, calls: &Calls, cx: &mut Context) {
    let Some(before) = before else { return };
    for call in calls.living().filter(|call| call.began_on().peer == before && call.began_on().wire == way.wire) {
        let (from, to) = (before.to_string(), way.peer.to_string());
        cx.tell(at, CallEvent::Reconnected { call: call.id(), from, to });
    }
}
