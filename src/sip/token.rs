//! Tags, branches, nonces and other tokens that must be unlike each other, drawn from a seed so that a run can be
//! repeated to the byte.
//!
//! A seed gives no secrets: one token tells all that follow. On a real network they are drawn from the system's
//! randomness instead, because keys and nonces are among them. Must not know what the tokens are for.

use crate::rng::Rng;

/// Gives 64 bits that nobody can guess.
pub type Chance = fn() -> u64;

#[derive(Debug, Clone)]
pub struct Tokens(Source);

#[derive(Debug, Clone)]
enum Source {
    Seed(Rng),
    Chance(Chance),
}

impl Tokens {
    pub fn from_seed(seed: u64) -> Self {
        Tokens(Source::Seed(Rng::seeded(seed)))
    }
    pub fn from_chance(chance: Chance) -> Self {
        Tokens(Source::Chance(chance))
    }

    /// Tokens of another series, which takes nothing from this one.
    #[must_use]
    pub fn apart(&self, name: &str) -> Self {
        match &self.0 {
            Source::Seed(rng) => Tokens(Source::Seed(Rng::new(rng.clone().bits(), name))),
            Source::Chance(chance) => Tokens::from_chance(*chance),
        }
    }

    pub fn number(&mut self) -> u64 {
        match &mut self.0 {
            Source::Seed(rng) => rng.bits(),
            Source::Chance(chance) => chance(),
        }
    }

    /// As many octets as are wanted, for a key.
    pub fn octets<const N: usize>(&mut self) -> [u8; N] {
        let mut octets = [0; N];
        for part in octets.chunks_mut(8) {
            part.iter_mut().zip(self.number().to_be_bytes()).for_each(|(to, from)| *to = from);
        }
        octets
    }

    /// Sixteen hexadecimal digits.
    pub fn hex(&mut self) -> String {
        format!("{:016x}", self.number())
    }

    /// A branch with the magic cookie of RFC 3261, 8.1.1.7.
    pub fn branch(&mut self) -> String {
        format!("z9hG4bK{}", self.hex())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_generator_gives_the_published_sequence() {
        let mut tokens = Tokens::from_seed(1234567);
        assert_eq!([tokens.number(), tokens.number()], [6457827717110365317, 3203168211198807973]);
    }

    #[test]
    fn a_series_apart_takes_nothing() {
        let mut tokens = Tokens::from_seed(1234567);
        let (mut one, mut other) = (tokens.apart("one"), tokens.apart("other"));
        assert_ne!(one.number(), other.number());
        assert_eq!(tokens.number(), 6457827717110365317);
    }
}
