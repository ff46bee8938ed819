//! RTCP packets as bytes: sender and receiver reports, source descriptions and good-byes (RFC 3550, 6).
//!
//! Must not know when one is due, nor what its figures mean for a call.

use super::packet;

const SENDER_REPORT: u8 = 200;
const RECEIVER_REPORT: u8 = 201;
const DESCRIPTION: u8 = 202;
const GOODBYE: u8 = 203;
/// Extended reports, and the block of them that tells how a talk is heard (RFC 3611, 3 and 4.7).
const EXTENDED: u8 = 207;
const VOICE_METRICS: u8 = 7;
/// The item of a source description that names the end, not the stream (RFC 3550, 6.5.1).
const CNAME: u8 = 1;
/// The longest item.
const LONGEST_ITEM: usize = 255;

/// What a sender says of its own stream (RFC 3550, 6.4.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SenderInfo {
    pub ssrc: u32,
    /// 32.32 fixed point, seconds since 1900.
    pub ntp: u64,
    /// The RTP timestamp of the same moment.
    pub timestamp: u32,
    pub packets: u32,
    pub octets: u32,
}

/// What a receiver says of one source (RFC 3550, 6.4.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Block {
    pub ssrc: u32,
    /// Lost of the last interval's packets, in 256ths.
    pub fraction: u8,
    /// Lost since the beginning; duplicates make it negative. 24 bits, signed.
    pub lost: i32,
    /// Extended highest sequence number.
    pub highest: u32,
    /// In ticks of the RTP clock.
    pub jitter: u32,
    /// Middle 32 bits of the last sender report's NTP time; 0: none came.
    pub last_report: u32,
    /// Since that came, in 65536ths of a second.
    pub delay: u32,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    Report {
        ssrc: u32,
        sender: Option<SenderInfo>,
        blocks: Vec<Block>,
    },
    /// The CNAME of a source.
    Name {
        ssrc: u32,
        name: String,
    },
    Goodbye {
        ssrc: u32,
    },
    /// What of a source's packets came, but too late to be heard, in 256ths.
    Discarded {
        ssrc: u32,
        fraction: u8,
    },
}

/// The parts of a compound packet that we know, in order. Whatever is not consistent ends the reading; a packet that is
/// no RTCP has no parts.
pub fn parse(bytes: &[u8]) -> Vec<Part> {
    let (mut parts, mut rest) = (Vec::new(), bytes);
    while packet::is_rtcp(rest) {
        let Some((head, after)) = rest.split_first_chunk::<4>() else { break };
        let words = usize::from(u16::from_be_bytes([head[2], head[3]]));
        let Some((body, next)) = after.split_at_checked(4 * words) else { break };
        let count = usize::from(head[0] & 0x1f);
        match head[1] {
            SENDER_REPORT => parts.extend(report(body, count, true)),
            RECEIVER_REPORT => parts.extend(report(body, count, false)),
            DESCRIPTION => parts.extend(name(body)),
            EXTENDED => parts.extend(discarded(body)),
            GOODBYE => parts.extend((count > 0).then(|| word(body, 0)).flatten().map(|ssrc| Part::Goodbye { ssrc })),
            _ => {}
        }
        rest = next;
    }
    parts
}

/// The nth 32-bit word.
fn word(body: &[u8], n: usize) -> Option<u32> {
    body.get(4 * n..)?.first_chunk().map(|bytes| u32::from_be_bytes(*bytes))
}

fn report(body: &[u8], count: usize, is_sender: bool) -> Option<Part> {
    let ssrc = word(body, 0)?;
    let sender = if is_sender {
        let ntp = u64::from(word(body, 1)?) << 32 | u64::from(word(body, 2)?);
        Some(SenderInfo { ssrc, ntp, timestamp: word(body, 3)?, packets: word(body, 4)?, octets: word(body, 5)? })
    } else {
        None
    };
    let first = if is_sender { 6 } else { 1 };
    let blocks = (0..count).map_while(|n| block(body, first + 6 * n)).collect();
    Some(Part::Report { ssrc, sender, blocks })
}

fn block(body: &[u8], at: usize) -> Option<Block> {
    let losses = word(body, at + 1)?;
    Some(Block {
        ssrc: word(body, at)?,
        fraction: losses.to_be_bytes()[0],
        // The sign of 24 bits is carried into 32.
        lost: (losses << 8).cast_signed() >> 8,
        highest: word(body, at + 2)?,
        jitter: word(body, at + 3)?,
        last_report: word(body, at + 4)?,
        delay: word(body, at + 5)?,
    })
}

/// The first block of voice metrics.
fn discarded(body: &[u8]) -> Option<Part> {
    let mut rest = body.get(4..)?;
    while let Some((head, after)) = rest.split_first_chunk::<4>() {
        let (block, next) = after.split_at_checked(4 * usize::from(u16::from_be_bytes([head[2], head[3]])))?;
        if head[0] == VOICE_METRICS {
            return Some(Part::Discarded { ssrc: word(block, 0)?, fraction: *block.get(5)? });
        }
        rest = next;
    }
    None
}

/// The first chunk's CNAME.
fn name(body: &[u8]) -> Option<Part> {
    let ssrc = word(body, 0)?;
    let mut items = body.get(4..)?;
    while let [kind, length, rest @ ..] = items {
        let (value, next) = rest.split_at_checked(usize::from(*length))?;
        match *kind {
            0 => return None,
            CNAME => return Some(Part::Name { ssrc, name: String::from_utf8_lossy(value).into_owned() }),
            _ => items = next,
        }
    }
    None
}

fn finish(kind: u8, count: usize, body: &[u8]) -> Vec<u8> {
    // A report has at most 31 blocks, a description of ours one chunk of less than 300 bytes.
    let words = u16::try_from(body.len() / 4).unwrap_or(u16::MAX).to_be_bytes();
    let mut bytes = vec![0x80 | (count as u8 & 0x1f), kind, words[0], words[1]];
    bytes.extend_from_slice(body);
    bytes
}

/// A compound packet as RFC 3550, 6.1 wants it: a report first, then the CNAME. `sender` is `None` for one who has sent
/// nothing lately.
pub fn compound(ssrc: u32, sender: Option<&SenderInfo>, blocks: &[Block], cname: &str, goodbye: bool) -> Vec<u8> {
    let blocks = blocks.get(..31).unwrap_or(blocks);
    let mut body = ssrc.to_be_bytes().to_vec();
    if let Some(info) = sender {
        body.extend(info.ntp.to_be_bytes());
        [info.timestamp, info.packets, info.octets].iter().for_each(|word| body.extend(word.to_be_bytes()));
    }
    for b in blocks {
        let lost = b.lost.clamp(-0x80_0000, 0x7f_ffff).cast_unsigned() & 0x00ff_ffff;
        let words = [b.ssrc, u32::from(b.fraction) << 24 | lost, b.highest, b.jitter, b.last_report, b.delay];
        words.iter().for_each(|word| body.extend(word.to_be_bytes()));
    }
    let mut bytes = finish(if sender.is_some() { SENDER_REPORT } else { RECEIVER_REPORT }, blocks.len(), &body);
    let name = cname.as_bytes().get(..LONGEST_ITEM).unwrap_or(cname.as_bytes());
    let mut chunk = ssrc.to_be_bytes().to_vec();
    chunk.extend([CNAME, name.len() as u8]);
    chunk.extend_from_slice(name);
    // At least one zero ends the items, and the chunk ends at a word.
    chunk.resize((chunk.len() + 1).next_multiple_of(4), 0);
    bytes.extend(finish(DESCRIPTION, 1, &chunk));
    if goodbye {
        bytes.extend(finish(GOODBYE, 1, &ssrc.to_be_bytes()));
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    const INFO: SenderInfo = SenderInfo { ssrc: 7, ntp: 0x1234_5678_9abc_def0, timestamp: 99, packets: 5, octets: 800 };
    const BLOCK: Block =
        Block { ssrc: 8, fraction: 64, lost: -3, highest: 70_000, jitter: 12, last_report: 0x5678_9abc, delay: 65_536 };

    #[test]
    fn what_is_written_is_read() {
        let bytes = compound(7, Some(&INFO), &[BLOCK], "operator@10.0.0.1", true);
        assert_eq!((bytes[0], bytes[1], bytes.len() % 4), (0x81, 200, 0));
        let expected = [
            Part::Report { ssrc: 7, sender: Some(INFO), blocks: vec![BLOCK] },
            Part::Name { ssrc: 7, name: "operator@10.0.0.1".to_owned() },
            Part::Goodbye { ssrc: 7 },
        ];
        assert_eq!(parse(&bytes), expected);
        let quiet = compound(7, None, &[], "x", false);
        assert_eq!(parse(&quiet)[0], Part::Report { ssrc: 7, sender: None, blocks: Vec::new() });
    }

    /// A receiver report with one block, written by hand from the figure of RFC 3550, 6.4.2.
    #[test]
    fn a_report_is_read_field_by_field() {
        let words: [u32; 8] = [0x81c9_0007, 1, 2, 0x40ff_fffe, 0x0001_0005, 9, 0xaaaa_bbbb, 0x0001_8000];
        let bytes: Vec<u8> = words.iter().flat_map(|w| w.to_be_bytes()).collect();
        let Part::Report { ssrc: 1, sender: None, blocks } = parse(&bytes).remove(0) else { panic!("a report") };
        let b = blocks[0];
        assert_eq!((b.ssrc, b.fraction, b.lost, b.highest, b.jitter), (2, 64, -2, 65_541, 9));
        assert_eq!((b.last_report, b.delay), (0xaaaa_bbbb, 0x0001_8000));
    }

    #[test]
    fn broken_packets_give_what_is_whole_and_nothing_else() {
        let whole = compound(7, Some(&INFO), &[BLOCK], "name", true);
        for end in 0..whole.len() {
            let parts = parse(&whole[..end]);
            assert!(parts.len() < 3, "{end}");
        }
        assert_eq!(parse(&[0x80, 8, 0, 0]), []);
        // More blocks announced than there are.
        let mut lying = compound(7, None, &[BLOCK], "n", false);
        lying[0] = 0x9f;
        assert!(matches!(&parse(&lying)[0], Part::Report { blocks, .. } if blocks.len() == 1));
    }
}
