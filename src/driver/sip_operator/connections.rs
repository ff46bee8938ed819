//! Connections as they come in: each is taken in or turned away, and served by a thread of its own that ends with it.
//!
//! Must not know SIP.

use super::streams::{Connection, Heard};
use super::{LOOK, Network, State, Tls, failed};
use crate::clock::Instant;
use crate::driver::datagrams::STAMP_UNCERTAINTY;
use crate::instrument::Result;
use crate::instrument::operator::security::ConnectionFault;
use crate::operator::tls_session::Secured;
use crate::sip::framing::Framer;
use crate::sip::route::{Route, Wire};
use crate::unit::Bilingual;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;

/// Where connections come in.
pub(super) struct Door {
    own: SocketAddr,
    pub listener: TcpListener,
    tls: Option<Tls>,
}

pub(super) fn door(own: SocketAddr, tls: Option<Tls>) -> Result<Door> {
    let listener = TcpListener::bind(own).and_then(|listener| listener.set_nonblocking(true).map(|()| listener));
    Ok(Door { own, listener: listener.map_err(|e| failed(&format!("listen on {own} (TCP)"), Bilingual::same(e)))?, tls })
}

impl Network {
    /// Takes a connection in, where there is room or can be made.
    pub(super) fn open(self: &Arc<Self>, door: &Door) {
        let Ok((stream, peer)) = door.listener.accept() else { return };
        let wire = if door.tls.is_some() { Wire::Tls } else { Wire::Tcp };
        let peer = SocketAddr::new(peer.ip().to_canonical(), peer.port());
        let own = stream.local_addr().map_or(door.own, |own| SocketAddr::new(own.ip().to_canonical(), own.port()));
        let (at, way) = (self.clock.now(), Route { wire, own, peer });
        let mut state = self.lock();
        let State { desk, connections, .. } = &mut *state;
        match connections.make_room(peer, |way| desk.relies_on(way)) {
            Ok(None) => {}
            Ok(Some(other)) => desk.lost_connection(at, other, ConnectionFault::Displaced),
            Err(fault) => return desk.lost_connection(at, way, fault),
        }
        let tls = door.tls.as_ref().map(|tls| tls.showing(desk.behaviour().shows));
        let Ok(connection) = Connection::accept(stream, tls).map(Arc::new) else { return };
        connections.admit(at, way, Arc::clone(&connection));
        drop(state);
        let (network, served) = (Arc::clone(self), Arc::clone(&connection));
        let thread = std::thread::Builder::new().name(format!("operator {peer}"));
        if thread.spawn(move || network.serve(way, &served)).is_err() {
            self.lock().connections.forget(way, &connection);
        }
    }

    fn serve(&self, way: Route, connection: &Arc<Connection>) {
        let (mut framer, mut rests_until) = (Framer::default(), Instant::ZERO);
        let fault = match connection.watch() {
            Err(e) => Some(ConnectionFault::Other(e.to_string())),
            Ok(watch) => loop {
                if self.is_stopping() {
                    break None;
                }
                let rest = rests_until.since(self.clock.now());
                if !rest.is_zero() && !connection.is_closed() {
                    connection.rest(rest.min(LOOK));
                    if let Err(fault) = connection.go_on_writing(self.clock.now()) {
                        break Some(fault);
                    }
                    continue;
                }
                let heard = connection.hear(&watch, LOOK, &mut framer);
                match self.heard(way, connection, heard) {
                    Ok(until) => rests_until = until,
                    Err(fault) => break fault,
                }
            },
        };
        let (at, mut state) = (self.clock.now(), self.lock());
        let is_ours = state.connections.get(way.wire, way.peer).is_some_and(|held| Arc::ptr_eq(held, connection));
        match fault {
            // Whoever had to make room has been told of already.
            _ if !is_ours => {}
            Some(fault) => state.desk.lost_connection(at, way, fault),
            None => state.desk.closed_connection(way),
        }
        state.connections.forget(way, connection);
        connection.close();
    }

    /// What came of a look at one connection: until when it is left alone. The error is that it is over, and why if it
    /// is not that the peer closed it.
    fn heard(&self, way: Route, connection: &Connection, heard: Heard) -> std::result::Result<Instant, Option<ConnectionFault>> {
        let at = self.clock.now();
        connection.go_on_writing(at).map_err(Some)?;
        let read = match &heard {
            Heard::Messages(messages) => messages.len().max(1),
            Heard::Ping => 1,
            Heard::Nothing | Heard::Over(_) => 0,
        };
        let mut state = self.lock();
        let is_posts = state.desk.relies_on(way);
        let until = if is_posts || read == 0 { at } else { state.connections.has_read(at, way, read) };
        let messages = match heard {
            Heard::Over(fault) => return Err(fault),
            Heard::Messages(messages) => messages,
            Heard::Ping => {
                state.connections.has_heard(at, way, false);
                Vec::new()
            }
            Heard::Nothing => Vec::new(),
        };
        if let Some(Secured { cipher, certified }) = connection.secured() {
            state.desk.connected(at, way, cipher, certified);
        }
        if messages.is_empty() {
            // Bytes that never become a message keep nothing open.
            let idle = state.connections.idle(at, way).filter(|_| !is_posts);
            return idle.map_or(Ok(until), |fault| Err(Some(fault)));
        }
        state.connections.has_heard(at, way, true);
        for message in messages {
            state.desk.message(at, STAMP_UNCERTAINTY, way, &message);
        }
        self.leave(state);
        Ok(until)
    }
}
