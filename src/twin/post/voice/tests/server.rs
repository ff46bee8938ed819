//! A scripted SIP server of plain text, for the tests alone: it shares no code with the module, nor with the operator's
//! stack.

/// What the server does with what it gets.
pub struct Script {
    pub challenge: bool,
    /// Datagrams of the module that get lost, from the next one on.
    pub lose: u32,
    pub silent: bool,
    /// Milliseconds from INVITE to 180 and to the final answer.
    pub ring_after: Option<u64>,
    pub answer_after: Option<u64>,
    pub answer_code: u16,
    pub record_route: bool,
    /// REGISTER is answered 503.
    pub refuse_register: bool,
}

pub struct Server {
    pub script: Script,
    /// Every datagram that got here.
    pub got: Vec<String>,
    nonces: u32,
}

pub const PASSWORD: &str = "secret";

/// The value of a header in a message.
pub fn field<'a>(message: &'a str, name: &str) -> Option<&'a str> {
    message.lines().find_map(|l| l.strip_prefix(name)?.strip_prefix(": "))
}

pub fn sdp(port: u16, law: u8, direction: &str) -> String {
    format!(
        "v=0\r\no=- 1 1 IN IP4 10.0.0.1\r\ns=-\r\nc=IN IP4 10.0.0.1\r\nt=0 0\r\nm=audio {port} RTP/AVP {law}\r\na={direction}\r\n"
    )
}

fn md5(text: &str) -> String {
    use md5::Digest;
    md5::Md5::digest(text).iter().map(|b| format!("{b:02x}")).collect()
}

fn quoted<'a>(header: &'a str, name: &str) -> &'a str {
    header.split(&format!("{name}=\"")).nth(1).and_then(|rest| rest.split('"').next()).unwrap_or("")
}

/// Checks a digest answer the long way; panics name what is wrong.
pub fn assert_signed(header: &str, method: &str) {
    let nc = header.split("nc=").nth(1).unwrap().get(..8).unwrap();
    let a1 = md5(&format!("{}:hejnal:{PASSWORD}", quoted(header, "username")));
    let a2 = md5(&format!("{method}:{}", quoted(header, "uri")));
    let expected = md5(&format!("{a1}:{}:{nc}:{}:auth:{a2}", quoted(header, "nonce"), quoted(header, "cnonce")));
    assert_eq!(quoted(header, "response"), expected, "{header}");
}

impl Server {
    pub fn new() -> Self {
        let script = Script {
            challenge: true,
            lose: 0,
            silent: false,
            ring_after: Some(50),
            answer_after: Some(500),
            answer_code: 200,
            record_route: false,
            refuse_register: false,
        };
        Server { script, got: Vec::new(), nonces: 0 }
    }
    pub fn count(&self, start: &str) -> usize {
        self.got.iter().filter(|m| m.starts_with(start)).count()
    }
    pub fn last(&self, start: &str) -> &str {
        self.got.iter().rev().find(|m| m.starts_with(start)).unwrap_or_else(|| panic!("no {start} came"))
    }
    /// Answers with the milliseconds after which each is sent.
    pub fn receive(&mut self, message: &str) -> Vec<(u64, String)> {
        if self.script.lose > 0 {
            self.script.lose -= 1;
            return Vec::new();
        }
        self.got.push(message.to_owned());
        if self.script.silent || message.starts_with("SIP/2.0") || message.starts_with("ACK") {
            return Vec::new();
        }
        let method = message.split(' ').next().unwrap();
        let signed = field(message, "Authorization").or(field(message, "Proxy-Authorization"));
        match method {
            "REGISTER" if self.script.refuse_register => vec![(0, reply(message, "503 Service Unavailable", "", ""))],
            "REGISTER" | "INVITE" if self.script.challenge && signed.is_none() => vec![(0, self.challenge(message, method))],
            "REGISTER" => {
                if let Some(header) = signed {
                    assert_signed(header, method);
                }
                let contact =
                    format!("Contact: {};expires={}\r\n", field(message, "Contact").unwrap(), field(message, "Expires").unwrap());
                vec![(0, reply(message, "200 OK", &contact, ""))]
            }
            "INVITE" => self.ring(message, signed),
            "CANCEL" => {
                let invite = self.last("INVITE").to_owned();
                vec![(0, reply(message, "200 OK", "", "")), (1, reply(&invite, "487 Request Terminated", "", ""))]
            }
            _ => vec![(0, reply(message, "200 OK", "", ""))],
        }
    }
    fn challenge(&mut self, message: &str, method: &str) -> String {
        self.nonces += 1;
        let (status, name) = match method {
            "INVITE" => ("407 Proxy Authentication Required", "Proxy-Authenticate"),
            _ => ("401 Unauthorized", "WWW-Authenticate"),
        };
        let extra = format!("{name}: Digest realm=\"hejnal\", nonce=\"n{}\", qop=\"auth\", algorithm=MD5\r\n", self.nonces);
        reply(message, status, &extra, "")
    }
    fn ring(&mut self, message: &str, signed: Option<&str>) -> Vec<(u64, String)> {
        if let Some(header) = signed {
            assert_signed(header, "INVITE");
        }
        let mut extra = "Contact: <sip:op@10.0.0.1:5060>\r\n".to_owned();
        if self.script.record_route {
            extra.push_str("Record-Route: <sip:10.0.0.1;lr>\r\n");
        }
        let mut out = vec![(0, reply(message, "100 Trying", "", ""))];
        if let Some(ms) = self.script.ring_after {
            out.push((ms, reply(message, "180 Ringing", &extra, "")));
        }
        if let Some(ms) = self.script.answer_after {
            let (status, body) = match self.script.answer_code {
                200 => ("200 OK".to_owned(), sdp(7000, 8, "sendrecv")),
                code => (format!("{code} No"), String::new()),
            };
            out.push((ms, reply(message, &status, &extra, &body)));
        }
        out
    }
}

pub fn reply(request: &str, status: &str, extra: &str, body: &str) -> String {
    let mut out = format!("SIP/2.0 {status}\r\n");
    for name in ["Via", "From", "To", "Call-ID", "CSeq"] {
        let tag = if name == "To" && !field(request, "To").unwrap().contains(";tag=") { ";tag=srv" } else { "" };
        out.push_str(&format!("{name}: {}{tag}\r\n", field(request, name).unwrap()));
    }
    format!("{out}{extra}Content-Length: {}\r\n\r\n{body}", body.len())
}

/// A request of the server inside the dialog that `invite` opened.
pub fn in_dialog(invite: &str, method: &str, count: u32, body: &str) -> String {
    format!(
        "{method} sip:x@10.0.0.2 SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.1:5060;rport;branch=z9hG4bKs{method}{count}\r\n\
         From: {};tag=srv\r\nTo: {}\r\nCall-ID: {}\r\nCSeq: {count} {method}\r\nContact: <sip:op@10.0.0.1:5060>\r\n\
         Content-Length: {}\r\n\r\n{body}",
        field(invite, "To").unwrap(),
        field(invite, "From").unwrap(),
        field(invite, "Call-ID").unwrap(),
        body.len()
    )
}
