//! Keys pressed during a call, as named events (RFC 4733): many packets a key, told once.
//!
//! Must not know which payload type was agreed for them.

use super::packet::Packet;

/// Codes 0 to 15 (RFC 4733, 3.2).
const KEYS: [char; 16] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '#', 'A', 'B', 'C', 'D'];

/// The events of one stream.
#[derive(Debug, Clone, Default)]
pub struct Digits {
    /// Source and timestamp of the event under way: all its packets share them.
    last: Option<(u32, u32)>,
}

impl Digits {
    /// The key that this packet is the first to tell of. Packets too short, and events that are no keys, are none.
    pub fn received(&mut self, packet: &Packet<'_>) -> Option<char> {
        let [code, _, _, _] = *packet.payload.first_chunk::<4>()?;
        let key = KEYS.get(usize::from(code)).copied()?;
        let event = Some((packet.ssrc, packet.timestamp));
        (std::mem::replace(&mut self.last, event) != event).then_some(key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_key_is_told_once_whichever_of_its_packets_arrive() {
        let mut digits = Digits::default();
        let mut check = |timestamp, payload: &[u8], key| {
            let packet = Packet { marker: false, payload_type: 101, sequence: 0, timestamp, ssrc: 1, payload };
            assert_eq!(digits.received(&packet), key);
        };
        check(100, &[1, 10, 0, 160], Some('1'));
        check(100, &[1, 10, 1, 64], None);
        check(100, &[1, 0x8a, 1, 64], None);
        check(900, &[1, 0x8a, 1, 64], Some('1'));
        check(1700, &[11, 0x8a, 1, 64], Some('#'));
        check(2500, &[16, 10, 0, 160], None);
        check(2500, &[1, 10], None);
    }
}
