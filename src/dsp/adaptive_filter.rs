//! A filter that learns a path: what was sent is known, what is heard is an unknown path's answer to it and whatever
//! else there is.
//!
//! In partitions, in the frequency domain, each bin with a step of its own that follows from how sure the model is and
//! from what else is heard (Enzner, Vary 2006; Kuech and others 2014): a voice beside the answer stops it by that
//! alone. Knows nothing of loudspeakers or calls.

use super::fft::{Complex32, forward_single, inverse_single};

/// Samples of a block, and of the window that holds it and the one before.
pub const BLOCK: usize = 160;
const WINDOW: usize = 2 * BLOCK;
const BINS: usize = WINDOW / 2 + 1;
/// The path's answer is modelled over so many blocks.
pub const PARTITIONS: usize = 4;
/// Before anything is learnt the path is taken for this, a power, and for a tenth of it with each further partition.
const FIRST_GUESS: f32 = 0.1;
const FADES: f32 = 0.1;
/// In a block the path may change by this share of itself.
const CHANGES: f32 = 1e-5;
/// What else is heard is remembered so far from block to block.
const MEMORY: f32 = 0.8;
/// Is there a part of the model left in what it leaves? Over so many blocks, so much of it, and so surely: then the
/// path has changed.
const LEAK_MEMORY: f32 = 0.975;
const LEAK: f32 = 0.3;
const COHERENCE: f32 = 0.05;

type Spectrum = [Complex32; BINS];
const NOTHING: Spectrum = [Complex32 { re: 0.0, im: 0.0 }; BINS];

/// A stretch of the path, its response spread over one block's delay.
#[derive(Debug)]
struct Partition {
    response: Spectrum,
    /// Mean square of the response's error.
    doubt: [f32; BINS],
}

#[derive(Debug)]
pub struct AdaptiveFilter {
    /// The last block sent.
    before: [f32; BLOCK],
    /// What was sent, the latest block first, and what becomes of it.
    sent: [Spectrum; PARTITIONS],
    partitions: [Partition; PARTITIONS],
    /// Whose response is next trimmed to the length of a block.
    trimmed: usize,
    /// What is heard besides the path's answer.
    others: [f32; BINS],
    /// Of model and remainder: their product, and the square of each.
    product: f32,
    modelled: f32,
    remaining: f32,
}

impl Default for AdaptiveFilter {
    fn default() -> Self {
        let mut guess = FIRST_GUESS;
        let partition = |_| {
            let doubt = [guess; BINS];
            guess *= FADES;
            Partition { response: NOTHING, doubt }
        };
        AdaptiveFilter {
            before: [0.0; BLOCK],
            sent: [NOTHING; PARTITIONS],
            partitions: std::array::from_fn(partition),
            trimmed: 0,
            others: [0.0; BINS],
            product: 0.0,
            modelled: 0.0,
            remaining: 0.0,
        }
    }
}

impl AdaptiveFilter {
    /// The block that was sent just before the one heard next.
    pub fn sends(&mut self, block: &[f32; BLOCK]) {
        let is_silent = block.iter().chain(&self.before).all(|sample| *sample == 0.0);
        let window = self.before.iter().chain(block).copied();
        self.sent.rotate_right(1);
        self.sent[0] = if is_silent { NOTHING } else { spectrum_of(window) };
        self.before = *block;
    }

    /// Takes the path's answer off what is heard and learns from what is left; returns the power that may still be the
    /// answer's in it.
    pub fn takes_off(&mut self, heard: &mut [f32; BLOCK]) -> f32 {
        let mut model = NOTHING;
        for (sent, Partition { response, .. }) in self.sent.iter().zip(&self.partitions) {
            model.iter_mut().zip(sent.iter().zip(response)).for_each(|(sum, (x, w))| *sum += x * w);
        }
        let answer = inverse_single(model.to_vec(), WINDOW);
        let answer = answer.get(BLOCK..).unwrap_or_default();
        heard.iter_mut().zip(answer).for_each(|(sample, answer)| *sample -= answer);
        let left = self.learn(heard);
        self.watch_for_changes(answer, heard);
        left
    }

    /// One step towards what would have left less; returns the power that may still be the answer's.
    fn learn(&mut self, remainder: &[f32; BLOCK]) -> f32 {
        let error = spectrum_of(std::iter::repeat_n(0.0, BLOCK).chain(remainder.iter().copied()));
        let mut expected = [0.0f32; BINS];
        for (sent, Partition { doubt, .. }) in self.sent.iter().zip(&self.partitions) {
            expected.iter_mut().zip(sent.iter().zip(doubt)).for_each(|(sum, (x, p))| *sum += x.norm_sqr() * p);
        }
        for (others, error) in self.others.iter_mut().zip(&error) {
            let now = error.norm_sqr();
            *others = (MEMORY * *others + (1.0 - MEMORY) * now).max(now);
        }
        for (sent, Partition { response, doubt }) in self.sent.iter().zip(&mut self.partitions) {
            for k in 0..BINS {
                // The remainder fills half the window.
                let weight = expected[k] + 2.0 * self.others[k] + f32::MIN_POSITIVE;
                let step = doubt[k] / weight;
                response[k] += sent[k].conj() * error[k] * step;
                doubt[k] *= 1.0 - 0.5 * step * sent[k].norm_sqr();
                doubt[k] += CHANGES * response[k].norm_sqr();
            }
        }
        self.trim();
        power_of(&expected)
    }

    /// A response is no longer than its block; one partition's turn.
    fn trim(&mut self) {
        self.trimmed = (self.trimmed + 1) % PARTITIONS;
        if let Some(partition) = self.partitions.get_mut(self.trimmed) {
            let response = inverse_single(partition.response.to_vec(), WINDOW);
            let trimmed = response.into_iter().take(BLOCK).chain(std::iter::repeat_n(0.0, BLOCK));
            partition.response = spectrum_of(trimmed);
        }
    }

    /// A path that has changed is learnt anew: the model then shows in what it leaves.
    fn watch_for_changes(&mut self, answer: &[f32], remainder: &[f32; BLOCK]) {
        let product: f32 = answer.iter().zip(remainder).map(|(a, b)| a * b).sum();
        let smooth = |before: f32, now: f32| LEAK_MEMORY * before + (1.0 - LEAK_MEMORY) * now;
        self.product = smooth(self.product, product);
        self.modelled = smooth(self.modelled, answer.iter().map(|s| s * s).sum());
        self.remaining = smooth(self.remaining, remainder.iter().map(|s| s * s).sum());
        let leak = self.product / (self.modelled + f32::MIN_POSITIVE);
        let coherence = leak * self.product / (self.remaining + f32::MIN_POSITIVE);
        if leak.abs() > LEAK && coherence > COHERENCE {
            for Partition { response, doubt } in &mut self.partitions {
                doubt
                    .iter_mut()
                    .zip(response)
                    .for_each(|(doubt, response)| *doubt = doubt.max(leak * leak * response.norm_sqr()));
            }
        }
    }
}

fn spectrum_of(samples: impl Iterator<Item = f32>) -> Spectrum {
    let mut spectrum = NOTHING;
    spectrum.iter_mut().zip(forward_single(samples, WINDOW)).for_each(|(slot, bin)| *slot = bin);
    spectrum
}

/// Mean square of a window with these squared magnitudes.
fn power_of(squares: &[f32; BINS]) -> f32 {
    let ends = squares[0] + squares[BINS - 1];
    (2.0 * squares.iter().sum::<f32>() - ends) / (WINDOW * WINDOW) as f32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stimulus::Random;

    /// Through a path of two answers and in noise: by how many dB the answer is fainter in what is left of the last 50
    /// blocks.
    fn taken_off(blocks: usize, path: [(usize, f32); 2], filter: &mut AdaptiveFilter, seed: u64) -> f32 {
        let (mut random, mut sent, mut answers, mut left) = (Random::new(seed), vec![0.0; 4 * BLOCK], 0.0f32, 0.0f32);
        for n in 0..blocks {
            let block: [f32; BLOCK] = std::array::from_fn(|_| (0.1 * random.gaussian()) as f32);
            filter.sends(&block);
            let from = sent.len();
            sent.extend(block);
            let answer: [f32; BLOCK] =
                std::array::from_fn(|i| path.iter().map(|(by, gain)| gain * sent[from + i - by]).sum::<f32>());
            let mut heard = answer.map(|sample| sample + (0.0001 * random.gaussian()) as f32);
            filter.takes_off(&mut heard);
            if n + 50 >= blocks {
                answers += answer.iter().map(|x| x * x).sum::<f32>();
                left += heard.iter().map(|x| x * x).sum::<f32>();
            }
        }
        10.0 * (answers / left).log10()
    }

    #[test]
    fn a_path_is_learnt_and_learnt_anew_when_it_changes() {
        let mut filter = AdaptiveFilter::default();
        let first = taken_off(150, [(19, 0.03), (348, 0.005)], &mut filter, 1);
        assert!(first > 20.0, "{first}");
        taken_off(200, [(25, -0.05), (150, 0.01)], &mut filter, 2);
        let anew = taken_off(200, [(25, -0.05), (150, 0.01)], &mut filter, 3);
        assert!(anew > 15.0, "{anew}");
    }
}
