//! How well speech is understood after a path: the speech transmission index, objective intelligibility, perceived
//! quality. Pure functions over samples, as in `dsp`, on which it stands.

#[cfg(test)]
mod golden;
pub mod pesq;
pub mod stipa;
pub mod stoi;

#[cfg(test)]
mod tests {
    use super::*;
    use hejnal_dsp::delay::Signal;
    use hejnal_dsp::stimulus::Random;

    /// Every measurement on every kind of rubbish: an answer or nothing, never a panic.
    #[test]
    fn rubbish_is_survived() {
        let mut random = Random::new(1);
        let values: [fn(&mut Random) -> f32; 5] = [
            |_| 0.0,
            |_| f32::NAN,
            |r| if r.uniform() < 0.01 { f32::INFINITY } else { 0.1 },
            |r| (r.gaussian() * 1e30) as f32,
            |r| (r.gaussian() * 1e-30) as f32,
        ];
        let rates = [0.0, 1.0, 999.0, 8000.0, 48_000.0, 1e9, -8000.0, f64::NAN, f64::INFINITY];
        let lengths = [0usize, 1, 17, 160, 4001, 9000];
        for k in 0..300usize {
            let pick = |n: usize, r: &mut Random| (r.next_u64() % n as u64) as usize;
            let value = values[pick(values.len(), &mut random)];
            let (n, m) = (lengths[pick(lengths.len(), &mut random)], lengths[pick(lengths.len(), &mut random)]);
            let x: Vec<f32> = (0..n).map(|_| value(&mut random)).collect();
            let y: Vec<f32> = (0..m).map(|_| 0.1 * random.gaussian() as f32).collect();
            let mut rate = || if k % 2 == 0 { 8000.0 } else { rates[pick(rates.len(), &mut random)] };
            let (a, b) = (Signal::new(&x, rate()), Signal::new(&y, rate()));
            let _ = (stipa::direct(a, Some(b), Some(70.0)), stipa::from_impulse_response(a));
            let _ = (pesq::quality(a, b), stoi::intelligibility(&x, &y, 8000));
        }
    }
}
