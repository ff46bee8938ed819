//! RTP packets as bytes (RFC 3550, 5.1).
//!
//! Must not know what a payload means.

/// Length of the fixed header in bytes.
const HEADER: usize = 12;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Packet<'a> {
    pub marker: bool,
    pub payload_type: u8,
    pub sequence: u16,
    pub timestamp: u32,
    pub ssrc: u32,
    pub payload: &'a [u8],
}

/// RTCP shares the version bits; its packet types lie where no RTP payload type may (RFC 5761, 4).
pub fn is_rtcp(bytes: &[u8]) -> bool {
    matches!(bytes, [first, second, ..] if first >> 6 == 2 && (192..=223).contains(second))
}

/// STUN and DTLS, which may share a port with media, told apart from it by their first octet (RFC 7983, 7).
pub fn is_negotiation(bytes: &[u8]) -> bool {
    matches!(bytes.first(), Some(0..=3 | 20..=63)) && bytes.len() > HEADER
}

/// Both begin with the version, 2, in the upper two bits (RFC 3550, 5.1 and 6.4.1); no text does.
pub fn is_rtp_or_rtcp(bytes: &[u8]) -> bool {
    bytes.first().is_some_and(|first| first >> 6 == 2)
}

/// Where the payload begins: behind the fixed header, contributing sources and an extension. `None` for anything that
/// is no RTP packet of version 2 with so much of a header.
pub fn header_length(bytes: &[u8]) -> Option<usize> {
    let first = *bytes.first_chunk::<HEADER>()?.first()?;
    if first >> 6 != 2 || is_rtcp(bytes) {
        return None;
    }
    let mut length = HEADER + 4 * usize::from(first & 0x0f);
    if first & 0x10 != 0 {
        let words = bytes.get(length + 2..length + 4)?.first_chunk::<2>()?;
        length += 4 + 4 * usize::from(u16::from_be_bytes(*words));
    }
    (length <= bytes.len()).then_some(length)
}

impl<'a> Packet<'a> {
    /// `None` for anything that is no RTP packet of version 2 with consistent lengths.
    pub fn parse(bytes: &'a [u8]) -> Option<Self> {
        let mut rest = bytes.get(header_length(bytes)?..)?;
        let [first, second, s0, s1, t0, t1, t2, t3, i0, i1, i2, i3] = *bytes.first_chunk::<HEADER>()?;
        if first & 0x20 != 0 {
            let padding = usize::from(*rest.last()?);
            rest = rest.get(..rest.len().checked_sub(padding)?)?;
        }
        Some(Packet {
            marker: second & 0x80 != 0,
            payload_type: second & 0x7f,
            sequence: u16::from_be_bytes([s0, s1]),
            timestamp: u32::from_be_bytes([t0, t1, t2, t3]),
            ssrc: u32::from_be_bytes([i0, i1, i2, i3]),
            payload: rest,
        })
    }

    pub fn bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(HEADER + self.payload.len());
        bytes.extend([0x80, self.payload_type & 0x7f | u8::from(self.marker) << 7]);
        bytes.extend(self.sequence.to_be_bytes());
        bytes.extend(self.timestamp.to_be_bytes());
        bytes.extend(self.ssrc.to_be_bytes());
        bytes.extend(self.payload);
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(bytes: &[u8], payload: Option<&[u8]>) {
        assert_eq!(Packet::parse(bytes).map(|p| p.payload), payload, "{bytes:02x?}");
    }

    #[test]
    fn what_is_written_is_read() {
        let packet = Packet { marker: true, payload_type: 8, sequence: 65535, timestamp: 7, ssrc: 9, payload: &[1, 2, 3] };
        assert_eq!(Packet::parse(&packet.bytes()), Some(packet));
    }

    #[test]
    fn sources_extensions_and_padding_are_stepped_over_and_their_lies_refused() {
        let plain = |first: u8, rest: &[u8]| [&[first, 8, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3][..], rest].concat();
        check(&plain(0x80, &[5, 6]), Some(&[5, 6]));
        check(&plain(0x81, &[0, 0, 0, 4, 5, 6]), Some(&[5, 6]));
        check(&plain(0x90, &[0, 0, 0, 1, 9, 9, 9, 9, 5, 6]), Some(&[5, 6]));
        check(&plain(0xa0, &[5, 6, 0, 2]), Some(&[5, 6]));
        check(&plain(0x8f, &[5, 6]), None);
        check(&plain(0x90, &[0, 0, 255, 255, 5]), None);
        check(&plain(0xa0, &[5, 200]), None);
        check(&plain(0xa0, &[]), None);
        check(&plain(0x40, &[5]), None);
        check(&[0x80, 200, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3], None);
        check(&[0x80], None);
    }
}
