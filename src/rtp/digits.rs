//! Keys pressed during a call, as named events (RFC 4733): many packets a key, told once; and our own, told so.
//!
//! Must not know which payload type was agreed for them.

use super::packet::Packet;
use std::collections::VecDeque;

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

/// Packets of a key while it is down, those that tell its end (RFC 4733, 2.5.1.4), and those of speech before the next.
const DOWN: u32 = 5;
const ENDS: u32 = 3;
const BETWEEN: u32 = 5;
/// So loud, in −dBm0 (RFC 4733, 2.3.3).
const POWER: u8 = 10;
const END: u8 = 0x80;

/// Keys of ours on their way.
#[derive(Debug, Clone, Default)]
pub struct Keys {
    /// Code and payload type.
    queue: VecDeque<(u8, u8)>,
    /// Packets since the first of them went down, and that one's timestamp.
    packets: u32,
    began: u32,
}

/// What stands in the place of a packet of speech.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyPacket {
    pub marker: bool,
    pub payload_type: u8,
    pub timestamp: u32,
    pub payload: [u8; 4],
}

impl Keys {
    /// What is no key is not pressed.
    pub fn press(&mut self, key: char, payload_type: u8) {
        let code = KEYS.iter().position(|known| *known == key).and_then(|code| u8::try_from(code).ok());
        self.queue.extend(code.map(|code| (code, payload_type)));
    }
    /// A packet of speech with this timestamp is due, which would last for so many ticks; `None`: it may go.
    pub fn next(&mut self, timestamp: u32, ticks: u32) -> Option<KeyPacket> {
        let (code, payload_type) = *self.queue.front()?;
        let nth = self.packets;
        self.packets += 1;
        if nth == 0 {
            self.began = timestamp;
        }
        if nth >= DOWN + ENDS {
            if nth + 1 == DOWN + ENDS + BETWEEN {
                self.queue.pop_front();
                self.packets = 0;
            }
            return None;
        }
        let [high, low] = ((ticks * (nth + 1).min(DOWN)) as u16).to_be_bytes();
        let end = if nth >= DOWN { END } else { 0 };
        Some(KeyPacket { marker: nth == 0, payload_type, timestamp: self.began, payload: [code, end | POWER, high, low] })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_ours_are_understood_one_after_another_even_if_packets_are_lost() {
        for lost in 0..8 {
            let (mut keys, mut digits, mut told) = (Keys::default(), Digits::default(), String::new());
            "*x9".chars().for_each(|key| keys.press(key, 101));
            let speech = (0..40u32).filter(|n| {
                let Some(key) = keys.next(1000 + 160 * n, 160) else { return true };
                let KeyPacket { marker, payload_type, timestamp, payload } = key;
                let packet = Packet { marker, payload_type, sequence: 0, timestamp, ssrc: 1, payload: &payload };
                told.extend(if n % 13 == lost { None } else { digits.received(&packet) });
                false
            });
            assert_eq!(speech.count(), 40 - 16);
            assert_eq!(told, "*9");
        }
    }

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
