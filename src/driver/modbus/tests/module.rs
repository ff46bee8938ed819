//! A module as a test has it: what it holds, and what it makes of a question. Must not know what carries the bytes.

use std::sync::{Arc, Mutex};

/// What a module does with a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    Sound,
    Silent,
    Garbled,
    OtherUnit,
    Refusing,
    /// It carries out what it is told and does not answer.
    Dumb,
    /// It closes the connection before each question it is to answer, once.
    HangsUp,
    /// It takes its time.
    Slow,
    /// It says yes and does nothing.
    Idle,
}

pub struct State {
    pub coils: Vec<bool>,
    pub inputs: Vec<bool>,
    pub modes: Vec<u16>,
    pub manner: Manner,
    pub questions: Vec<u8>,
}

pub type Shared = Arc<Mutex<State>>;

pub fn state(relays: usize, inputs: usize) -> Shared {
    let (coils, inputs) = (vec![false; relays], vec![false; inputs]);
    Arc::new(Mutex::new(State { coils, inputs, modes: vec![1; relays], manner: Manner::Sound, questions: Vec::new() }))
}

pub fn set_manner(state: &Shared, manner: Manner) {
    state.lock().expect("lock").manner = manner;
}

/// The body of an answer to the body of a question, addresses from `base` on for coils and inputs alike.
pub fn answer(state: &mut State, base: u16, body: &[u8]) -> Vec<u8> {
    let word = |at: usize| u16::from(body[at]) << 8 | u16::from(body[at + 1]);
    let (function, first, count) = (body[0], usize::from(word(1)), usize::from(word(3)));
    let from = first.wrapping_sub(usize::from(base));
    state.questions.push(function);
    if state.manner == Manner::Refusing {
        return vec![function | 0x80, 2];
    }
    let packed = |bits: &[bool]| {
        let bit = |at: usize| bits.get(from + at).copied().unwrap_or_default();
        let bytes = (0..count.div_ceil(8))
            .map(|byte| (0..8).fold(0, |all, place| all | u8::from(byte * 8 + place < count && bit(byte * 8 + place)) << place));
        let bytes: Vec<u8> = bytes.collect();
        [&[function, bytes.len() as u8], &bytes[..]].concat()
    };
    match function {
        1 => packed(&state.coils),
        2 => packed(&state.inputs),
        3 => [&[3, 2], &state.modes[first - 0x1000].to_be_bytes()[..]].concat(),
        6 => {
            state.modes[first - 0x1000] = word(3);
            body.to_vec()
        }
        5 if state.manner == Manner::Idle => body.to_vec(),
        5 => match state.coils.get_mut(from) {
            Some(coil) => {
                *coil = word(3) == 0xFF00;
                body.to_vec()
            }
            None => vec![0x85, 2],
        },
        15 => {
            for at in 0..count {
                state.coils[from + at] = body[6 + at / 8] >> (at % 8) & 1 == 1;
            }
            body[..5].to_vec()
        }
        _ => vec![function | 0x80, 1],
    }
}
