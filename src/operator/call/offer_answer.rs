//! Offer and answer within one dialog (RFC 3264): what is under way, what both ends agreed on last, and the
//! descriptions that say so.

use super::srtp_session::SrtpSession;
use crate::instrument::operator::Change;
use crate::rtp::codec::Codec;
use crate::sip::message::Request;
use crate::sip::sdes::Srtp;
use crate::sip::sdp::{Audio, Direction, Format, Local, SdpError};
use crate::sip::token::Tokens;
use std::net::SocketAddr;

/// Nobody takes packets shorter than this, in milliseconds.
const SHORTEST: u32 = 5;

/// What both ends agreed on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agreed {
    pub codec: Codec,
    pub payload_type: u8,
    /// Payload type of named events, if they were agreed.
    pub events: Option<u8>,
    /// Payload type of comfort noise.
    pub comfort: u8,
    pub remote: SocketAddr,
    /// Where RTCP goes; the same address if both share a port.
    pub rtcp: SocketAddr,
    /// Whether we may send.
    pub sending: bool,
    /// Whether the other end means to send.
    pub receiving: bool,
    /// In how many parts a packet of 20 ms goes, so that none is longer than the other end takes.
    pub parts: usize,
    /// As the other end's description has it, for an offer of ours that keeps it.
    format: Format,
}

impl Agreed {
    /// What follows from the other end's description.
    fn with(audio: &Audio, codecs: &[Codec]) -> Result<Self, SdpError> {
        let names: Vec<(&str, u32)> = codecs.iter().map(|c| (c.name(), c.clock_rate())).collect();
        let format = audio.choose(&names)?;
        let codec = Codec::named(&format.name).ok_or(SdpError::NoCodec)?;
        let sending = audio.direction.mirrored().sends() && audio.can_be_sent_to();
        let events = audio.events(format.rate).map(|f| f.payload);
        let parts = audio.longest.map_or(1, |longest| (20 / longest.clamp(SHORTEST, 20)) as usize);
        let comfort = audio.comfort_noise(format.rate);
        let (remote, rtcp, receiving) = (audio.remote, audio.rtcp, audio.direction.sends());
        Ok(Agreed { codec, payload_type: format.payload, events, comfort, remote, rtcp, sending, receiving, parts, format })
    }
}

/// The formats we can speak, as an offer names them.
fn formats(codecs: &[Codec]) -> Vec<Format> {
    let spoken = codecs.iter().map(|c| Format::new(c.payload(), c.name(), c.clock_rate()));
    spoken.chain(std::iter::once(Format::events(8000))).collect()
}

/// The offer a request brings, if we can answer it; `None` if it leaves offering to us.
pub fn offer_of(request: &Request, codecs: &[Codec], srtp: Srtp) -> Result<Option<Audio>, SdpError> {
    if let Some(kind) = request.head.strange_content() {
        return Err(SdpError::Content(kind));
    }
    let body = request.head.description();
    if body.is_empty() {
        return Ok(None);
    }
    let audio = Audio::parse_under(body, srtp)?;
    Agreed::with(&audio, codecs)?;
    Ok(Some(audio))
}

/// What is under way. An offer of ours within a re-INVITE of ours is not: what stands stays in force until its answer.
#[derive(Debug)]
enum Exchange {
    Settled,
    /// The INVITE's offer waits for our answer.
    Offered(Box<Audio>),
    /// A response of ours carried an offer: the ACK or PRACK must bring the answer.
    Offering,
}

/// Our description, as a provisional response has carried it.
#[derive(Debug)]
struct Early {
    body: Vec<u8>,
    /// One of those that carried it was reliable.
    is_reliable: bool,
}

#[derive(Debug)]
pub struct OfferAnswer {
    local: Local,
    codecs: Vec<Codec>,
    exchange: Exchange,
    agreed: Option<Agreed>,
    early: Option<Early>,
    told_held: bool,
    /// The direction of our latest offer.
    offered: Direction,
}

impl OfferAnswer {
    /// Begins with the INVITE's offer, if it brought one.
    pub fn begun(local: Local, codecs: Vec<Codec>, offer: Option<Audio>) -> Self {
        let exchange = offer.map_or(Exchange::Settled, |offer| Exchange::Offered(Box::new(offer)));
        OfferAnswer { local, codecs, exchange, agreed: None, early: None, told_held: false, offered: Direction::SendRecv }
    }
    /// The direction of our latest offer.
    pub const fn offered(&self) -> Direction {
        self.offered
    }
    pub fn agreed(&self) -> Option<&Agreed> {
        self.agreed.as_ref()
    }
    /// Where we receive.
    pub fn address(&self) -> SocketAddr {
        self.local.address
    }
    pub fn move_to(&mut self, port: u16) {
        self.local.address.set_port(port);
    }
    pub fn is_offered(&self) -> bool {
        matches!(self.exchange, Exchange::Offered(_))
    }
    pub fn is_offering(&self) -> bool {
        matches!(self.exchange, Exchange::Offering)
    }
    /// Our description has gone out early.
    pub fn is_described(&self) -> bool {
        self.early.is_some()
    }
    /// The offer a later request brings, under what we can speak.
    pub fn offer_of(&self, request: &Request, srtp: Srtp) -> Result<Option<Audio>, SdpError> {
        offer_of(request, &self.codecs, srtp)
    }

    /// Our description: the answer to the offer that waits, which is then in force, or an offer of our own. `None`:
    /// there is no answer to it.
    pub fn describe(&mut self, keys: &mut SrtpSession, srtp: Srtp, tokens: &mut Tokens) -> Option<Vec<u8>> {
        if let Exchange::Offered(audio) = std::mem::replace(&mut self.exchange, Exchange::Settled) {
            return self.answer(&audio, keys, tokens);
        }
        self.exchange = Exchange::Offering;
        self.offered = Direction::SendRecv;
        let cryptos = keys.offer(srtp, tokens);
        Some(self.local.offer(&formats(&self.codecs), Direction::SendRecv, &cryptos.iter().collect::<Vec<_>>()))
    }
    /// The answer to an offer that came within the dialog, which is then in force.
    pub fn answer(&mut self, offer: &Audio, keys: &mut SrtpSession, tokens: &mut Tokens) -> Option<Vec<u8>> {
        let agreed = Agreed::with(offer, &self.codecs).ok()?;
        let crypto = keys.answer(offer.crypto.as_ref(), tokens);
        let body = self.local.answer(offer, &agreed.format, crypto.as_ref());
        self.agreed = Some(agreed);
        Some(body)
    }
    /// Takes the other end's answer to an offer of ours; false if it is none.
    pub fn take_answer(&mut self, body: &[u8], keys: &mut SrtpSession) -> bool {
        if self.is_offering() {
            self.exchange = Exchange::Settled;
        }
        let Ok(audio) = Audio::parse_under(body, keys.expected()) else { return false };
        let Ok(agreed) = Agreed::with(&audio, &self.codecs) else { return false };
        if !keys.answered(audio.crypto.as_ref()) {
            return false;
        }
        self.agreed = Some(agreed);
        true
    }

    /// Our description for a provisional response: made once, and the same in each.
    pub fn describe_early(&mut self, reliably: bool, keys: &mut SrtpSession, srtp: Srtp, tokens: &mut Tokens) -> Option<Vec<u8>> {
        if self.early.is_none() {
            self.early = self.describe(keys, srtp, tokens).map(|body| Early { body, is_reliable: false });
        }
        let early = self.early.as_mut()?;
        early.is_reliable |= reliably;
        Some(early.body.clone())
    }
    /// The body of the 2xx to the INVITE: what a reliable response described needs no repetition (RFC 3262, 5). The
    /// outer `None`: there is no answer to the offer.
    pub fn describe_finally(&mut self, keys: &mut SrtpSession, srtp: Srtp, tokens: &mut Tokens) -> Option<Option<Vec<u8>>> {
        match self.early.take() {
            Some(early) => Some((!early.is_reliable).then_some(early.body)),
            None => self.describe(keys, srtp, tokens).map(Some),
        }
    }

    /// Our description as it would be after a change, or unchanged for a refresh. What stands stays in force until the
    /// answer.
    pub fn proposal(
        &mut self,
        what: Option<Change>,
        port: u16,
        keys: &mut SrtpSession,
        srtp: Srtp,
        tokens: &mut Tokens,
    ) -> Vec<u8> {
        let Some(agreed) = &self.agreed else { return Vec::new() };
        let events = agreed.events.map(|payload| Format { payload, ..Format::events(agreed.format.rate) });
        let formats: Vec<Format> = std::iter::once(agreed.format.clone()).chain(events).collect();
        let direction = match what {
            Some(Change::Hold) => Direction::SendOnly,
            Some(Change::Resume) => Direction::SendRecv,
            Some(Change::Move | Change::Propose | Change::Unseal) | None => Direction::between(agreed.sending, agreed.receiving),
        };
        self.offered = direction;
        let before = self.local.address;
        self.local.address = SocketAddr::new(before.ip(), port);
        let cryptos = if what == Some(Change::Unseal) { keys.offer_plain() } else { keys.offer(srtp, tokens) };
        let body = self.local.offer(&formats, direction, &cryptos.iter().collect::<Vec<_>>());
        self.local.address = before;
        body
    }

    /// Whether the agreement in force is a hold, if the one told last was none, or the other way round.
    pub fn hold_news(&mut self) -> Option<bool> {
        let held = self.agreed.as_ref().is_some_and(|agreed| !agreed.sending);
        (std::mem::replace(&mut self.told_held, held) != held).then_some(held)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn audio(direction: &str) -> Audio {
        let text = format!(
            "v=0\r\no=- 1 1 IN IP4 10.0.0.2\r\ns=-\r\nc=IN IP4 10.0.0.2\r\nt=0 0\r\nm=audio 4000 RTP/AVP 8\r\na={direction}\r\n"
        );
        Audio::parse(text.as_bytes()).expect("a description")
    }
    fn begun(offer: Option<Audio>) -> (OfferAnswer, SrtpSession, Tokens) {
        let local = Local::new(SocketAddr::from(([10, 0, 0, 1], 20000)), 1);
        (OfferAnswer::begun(local, Codec::G711.to_vec(), offer), SrtpSession::default(), Tokens::from_seed(1))
    }
    fn text(body: Option<Vec<u8>>) -> String {
        String::from_utf8(body.expect("a description")).expect("text")
    }

    #[test]
    fn an_offer_is_answered_once_and_then_in_force() {
        let (mut talk, mut keys, mut tokens) = begun(Some(audio("sendrecv")));
        assert!(talk.is_offered() && talk.agreed().is_none());
        let early = text(talk.describe_early(false, &mut keys, Srtp::Optional, &mut tokens));
        assert!(early.contains("m=audio 20000 RTP/AVP 8"), "{early}");
        assert!(!talk.is_offered() && talk.agreed().is_some_and(|agreed| agreed.sending));
        let again = talk.describe_finally(&mut keys, Srtp::Optional, &mut tokens).expect("an answer");
        assert_eq!(again.as_deref(), Some(early.as_bytes()), "an unreliable description is repeated as it was");
    }

    #[test]
    fn what_was_described_reliably_is_not_repeated() {
        let (mut talk, mut keys, mut tokens) = begun(Some(audio("sendrecv")));
        talk.describe_early(true, &mut keys, Srtp::Optional, &mut tokens).expect("an answer");
        assert_eq!(talk.describe_finally(&mut keys, Srtp::Optional, &mut tokens), Some(None));
    }

    #[test]
    fn our_own_offer_is_in_force_only_with_its_answer() {
        let (mut talk, mut keys, mut tokens) = begun(None);
        talk.describe(&mut keys, Srtp::Optional, &mut tokens).expect("an offer");
        assert!(talk.is_offering() && talk.agreed().is_none());
        assert!(!talk.take_answer(b"nonsense", &mut keys));
        assert!(!talk.is_offering() && talk.agreed().is_none());
        talk.describe(&mut keys, Srtp::Optional, &mut tokens).expect("an offer");
        let answer = "v=0\r\no=- 1 1 IN IP4 10.0.0.2\r\ns=-\r\nc=IN IP4 10.0.0.2\r\nt=0 0\r\nm=audio 4000 RTP/AVP 8\r\n";
        assert!(talk.take_answer(answer.as_bytes(), &mut keys) && talk.agreed().is_some());
    }

    #[test]
    fn a_hold_is_told_once_and_so_is_its_end() {
        let (mut talk, mut keys, mut tokens) = begun(None);
        let mut after = |direction: &str| {
            talk.answer(&audio(direction), &mut keys, &mut tokens).expect("an answer");
            (talk.hold_news(), talk.hold_news())
        };
        assert_eq!(after("sendrecv"), (None, None));
        assert_eq!(after("sendonly"), (Some(true), None));
        assert_eq!(after("sendrecv"), (Some(false), None));
    }

    #[test]
    fn a_proposal_leaves_what_stands_in_force() {
        let (mut talk, mut keys, mut tokens) = begun(Some(audio("sendrecv")));
        talk.describe(&mut keys, Srtp::Optional, &mut tokens).expect("an answer");
        let before = talk.agreed().cloned();
        let body = text(Some(talk.proposal(Some(Change::Hold), 20002, &mut keys, Srtp::Optional, &mut tokens)));
        assert!(body.contains("m=audio 20002") && body.contains("a=sendonly"), "{body}");
        assert_eq!((talk.agreed(), talk.address().port()), (before.as_ref(), 20000));
    }
}
