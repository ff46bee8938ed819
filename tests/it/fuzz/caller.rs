//! A post in plain text: what it would say next, rightly, at every moment of its registration and its calls. Shares no
//! code with the stack under test. Must not know what becomes of its words on their way.

use md5::{Digest as _, Md5};

pub const POST: &str = "sos-1";
pub const PASSWORD: &str = "tajne";

/// The value of a header in a message.
pub fn field<'a>(message: &'a str, name: &str) -> Option<&'a str> {
    message.split("\r\n").find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
}
pub fn status(message: &str) -> u16 {
    message.strip_prefix("SIP/2.0 ").and_then(|rest| rest.get(..3)).and_then(|code| code.parse().ok()).unwrap_or(0)
}
pub fn quoted(value: &str, name: &str) -> String {
    value.split(&format!("{name}=\"")).nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default().to_owned()
}
fn md5(text: &str) -> String {
    Md5::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}
pub fn media_port(message: &str) -> Option<u16> {
    message.split("\r\n").find_map(|line| line.strip_prefix("m=audio "))?.split(' ').next()?.parse().ok()
}
/// The answer to a digest challenge (RFC 2617, 3.2.2) with this count.
pub fn digest(user: &str, realm: &str, nonce: &str, count: u32, method: &str, uri: &str, cnonce: &str) -> String {
    let (secret, what) = (md5(&format!("{user}:{realm}:{PASSWORD}")), md5(&format!("{method}:{uri}")));
    let response = md5(&format!("{secret}:{nonce}:{count:08x}:{cnonce}:auth:{what}"));
    format!(
        "Digest username=\"{user}\", realm=\"{realm}\", nonce=\"{nonce}\", uri=\"{uri}\", response=\"{response}\", algorithm=MD5, \
         cnonce=\"{cnonce}\", qop=auth, nc={count:08x}"
    )
}

/// The post: where it sits, whom it calls, and how far it has come.
pub struct Caller {
    own: String,
    server: String,
    branch: u32,
    cseq: u32,
    /// How often it has registered, and since how many beginnings.
    registered: (u32, u32),
    calls: u32,
    /// Realm, nonce, and how often it has served.
    challenge: Option<(String, String, u32)>,
    /// To of the answer, and the port it names for media; `None` outside a call.
    pub answered: Option<(String, u16)>,
    pub wire: &'static str,
}

impl Caller {
    pub fn new(own: &str, server: &str) -> Self {
        let (own, server) = (own.to_owned(), server.to_owned());
        Caller { own, server, branch: 0, cseq: 0, registered: (0, 0), calls: 0, challenge: None, answered: None, wire: "UDP" }
    }
    fn call_id(&self) -> String {
        format!("call-{}@{}", self.calls, self.own)
    }
    /// `target`: Request-URI and To.
    fn message(&self, method: &str, target: (&str, &str), call_id: &str, cseq: u32, extra: &str, body: &str) -> String {
        let ((uri, to), own, wire, branch) = (target, &self.own, self.wire, self.branch);
        let kind = if body.is_empty() { "" } else { "Content-Type: application/sdp\r\n" };
        format!(
            "{method} {uri} SIP/2.0\r\nVia: SIP/2.0/{wire} {own};rport;branch=z9hG4bK{POST}{branch}\r\nMax-Forwards: 70\r\n\
             From: \"SOS\" <sip:{POST}@straz>;tag=post\r\nTo: {to}\r\nCall-ID: {call_id}\r\nCSeq: {cseq} {method}\r\n\
             Contact: <sip:{POST}@{own}>\r\n{extra}{kind}Content-Length: {}\r\n\r\n{body}",
            body.len()
        )
    }

    /// Begins anew, as after power: with a Call-ID that nobody knows and no nonce.
    pub fn restart(&mut self) {
        self.registered = (0, self.registered.1 + 1);
        self.challenge = None;
        self.answered = None;
    }
    pub fn register(&mut self, expires: u32) -> String {
        self.branch += 1;
        self.registered.0 += 1;
        let uri = format!("sip:{}", self.server);
        let signed = self.challenge.as_mut().map(|(realm, nonce, count)| {
            *count += 1;
            format!("Authorization: {}\r\n", digest(POST, realm, nonce, *count, "REGISTER", &uri, "abc"))
        });
        let extra = format!("Expires: {expires}\r\n{}", signed.unwrap_or_default());
        let call_id = format!("registration-{}@{}", self.registered.1, self.own);
        self.message("REGISTER", (&uri, &format!("<sip:{POST}@straz>")), &call_id, self.registered.0, &extra, "")
    }
    /// Takes note of a challenge, to be answered by the next REGISTER.
    pub fn challenged(&mut self, response: &str) {
        let value = field(response, "WWW-Authenticate");
        self.challenge = value.map(|value| (quoted(value, "realm"), quoted(value, "nonce"), 0));
    }

    pub fn offer(&self, direction: &str) -> String {
        let host = self.own.rsplit_once(':').map_or("", |(host, _)| host);
        format!(
            "v=0\r\no=- 1 1 IN IP4 {host}\r\ns=-\r\nc=IN IP4 {host}\r\nt=0 0\r\nm=audio 4000 RTP/AVP 8 0 9 111 101\r\n\
             a=rtpmap:8 PCMA/8000\r\na=rtpmap:111 opus/48000/2\r\na=rtpmap:101 telephone-event/8000\r\na=ptime:20\r\na={direction}\r\n"
        )
    }
    fn operator(&self) -> String {
        format!("sip:operator@{}", self.server)
    }
    fn target(&self) -> (String, String) {
        let to = format!("<{}>", self.operator());
        (self.operator(), self.answered.as_ref().map_or(to, |(to, _)| to.clone()))
    }
    /// A new call; the one before is forgotten.
    pub fn invite(&mut self) -> String {
        self.calls += 1;
        self.branch += 1;
        self.cseq = 1;
        self.answered = None;
        let (uri, to) = self.target();
        let extra = "X-SOS-Press: 12\r\nPriority: emergency\r\nSupported: timer, 100rel\r\nSession-Expires: 1800\r\n";
        self.message("INVITE", (&uri, &to), &self.call_id(), self.cseq, extra, &self.offer("sendrecv"))
    }
    /// Takes note of a 200 to its INVITE.
    pub fn answer(&mut self, response: &str) {
        let to = field(response, "To").map(str::to_owned);
        let ours = field(response, "Call-ID").is_some_and(|id| id == self.call_id());
        if let (Some(to), Some(port), true) = (to, media_port(response), ours) {
            self.answered = Some((to, port));
        }
    }
    pub fn ack(&mut self) -> String {
        self.branch += 1;
        let (uri, to) = self.target();
        self.message("ACK", (&uri, &to), &self.call_id(), self.cseq, "", "")
    }
    /// Anything else within the call.
    pub fn within(&mut self, method: &str, body: &str) -> String {
        self.branch += 1;
        self.cseq += 1;
        let (uri, to) = self.target();
        self.message(method, (&uri, &to), &self.call_id(), self.cseq, "", body)
    }
    pub fn cancel(&self) -> String {
        let (uri, to) = self.target();
        self.message("CANCEL", (&uri, &to), &self.call_id(), 1, "", "")
    }
    pub fn options(&mut self) -> String {
        self.branch += 1;
        let (uri, _) = self.target();
        self.message("OPTIONS", (&uri, &format!("<{uri}>")), &format!("ping-{}", self.branch), 1, "", "")
    }
    /// ACK and BYE to whatever call this 200 answers, one of bad words too.
    pub fn farewell(&mut self, ok: &str) -> [String; 2] {
        let header = |name| field(ok, name).unwrap_or_default();
        let count: u32 = header("CSeq").split(' ').next().and_then(|count| count.parse().ok()).unwrap_or(1);
        [("ACK", count), ("BYE", count.saturating_add(1))].map(|(method, count)| {
            self.branch += 1;
            let (uri, own, wire, branch) = (self.operator(), &self.own, self.wire, self.branch);
            let [from, to, call_id] = ["From", "To", "Call-ID"].map(header);
            format!(
                "{method} {uri} SIP/2.0\r\nVia: SIP/2.0/{wire} {own};rport;branch=z9hG4bK{POST}{branch}\r\nMax-Forwards: 70\r\n\
                 From: {from}\r\nTo: {to}\r\nCall-ID: {call_id}\r\nCSeq: {count} {method}\r\nContent-Length: 0\r\n\r\n"
            )
        })
    }
    /// 200 to a request of the other end.
    pub fn agrees(&self, request: &str) -> String {
        let mut text = "SIP/2.0 200 OK\r\n".to_owned();
        for name in ["Via", "From", "To", "Call-ID", "CSeq"] {
            text += &format!("{name}: {}\r\n", field(request, name).unwrap_or_default());
        }
        text + "Content-Length: 0\r\n\r\n"
    }
}
