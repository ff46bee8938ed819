//! How much each block of 10 ms may say: the inverse of the noise expected in it, and little where a packet was lost or
//! concealed.

use super::model::Block;

/// One weight for all, before anything is known of the noise.
pub(super) fn plain(blocks: &[Block]) -> Vec<f64> {
    let count: f64 = blocks.iter().map(|b| b.count).sum();
    let power = blocks.iter().map(|b| b.residual_power * b.count).sum::<f64>() / count.max(1.0);
    vec![1.0 / power.max(1e-24); blocks.len()]
}

/// Inverse expected noise power of each block, cut down where the residual is far above it: a packet was lost or
/// concealed there.
pub(super) fn robust(blocks: &[Block]) -> Vec<f64> {
    let (floor, share) = noise_model(blocks);
    let weight = |block: &Block| {
        let expected = floor + share * block.signal_power;
        let excess = (block.residual_power / expected - 1.6).max(0.0);
        1.0 / (expected * (1.0 + excess * excess))
    };
    blocks.iter().map(weight).collect()
}

/// Noise power = floor + share · signal power (a logarithmic codec's noise follows the signal), from the medians of the
/// quiet and the loud half.
fn noise_model(blocks: &[Block]) -> (f64, f64) {
    let loudest = blocks.iter().map(|b| b.signal_power).fold(0.0, f64::max);
    let mut live: Vec<&Block> = blocks.iter().filter(|b| b.signal_power > 0.02 * loudest).collect();
    let least = loudest * 1e-12 + 1e-24;
    let half = live.len() / 2;
    if half > 0 {
        live.select_nth_unstable_by(half, |a, b| a.signal_power.total_cmp(&b.signal_power));
    }
    let (quiet, loud) = live.split_at(half);
    let (Some(quiet), Some(loud)) = (medians(quiet), medians(loud)) else {
        return (live.first().map_or(least, |b| b.residual_power.max(least)), 0.0);
    };
    let rise = ((loud.1 - quiet.1) / (loud.0 - quiet.0).max(least)).max(0.0);
    let floor = quiet.1 - rise * quiet.0;
    if floor > 0.05 * quiet.1 {
        (floor.max(least), rise)
    } else {
        // The noise vanishes with the signal: keep a small floor so that no block gets all the weight.
        (0.05 * quiet.1.max(least), (loud.1 / loud.0.max(least)).max(0.0))
    }
}

/// Medians of signal power and of residual power.
fn medians(blocks: &[&Block]) -> Option<(f64, f64)> {
    let median = |power: fn(&Block) -> f64| {
        let mut values: Vec<f64> = blocks.iter().map(|b| power(b)).collect();
        let middle = values.len() / 2;
        (!values.is_empty()).then(|| *values.select_nth_unstable_by(middle, f64::total_cmp).1)
    };
    Some((median(|b| b.signal_power)?, median(|b| b.residual_power)?))
}
