//! A dialog: who talks to whom, over which route, at which count (RFC 3261, section 12).
//!
//! Must not know time or media: it words requests inside the dialog and checks those that come.

use super::message::{Message, param, socket_of, uri_of};
use std::net::SocketAddr;

#[derive(Debug, Clone)]
pub struct Dialog {
    pub call_id: String,
    /// Our `From` (or, when called, `To`) with our tag.
    pub local: String,
    pub local_tag: String,
    /// The far end's, with its tag once it is known.
    pub remote: String,
    pub remote_tag: Option<String>,
    /// The far end's Contact.
    pub target: String,
    routes: Vec<String>,
    pub local_cseq: u32,
    remote_cseq: Option<u32>,
}

impl Dialog {
    pub fn new(call_id: String, local: String, local_tag: String, remote: String, target: String) -> Self {
        let (remote_tag, remote_cseq) = (None, None);
        Dialog { call_id, local, local_tag, remote, remote_tag, target, routes: Vec::new(), local_cseq: 1, remote_cseq }
    }
    /// Takes over what an answer to our INVITE says (12.1.2): the route set is the Record-Route in reverse.
    pub fn establish(&mut self, response: &Message) {
        let Some(to) = response.header("To") else { return };
        self.remote = to.to_owned();
        self.remote_tag = param(to, "tag").map(str::to_owned);
        self.refresh_target(response);
        self.routes = response.all("Record-Route").map(str::to_owned).collect();
        self.routes.reverse();
    }
    /// Takes over a call from outside (12.1.1).
    pub fn accept(request: &Message, local_tag: String) -> Self {
        let local = format!("{};tag={local_tag}", request.header("To").unwrap_or_default());
        let remote = request.header("From").unwrap_or_default().to_owned();
        let mut dialog = Dialog::new(request.call_id().to_owned(), local, local_tag, remote.clone(), uri_of(&remote).to_owned());
        dialog.remote_tag = param(&remote, "tag").map(str::to_owned);
        dialog.routes = request.all("Record-Route").map(str::to_owned).collect();
        dialog.remote_cseq = request.cseq().map(|(n, _)| n);
        dialog.refresh_target(request);
        dialog
    }
    pub fn refresh_target(&mut self, message: &Message) {
        if let Some(contact) = message.all("Contact").next() {
            self.target = uri_of(contact).to_owned();
        }
    }
    /// Does a request that came belong here?
    pub fn is_for(&self, request: &Message) -> bool {
        request.call_id() == self.call_id
            && request.tag("To") == Some(self.local_tag.as_str())
            && request.tag("From") == self.remote_tag.as_deref()
    }
    /// Counts a request that came; `false`: it is older than one already served (12.2.2).
    pub fn count(&mut self, cseq: u32) -> bool {
        let in_order = self.remote_cseq.is_none_or(|last| cseq > last);
        if in_order {
            self.remote_cseq = Some(cseq);
        }
        in_order
    }
    /// A request in this dialog, without Via, and its first hop if that is an address. A first route without `lr` is an
    /// old strict router: it gets the request, and the target travels last (12.2.1.1).
    pub fn request(&self, method: &str, cseq: u32) -> (Message, Option<SocketAddr>) {
        let mut routes = self.routes.clone();
        let mut uri = self.target.clone();
        let mut hop = socket_of(&self.target);
        if let Some(first) = self.routes.first() {
            let first = uri_of(first);
            hop = socket_of(first);
            if param(first, "lr").is_none() {
                routes.remove(0);
                routes.push(format!("<{uri}>"));
                uri = first.to_owned();
            }
        }
        let mut request = Message::request(method, &uri);
        for route in &routes {
            request.push("Route", route.as_str());
        }
        request.push("Max-Forwards", "70");
        request.push("From", self.local.as_str());
        request.push("To", self.remote.as_str());
        request.push("Call-ID", self.call_id.as_str());
        request.push("CSeq", format!("{cseq} {method}"));
        (request, hop)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn established(record_route: &str) -> Dialog {
        let mut dialog = Dialog::new("c".into(), "<sip:a@h>;tag=1".into(), "1".into(), "<sip:b@h>".into(), "sip:b@h".into());
        let text = format!(
            "SIP/2.0 200 OK\r\nVia: x\r\nFrom: <sip:a@h>;tag=1\r\nTo: <sip:b@h>;tag=2\r\nCall-ID: c\r\nCSeq: 1 INVITE\r\n\
             Contact: <sip:b@10.0.0.9:5070>\r\nRecord-Route: {record_route}\r\n\r\n"
        );
        dialog.establish(&Message::parse(text.as_bytes()).unwrap());
        dialog
    }

    #[test]
    fn loose_routes_are_walked_in_reverse() {
        let (bye, hop) = established("<sip:10.0.0.1;lr>, <sip:10.0.0.2;lr>").request("BYE", 2);
        assert_eq!(hop, Some("10.0.0.2:5060".parse().unwrap()));
        assert_eq!(bye.uri(), "sip:b@10.0.0.9:5070");
        assert_eq!(bye.all("Route").collect::<Vec<_>>(), ["<sip:10.0.0.2;lr>", "<sip:10.0.0.1;lr>"]);
        assert_eq!(bye.tag("To"), Some("2"));
    }

    #[test]
    fn a_strict_router_gets_the_request_line() {
        let (bye, hop) = established("<sip:10.0.0.2>").request("BYE", 2);
        assert_eq!((bye.uri(), hop), ("sip:10.0.0.2", Some("10.0.0.2:5060".parse().unwrap())));
        assert_eq!(bye.all("Route").collect::<Vec<_>>(), ["<sip:b@10.0.0.9:5070>"]);
    }

    #[test]
    fn old_requests_are_out_of_order() {
        let mut dialog = established("");
        assert!(dialog.count(5) && !dialog.count(5) && !dialog.count(4) && dialog.count(6));
    }
}
