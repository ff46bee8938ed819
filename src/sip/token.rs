//! Tags, branches, nonces and other tokens that must be unlike each other, drawn from a seed so that a run can be repeated to the byte.
//!
//! Not a source of secrets: the bench is alone with its post. Must not know what the tokens are for.

/// The splitmix64 generator (Steele, Lea and Flood 2014): small, seekable by its state alone, and good enough to tell tokens apart.
#[derive(Debug, Clone)]
pub struct Tokens(u64);

impl Tokens {
    pub fn from_seed(seed: u64) -> Self {
        Tokens(seed)
    }

    pub fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
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
}
