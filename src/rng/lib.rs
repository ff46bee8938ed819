//! Chance that repeats: every stream of figures follows from a seed and the stream's name, every figure of a series
//! from its number.
//!
//! Not for secrets. The mixing function is SplitMix64 (Steele, Lea, Flood, OOPSLA 2014).

/// From one state of the generator to the next.
const GAMMA: u64 = 0x9E37_79B9_7F4A_7C15;

/// The well-mixed image of `value`.
pub const fn mix(value: u64) -> u64 {
    let mut z = value.wrapping_add(GAMMA);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// The seed of the stream called `name`.
pub fn stream(seed: u64, name: &str) -> u64 {
    name.bytes().fold(mix(seed), |state, byte| mix(state ^ u64::from(byte)))
}

/// Figure number `n` of a series, 0 up to but not 1.
pub fn unit_of(series: u64, n: u64) -> f64 {
    unit(mix(series ^ mix(n)))
}

fn unit(bits: u64) -> f64 {
    (bits >> 11) as f64 / (1u64 << 53) as f64
}

/// Noise sample number `n` of a series: mean 0, standard deviation 1, nearly normal (sum of four, so never beyond 3.5).
pub fn noise_of(series: u64, n: u64) -> f32 {
    let bits = mix(series.wrapping_add(n.wrapping_mul(0xD1B5_4A32_D192_ED03)));
    let sum = (bits & 0xFFFF) as u32 + (bits >> 16 & 0xFFFF) as u32 + (bits >> 32 & 0xFFFF) as u32 + (bits >> 48) as u32;
    (sum as f32 / 65535.0 - 2.0) * 1.732_050_8
}

/// Figures one after the other.
#[derive(Debug, Clone)]
pub struct Rng(u64);

impl Rng {
    /// The generator as published, from its seed.
    pub const fn seeded(seed: u64) -> Self {
        Rng(seed)
    }
    /// The stream called `name`.
    pub fn new(seed: u64, name: &str) -> Self {
        Rng(stream(seed, name).wrapping_add(GAMMA))
    }
    pub const fn bits(&mut self) -> u64 {
        let drawn = mix(self.0);
        self.0 = self.0.wrapping_add(GAMMA);
        drawn
    }
    /// The upper half of a draw.
    pub const fn word(&mut self) -> u32 {
        (self.bits() >> 32) as u32
    }
    /// Sixteen hexadecimal digits.
    pub fn hex(&mut self) -> String {
        format!("{:016x}", self.bits())
    }
    /// 0 up to but not 1.
    pub fn unit(&mut self) -> f64 {
        unit(self.bits())
    }
    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }
    /// True with this probability.
    pub fn happens(&mut self, probability: f64) -> bool {
        probability > 0.0 && self.unit() < probability
    }
    /// So many milliseconds, between the two, in nanoseconds.
    pub fn millis(&mut self, low: f64, high: f64) -> u64 {
        (self.between(low, high) * 1e6) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_sequence_is_met() {
        let mut rng = Rng::seeded(1_234_567);
        assert_eq!([rng.bits(), rng.bits()], [6_457_827_717_110_365_317, 3_203_168_211_198_807_973]);
    }

    #[test]
    fn the_same_seed_and_name_give_the_same_figures() {
        let draw = |seed, name| {
            let mut c = Rng::new(seed, name);
            [c.bits(), c.bits(), c.bits()]
        };
        assert_eq!(draw(1, "line"), draw(1, "line"));
        assert_ne!(draw(1, "line"), draw(1, "card"));
        assert_ne!(draw(1, "line"), draw(2, "line"));
    }

    #[test]
    fn figures_are_spread_evenly_and_noise_has_unit_power() {
        let mut chance = Rng::new(7, "spread");
        let mean = (0..20000).map(|_| chance.between(2.0, 4.0)).sum::<f64>() / 20000.0;
        assert!((mean - 3.0).abs() < 0.02, "{mean}");
        let power = (0..40000).map(|n| f64::from(noise_of(3, n)).powi(2)).sum::<f64>() / 40000.0;
        let mean = (0..40000).map(|n| f64::from(noise_of(3, n))).sum::<f64>() / 40000.0;
        assert!((power - 1.0).abs() < 0.03 && mean.abs() < 0.02, "{power} {mean}");
    }
}
