//! Modbus as far as bits go (MODBUS Application Protocol 1.1b3: 01, 02, 03, 05, 06 and 15), in either framing: over TCP
//! behind a header with a number, on a serial line between an address and a check sum.
//!
//! Must not know what carries the bytes.

use crate::driver::failure::Failure;
use crate::rig::drivers::Framing;
use crate::unit::Bilingual;

pub const READ_COILS: u8 = 1;
pub const READ_INPUTS: u8 = 2;
const READ_REGISTERS: u8 = 3;
const WRITE_COIL: u8 = 5;
const WRITE_REGISTER: u8 = 6;
const WRITE_COILS: u8 = 15;
/// Set in an answer's function where it is a refusal.
const REFUSAL: u8 = 0x80;
const HEADER: usize = 7;

/// Function and data, without what frames them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question(Vec<u8>);

impl Question {
    fn of(function: u8, first: u16, second: u16) -> Question {
        let ([a, b], [c, d]) = (first.to_be_bytes(), second.to_be_bytes());
        Question(vec![function, a, b, c, d])
    }
    /// So many coils or inputs from `first` on.
    pub fn read(function: u8, first: u16, count: u16) -> Question {
        Question::of(function, first, count)
    }
    pub fn read_register(at: u16) -> Question {
        Question::of(READ_REGISTERS, at, 1)
    }
    pub fn write_register(at: u16, value: u16) -> Question {
        Question::of(WRITE_REGISTER, at, value)
    }
    pub fn write_coil(at: u16, on: bool) -> Question {
        Question::of(WRITE_COIL, at, if on { 0xFF00 } else { 0 })
    }
    pub fn write_coils(first: u16, on: &[bool]) -> Question {
        let bytes: Vec<u8> = on.chunks(8).map(packed).collect();
        let mut all = Question::of(WRITE_COILS, first, u16::try_from(on.len()).unwrap_or(u16::MAX));
        all.0.push(u8::try_from(bytes.len()).unwrap_or(u8::MAX));
        all.0.extend(bytes);
        all
    }
    fn function(&self) -> u8 {
        self.0.first().copied().unwrap_or_default()
    }
    /// What the answer to a writing must repeat.
    pub fn is_echoed_by(&self, data: &[u8]) -> bool {
        self.0.get(1..5) == Some(data)
    }
}

fn packed(bits: &[bool]) -> u8 {
    bits.iter().enumerate().fold(0, |byte, (place, on)| byte | u8::from(*on) << place)
}

/// The bits of an answer to a reading, as many as were asked for; `None`: it has others.
pub fn bits(data: &[u8], count: u16) -> Option<Vec<bool>> {
    let (length, bytes) = data.split_first()?;
    let whole = usize::from(count.div_ceil(8));
    if usize::from(*length) != whole || bytes.len() != whole {
        return None;
    }
    let all = bytes.iter().flat_map(|byte| (0..8).map(move |place| byte >> place & 1 == 1));
    Some(all.take(usize::from(count)).collect())
}

/// The one register of an answer.
pub fn register(data: &[u8]) -> Option<u16> {
    match data {
        [2, high, low] => Some(u16::from_be_bytes([*high, *low])),
        _ => None,
    }
}

/// Puts questions to one unit and takes its answers out of what comes.
#[derive(Debug, Clone, Copy)]
pub struct Coding {
    framing: Framing,
    unit: u8,
    number: u16,
}

impl Coding {
    pub const fn new(framing: Framing, unit: u8) -> Coding {
        Coding { framing, unit, number: 0 }
    }

    /// The question's bytes. The next answer is to this one.
    pub fn frame(&mut self, question: &Question) -> Vec<u8> {
        self.number = self.number.wrapping_add(1);
        let mut bytes = Vec::new();
        if self.framing == Framing::Tcp {
            let length = u16::try_from(question.0.len() + 1).unwrap_or(u16::MAX);
            bytes.extend([self.number, 0, length].into_iter().flat_map(u16::to_be_bytes));
        }
        bytes.push(self.unit);
        bytes.extend(&question.0);
        if self.framing == Framing::Rtu {
            bytes.extend(check_sum(&bytes).to_le_bytes());
        }
        bytes
    }

    /// The data of the answer to the last question; `None`: more has to come.
    pub fn answer(&self, question: &Question, bytes: &[u8]) -> Option<Result<Vec<u8>, Failure>> {
        match self.framing {
            Framing::Tcp => self.behind_header(question, bytes),
            Framing::Rtu => self.before_check_sum(question, bytes),
        }
    }

    fn behind_header(&self, question: &Question, mut bytes: &[u8]) -> Option<Result<Vec<u8>, Failure>> {
        loop {
            let header = bytes.get(..HEADER)?;
            let [number, protocol, length] =
                [0, 2, 4].map(|at| header.get(at..at + 2).map_or(0, |two| u16::from(two[0]) << 8 | u16::from(two[1])));
            if protocol != 0 || !(3..=254).contains(&length) {
                return Some(Err(Failure::garbled(bytes)));
            }
            let end = usize::from(length) + HEADER - 1;
            let body = bytes.get(HEADER..end)?;
            // One to an earlier question, which nobody awaits any more.
            if number != self.number {
                bytes = bytes.get(end..)?;
                continue;
            }
            return Some(self.understood(question, bytes.get(..end)?, header[HEADER - 1], body));
        }
    }

    fn before_check_sum(&self, question: &Question, bytes: &[u8]) -> Option<Result<Vec<u8>, Failure>> {
        let (unit, function) = (*bytes.first()?, *bytes.get(1)?);
        let length = match function {
            _ if function & REFUSAL != 0 => 5,
            READ_COILS | READ_INPUTS | READ_REGISTERS => 5 + usize::from(*bytes.get(2)?),
            WRITE_COIL | WRITE_REGISTER | WRITE_COILS => 8,
            _ => return Some(Err(Failure::garbled(bytes))),
        };
        let frame = bytes.get(..length)?;
        let (body, sum) = frame.split_at(length - 2);
        if sum != check_sum(body).to_le_bytes() {
            return Some(Err(Failure::garbled(bytes)));
        }
        Some(self.understood(question, frame, unit, body.get(1..).unwrap_or_default()))
    }

    fn understood(&self, question: &Question, frame: &[u8], unit: u8, body: &[u8]) -> Result<Vec<u8>, Failure> {
        if unit != self.unit {
            return Err(Failure::Foreign { asked: self.unit, answered: unit });
        }
        match body {
            [function, code] if *function == question.function() | REFUSAL => Err(Failure::Refused(refusal(*code))),
            [function, data @ ..] if *function == question.function() => Ok(data.to_vec()),
            _ => Err(Failure::garbled(frame)),
        }
    }
}

/// What an exception code says (section 7).
fn refusal(code: u8) -> Bilingual {
    let (en, pl) = match code {
        1 => ("it does not know the function", "nie zna tej funkcji"),
        2 => ("it has no such address", "nie ma takiego adresu"),
        3 => ("it does not take the value", "nie przyjmuje tej wartości"),
        4 => ("it has failed itself", "zgłasza własną awarię"),
        5 | 6 => ("it is busy", "jest zajęte"),
        10 | 11 => ("the gateway does not reach the unit", "brama nie ma połączenia z tym adresem"),
        _ => ("it gives no reason", "nie podaje przyczyny"),
    };
    let en = format!("it refuses: {en} (exception {code})");
    Bilingual::new(en, format!("urządzenie odmawia: {pl} (wyjątek {code})"))
}

/// CRC-16 with the reflected polynomial A001 (MODBUS over Serial Line 1.02, 2.5.1.2).
pub fn check_sum(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0xFFFF, |sum, byte| {
        (0..8).fold(sum ^ u16::from(*byte), |sum, _| if sum & 1 == 1 { sum >> 1 ^ 0xA001 } else { sum >> 1 })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// MODBUS Application Protocol 1.1b3, 6.1: coils 20 to 38, which are CD 6B 05.
    #[test]
    fn bits_are_read_as_in_the_specification() {
        let question = Question::read(READ_COILS, 0x13, 0x13);
        assert_eq!(question.0, [0x01, 0x00, 0x13, 0x00, 0x13]);
        let read = bits(&[0x03, 0xCD, 0x6B, 0x05], 0x13).expect("three bytes");
        let word: String = read.iter().rev().map(|bit| if *bit { '1' } else { '0' }).collect();
        assert_eq!(word, "1010110101111001101");
        assert_eq!((bits(&[0x02, 0xCD, 0x6B], 0x13), bits(&[0x03, 0xCD, 0x6B], 0x13), bits(&[], 1)), (None, None, None));
    }

    /// 6.5: coil 173 on; 6.11: ten coils from 20 on, CD 01.
    #[test]
    fn coils_are_written_as_in_the_specification() {
        let one = Question::write_coil(0xAC, true);
        assert_eq!(one.0, [0x05, 0x00, 0xAC, 0xFF, 0x00]);
        assert!(one.is_echoed_by(&[0x00, 0xAC, 0xFF, 0x00]) && !one.is_echoed_by(&[0x00, 0xAC, 0x00, 0x00]));
        let on = [true, false, true, true, false, false, true, true, true, false];
        let ten = Question::write_coils(0x13, &on);
        assert_eq!(ten.0, [0x0F, 0x00, 0x13, 0x00, 0x0A, 0x02, 0xCD, 0x01]);
        assert!(ten.is_echoed_by(&[0x00, 0x13, 0x00, 0x0A]));
    }

    /// As Waveshare's manuals print them: relay 0 on and off, all eight read, all inputs read, control mode of relay 0.
    #[test]
    fn serial_frames_are_those_of_the_manuals() {
        let mut coding = Coding::new(Framing::Rtu, 1);
        let mut framed = |question: &Question| coding.frame(question);
        assert_eq!(framed(&Question::write_coil(0, true)), [0x01, 0x05, 0x00, 0x00, 0xFF, 0x00, 0x8C, 0x3A]);
        assert_eq!(framed(&Question::write_coil(0, false)), [0x01, 0x05, 0x00, 0x00, 0x00, 0x00, 0xCD, 0xCA]);
        assert_eq!(framed(&Question::read(READ_COILS, 0, 8)), [0x01, 0x01, 0x00, 0x00, 0x00, 0x08, 0x3D, 0xCC]);
        assert_eq!(framed(&Question::read(READ_INPUTS, 0, 8)), [0x01, 0x02, 0x00, 0x00, 0x00, 0x08, 0x79, 0xCC]);
        assert_eq!(framed(&Question::read_register(0x1000))[..6], [0x01, 0x03, 0x10, 0x00, 0x00, 0x01]);
    }

    #[test]
    fn an_answer_is_taken_from_its_own_unit_to_its_own_question_whole_and_sound() {
        let mut coding = Coding::new(Framing::Rtu, 1);
        let question = Question::read(READ_COILS, 0, 8);
        coding.frame(&question);
        let framed = |body: &[u8]| [body, &check_sum(body).to_le_bytes()].concat();
        let good = framed(&[1, 1, 1, 0x05]);
        assert_eq!(coding.answer(&question, &good), Some(Ok(vec![1, 0x05])));
        assert!((0..good.len()).all(|length| coding.answer(&question, &good[..length]).is_none()), "in pieces");
        let spoilt: Vec<u8> = good.iter().map(|byte| byte ^ 0x20).collect();
        assert!(matches!(coding.answer(&question, &spoilt), Some(Err(Failure::Garbled(_)))));
        let foreign = coding.answer(&question, &framed(&[7, 1, 1, 0x05]));
        assert_eq!(foreign, Some(Err(Failure::Foreign { asked: 1, answered: 7 })));
        let refused = coding.answer(&question, &framed(&[1, 0x81, 2]));
        assert!(matches!(refused, Some(Err(Failure::Refused(why))) if why.en.contains("no such address")));
        assert!(matches!(coding.answer(&question, &framed(&[1, 2, 1, 0x05])), Some(Err(Failure::Garbled(_)))));
    }

    #[test]
    fn a_late_answer_over_tcp_is_passed_over() {
        let mut coding = Coding::new(Framing::Tcp, 3);
        let question = Question::read(READ_INPUTS, 0, 8);
        assert_eq!(coding.frame(&question), [0, 1, 0, 0, 0, 6, 3, 2, 0, 0, 0, 8]);
        assert_eq!(coding.frame(&question)[..2], [0, 2]);
        let (late, due) = ([0, 1, 0, 0, 0, 4, 3, 2, 1, 0xAA], [0, 2, 0, 0, 0, 4, 3, 2, 1, 0x55]);
        assert_eq!(coding.answer(&question, &late), None);
        assert_eq!(coding.answer(&question, &[late, due].concat()), Some(Ok(vec![1, 0x55])));
        assert_eq!(coding.answer(&question, &[late, due].concat()[..19]), None);
        assert!(matches!(coding.answer(&question, b"HTTP/1.1 400"), Some(Err(Failure::Garbled(_)))));
        assert!(matches!(coding.answer(&question, &[0, 2, 0, 0, 0, 3, 3, 0x82, 2]), Some(Err(Failure::Refused(_)))));
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_upset_it(bytes: Vec<u8>, tcp: bool) {
            let mut coding = Coding::new(if tcp { Framing::Tcp } else { Framing::Rtu }, 1);
            let question = Question::read(READ_COILS, 0, 8);
            coding.frame(&question);
            if let Some(Ok(data)) = coding.answer(&question, &bytes) {
                bits(&data, 8);
                register(&data);
            }
        }
    }
}
