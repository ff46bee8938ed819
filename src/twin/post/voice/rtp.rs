//! RTP headers (RFC 3550, section 5.1): wording what is sent, reading what comes.
//!
//! Must not know calls, codecs or time. Foreign bytes that are no RTP are `None`.

/// Bytes of a header without contributing sources or extension.
pub const HEADER: usize = 12;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    pub marker: bool,
    pub payload_type: u8,
    pub sequence: u16,
    pub timestamp: u32,
    pub ssrc: u32,
}

impl Header {
    pub fn write(&self, out: &mut Vec<u8>) {
        out.push(0x80);
        out.push(u8::from(self.marker) << 7 | self.payload_type & 0x7F);
        out.extend_from_slice(&self.sequence.to_be_bytes());
        out.extend_from_slice(&self.timestamp.to_be_bytes());
        out.extend_from_slice(&self.ssrc.to_be_bytes());
    }
}

/// The header and the payload, without padding. RTCP sharing the port is told by its types 192–223 (RFC 5761, 4) and is
/// `None`.
pub fn read(bytes: &[u8]) -> Option<(Header, &[u8])> {
    let fixed: &[u8; HEADER] = bytes.first_chunk()?;
    let [flags, kind, s0, s1, t0, t1, t2, t3, i0, i1, i2, i3] = *fixed;
    if flags >> 6 != 2 || (192..=223).contains(&kind) {
        return None;
    }
    let header = Header {
        marker: kind & 0x80 != 0,
        payload_type: kind & 0x7F,
        sequence: u16::from_be_bytes([s0, s1]),
        timestamp: u32::from_be_bytes([t0, t1, t2, t3]),
        ssrc: u32::from_be_bytes([i0, i1, i2, i3]),
    };
    let mut payload = bytes.get(HEADER + 4 * usize::from(flags & 15)..)?;
    if flags & 0x10 != 0 {
        let [_, _, l0, l1] = *payload.first_chunk::<4>()?;
        payload = payload.get(4 + 4 * usize::from(u16::from_be_bytes([l0, l1]))..)?;
    }
    if flags & 0x20 != 0 {
        let padding = usize::from(*payload.last()?);
        if padding == 0 {
            return None;
        }
        payload = payload.get(..payload.len().checked_sub(padding)?)?;
    }
    Some((header, payload))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: [u8; 14] = [0x80, 0x88, 0x12, 0x34, 0, 0, 0, 160, 0xDE, 0xAD, 0xBE, 0xEF, 1, 2];
    const HEAD: Header = Header { marker: true, payload_type: 8, sequence: 0x1234, timestamp: 160, ssrc: 0xDEAD_BEEF };

    #[test]
    fn writes_and_reads_the_fixed_header() {
        let mut out = Vec::new();
        HEAD.write(&mut out);
        assert_eq!(out, PLAIN[..12]);
        assert_eq!(read(&PLAIN), Some((HEAD, &[1, 2][..])));
    }

    #[test]
    fn skips_sources_extension_and_padding() {
        let mut bytes = PLAIN[..12].to_vec();
        bytes[0] = 0x80 | 0x20 | 0x10 | 1;
        bytes.extend([9, 9, 9, 9, 0xBE, 0xDE, 0, 1, 7, 7, 7, 7, 1, 2, 0, 2]);
        assert_eq!(read(&bytes), Some((HEAD, &[1, 2][..])));
        for cut in 0..bytes.len() - 2 {
            // Whatever is cut off, nothing is read past the end; the last byte then is no longer the padding's length.
            if let Some((_, payload)) = read(&bytes[..cut]) {
                assert!(payload.len() < 4);
            }
        }
    }

    #[test]
    fn other_versions_and_rtcp_are_none() {
        let mut bytes = PLAIN;
        bytes[0] = 0x40;
        assert_eq!(read(&bytes), None);
        bytes[0] = 0x80;
        bytes[1] = 200;
        assert_eq!(read(&bytes), None);
        assert_eq!(read(&PLAIN[..11]), None);
    }
}
