//! The operator's side of a call, sans-I/O: messages, the transactions of RFC 3261 section 17 figure by figure,
//! dialogs, a registrar with digest, and session descriptions.
//!
//! Every machine here takes bytes and the moment at which they arrived, and gives bytes and the next moment at which it
//! must be woken. Must not know: sockets, clocks, media packets, what a post is.

pub mod allowance;
pub mod connection_fault;
pub mod dialog;
pub mod digest;
pub mod framing;
pub mod guesses;
pub mod message;
pub mod method;
pub mod registrar;
pub mod reliable;
pub mod route;
pub mod sdes;
pub mod sdp;
pub mod secret;
pub mod session;
pub mod token;
pub mod transaction;
pub mod unservable;
