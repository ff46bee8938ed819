//! A call that is sent elsewhere (RFC 3261, 8.1.3.4): the same INVITE to another address, not for ever, and never to
//! those who come to save lives.

use super::{Call, PATIENCE};
use crate::clock::Instant;
use crate::twin::post::voice::account::Stack;
use crate::twin::post::voice::message::{Message, socket_of, uri_of};
use crate::twin::post::voice::transaction::{Client, Owner};
use crate::unit::is_emergency;

/// So often a call follows.
const MOST: u32 = 3;

impl Call {
    /// Whether this answer sends it elsewhere, and it has gone there.
    pub(super) fn is_redirected(&mut self, at: Instant, client: &Client, response: &Message, stack: &mut Stack) -> bool {
        if !matches!(response.code(), 300..400) || self.redirects >= MOST {
            return false;
        }
        let named = response.all("Contact").map(uri_of).find(|uri| uri.starts_with("sip:") && !is_emergency(uri));
        let Some(target) = named.map(str::to_owned) else { return false };
        let Some((count, _)) = client.request.cseq() else { return false };
        self.redirects += 1;
        let mut invite = client.request.clone();
        invite.aim(&target);
        invite.set("CSeq", format!("{} INVITE", count.wrapping_add(1)));
        stack.sign(&mut invite);
        (self.invite_cseq, self.dialog.local_cseq) = (count.wrapping_add(1), count.wrapping_add(1));
        let to = socket_of(&target).unwrap_or(client.to);
        stack.send(at, Owner::Invite(self.number), invite, to, self.otherwise.lost.unwrap_or(PATIENCE));
        true
    }
}
