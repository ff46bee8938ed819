//! Addresses as they stand in headers: names with their brackets and quotes, parameters, lists, and the topmost Via.

use super::{DEFAULT_PORT, Malformed};
use sip_header::{SipHeaderAddr, SipVia};
use sip_uri::{Host, SipUri, Uri};
use std::borrow::Cow;
use std::net::{IpAddr, SocketAddr};

/// One party of a message: the value of From or To.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Party {
    /// As it stood in the message.
    pub raw: String,
    /// The bare URI without its parameters.
    pub uri: String,
    pub user: String,
    pub tag: Option<String>,
}

/// The topmost Via: where answers go and which transaction this is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Via {
    pub branch: String,
    pub sent_by: String,
    pub port: Option<u16>,
    /// The sender asks for answers at the port its datagram came from (RFC 3581).
    pub rport: bool,
}

pub(super) fn top_via(value: &str) -> Result<Via, Malformed> {
    let first = split_list(value);
    let via = SipVia::from_entries(first.first().map(String::as_str)).map_err(|_| Malformed::Missing("Via"))?;
    let via = via.into_entries().into_iter().next().ok_or(Malformed::Missing("Via"))?;
    Ok(Via {
        branch: via.branch().unwrap_or_default().to_owned(),
        sent_by: via.port().map_or_else(|| via.host().to_owned(), |port| format!("{}:{port}", via.host())),
        port: via.port(),
        rport: via.rport().is_some(),
    })
}

pub(super) fn party(raw: &str) -> Option<Party> {
    let parsed: SipHeaderAddr = bracketed(raw).parse().ok()?;
    let (uri, user) = (bare(parsed.uri()), parsed.uri().user().unwrap_or_default().to_owned());
    Some(Party { raw: raw.trim().to_owned(), uri, user, tag: parsed.tag().map(str::to_owned) })
}

/// A URI without its parameters and headers.
fn bare(uri: &Uri) -> String {
    let Some(sip) = uri.as_sip() else { return uri.to_string() };
    let mut bare = SipUri::new(sip.host().clone()).with_scheme(sip.scheme());
    if let Some(user) = sip.user() {
        bare = bare.with_user(user).with_user_params(sip.user_params().to_vec());
    }
    if let Some(password) = sip.password() {
        bare = bare.with_password(password);
    }
    sip.port().map_or(bare.clone(), |port| bare.with_port(port)).to_string()
}

/// Without brackets every parameter is the header's, none the URI's (RFC 3261, 20.10).
fn bracketed(entry: &str) -> Cow<'_, str> {
    match (brackets(entry), entry.split_once(';')) {
        (None, Some((uri, parameters))) => format!("<{}>;{parameters}", uri.trim()).into(),
        _ => entry.into(),
    }
}

/// What stands between the angle brackets, which are none within a quoted name.
fn brackets(entry: &str) -> Option<&str> {
    let mut outside = Quotes::default();
    let start = entry.char_indices().find(|(_, c)| outside.is_outside(*c) && *c == '<').map(|(at, _)| at);
    // A quote that nobody closes is none.
    let start = start.or_else(|| entry.find('<').filter(|_| outside.is_within))?;
    entry.get(start + 1..)?.split_once('>').map(|(inside, _)| inside)
}

/// Whether letters stand within a quoted string (RFC 3261, 25.1).
#[derive(Default)]
struct Quotes {
    is_within: bool,
    is_escaped: bool,
}

impl Quotes {
    /// The next letter; false if it stands within quotes, or is one.
    fn is_outside(&mut self, letter: char) -> bool {
        let was_escaped = std::mem::replace(&mut self.is_escaped, false);
        match letter {
            _ if was_escaped => false,
            '\\' if self.is_within => {
                self.is_escaped = true;
                false
            }
            '"' => {
                self.is_within = !self.is_within;
                false
            }
            _ => !self.is_within,
        }
    }
}

/// A URI out of a Contact or Route value, and the socket it stands for if its host is a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The URI as it stood between the angle brackets.
    pub uri: String,
    pub socket: Option<SocketAddr>,
    /// Seconds of the `expires` parameter after the URI.
    pub expires: Option<u32>,
    /// The device, where it names itself (`+sip.instance`, RFC 5626, 4.1).
    pub instance: Option<String>,
}

/// Splits a Contact, Route or Record-Route value into its entries. Entries that cannot be read are left out.
pub fn targets(value: &str) -> Vec<Target> {
    split_list(value).iter().filter_map(|entry| target(entry)).collect()
}

fn target(entry: &str) -> Option<Target> {
    let entry = bracketed(entry);
    let parsed: SipHeaderAddr = entry.parse().ok()?;
    let uri = brackets(&entry).map_or_else(|| parsed.uri().to_string(), str::to_owned);
    let expires = parsed.param_raw("expires").flatten().and_then(|seconds| seconds.parse().ok());
    Some(Target { uri, socket: parsed.sip_uri().and_then(socket_of), expires, instance: instance(&entry) })
}

/// `;+sip.instance="<urn:uuid:…>"` among the parameters after the URI.
fn instance(contact: &str) -> Option<String> {
    let (_, value) = contact.split_once("+sip.instance=\"")?;
    value.split_once('"').map(|(instance, _)| instance.to_owned())
}

fn socket_of(uri: &SipUri) -> Option<SocketAddr> {
    let ip = match uri.host() {
        Host::IPv4(ip) => IpAddr::V4(*ip),
        Host::IPv6(ip) => IpAddr::V6(*ip),
        _ => return None,
    };
    Some(SocketAddr::new(ip, uri.port().unwrap_or(DEFAULT_PORT)))
}

/// Whether two URIs lead to the same: however their letters are escaped, and whatever case scheme and host are written
/// in (RFC 3261, 19.1.4).
pub fn is_same_uri(one: &str, other: &str) -> bool {
    let canonical = |text: &str| {
        let uri: Uri = text.parse().ok()?;
        let sip = uri.as_sip()?.clone();
        let host = sip.host().to_string().to_ascii_lowercase();
        let mut parameters: Vec<String> = text.split(';').skip(1).map(str::to_ascii_lowercase).collect();
        parameters.sort_unstable();
        Some((sip.scheme(), sip.user().map(str::to_owned), sip.password().map(str::to_owned), host, sip.port(), parameters))
    };
    one == other || canonical(one).is_some_and(|one| Some(one) == canonical(other))
}

/// Splits at commas outside quotes and angle brackets.
pub fn split_list(value: &str) -> Vec<String> {
    let (mut parts, mut part, mut quotes, mut bracketed) = (Vec::new(), String::new(), Quotes::default(), false);
    for c in value.chars() {
        let is_outside = quotes.is_outside(c);
        match c {
            '<' if is_outside => bracketed = true,
            '>' if is_outside => bracketed = false,
            ',' if is_outside && !bracketed => {
                parts.push(std::mem::take(&mut part).trim().to_owned());
                continue;
            }
            _ => {}
        }
        part.push(c);
    }
    parts.push(part.trim().to_owned());
    parts.retain(|p| !p.is_empty());
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(entry: &str, uri: &str, expires: Option<u32>) {
        let found: Vec<(String, Option<u32>)> = targets(entry).into_iter().map(|target| (target.uri, target.expires)).collect();
        assert_eq!(found, [(uri.to_owned(), expires)], "{entry}");
    }

    #[test]
    fn names_and_parameters_are_told_from_the_address() {
        check("<sip:a@10.0.0.2;x=1>;expires=60", "sip:a@10.0.0.2;x=1", Some(60));
        check("\"Punkt <SOS>, \\\"rynek\\\" \" <sip:a@10.0.0.2>;expires=60", "sip:a@10.0.0.2", Some(60));
        check("sip:a@10.0.0.2;expires=60", "sip:a@10.0.0.2", Some(60));
        check("sip:a@10.0.0.2", "sip:a@10.0.0.2", None);
        check("SOS <sip:a@10.0.0.2:5062>;q=0.5;expires=7", "sip:a@10.0.0.2:5062", Some(7));
        assert_eq!(targets("\"a, b\" <sip:a@10.0.0.2>, <sip:b@10.0.0.3>").len(), 2);
    }

    #[test]
    fn a_party_without_brackets_has_its_tag() {
        let of = |raw: &str| party(raw).map(|party| (party.uri, party.user, party.tag));
        let expected = ("sip:sos-1@straz".to_owned(), "sos-1".to_owned(), Some("7".to_owned()));
        for raw in [
            "sip:sos-1@straz;tag=7",
            "<sip:sos-1@straz>;tag=7",
            "\"<b>\" <sip:sos%2D1@straz;x=y>;tag=7",
            "a <sip:s%6fs-1@straz>;tag=7",
        ] {
            assert_eq!(of(raw), Some(expected.clone()), "{raw}");
        }
    }

    #[test]
    fn addresses_are_compared_as_the_standard_compares_them() {
        for (one, other) in [
            ("sip:sos%2D1@10.0.0.2", "sip:sos-1@10.0.0.2"),
            ("sip:%61@Example.org", "SIP:a@example.ORG"),
            ("sip:a@h;transport=tcp;lr", "sip:a@h;lr;Transport=TCP"),
        ] {
            assert!(is_same_uri(one, other), "{one} {other}");
        }
        for (one, other) in
            [("sip:a@h", "sip:A@h"), ("sip:a@h", "sip:a@h:5060"), ("sip:a@h", "sips:a@h"), ("sip:a@h", "sip:a@h;lr")]
        {
            assert!(!is_same_uri(one, other), "{one} {other}");
        }
    }
}
