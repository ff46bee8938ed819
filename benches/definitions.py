#!/usr/bin/env python3
"""What the keys of `hejnal measure delay --json` mean, checked from outside: `python3 benches/definitions.py [PROGRAM]`.

A sum of windowed sines has a value at every moment, so a reference and its late, stretched recording can be written down exactly at any two
sample rates. `delay_s` must be the recording's time less the reference's at `t_ref_s`, `t_ref_s` the centroid of the reference's derivative
energy, `ppm` positive where the recording runs long, and the errors within `uncertainty_s`. PROGRAM is `cargo run -q --` unless told. Without
numpy and scipy it says so and ends well.
"""
import json
import pathlib
import subprocess
import sys
import tempfile

try:
    import numpy as np
    from scipy.io import wavfile
except ImportError as missing:
    print(f"skipped: {missing.name} is not installed (pip install numpy scipy)")
    sys.exit(0)

SECONDS = 1.5
program = sys.argv[1:] or ["cargo", "run", "-q", "--"]


def sound(rng):
    """A function of time: 400 sines of 400 to 3200 Hz under smooth humps of different height."""
    hertz, phase = rng.uniform(400, 3200, 400), rng.uniform(0, 2 * np.pi, 400)
    centres, heights = rng.uniform(0.2, SECONDS - 0.2, 6), rng.uniform(0.3, 1, 6)

    def at(t):
        hump = sum(h * np.exp(-(((t - c) / 0.05) ** 2)) for c, h in zip(centres, heights))
        return 0.02 * hump * np.cos(2 * np.pi * np.outer(t, hertz) + phase).sum(axis=1)

    return at


def main():
    worst, failed = 0.0, 0
    print(f"{'reference':>10} {'recording':>10} {'delay at 0':>11} {'ppm':>7}   {'off delay_s':>11} {'off ppm':>8} {'off t_ref_s':>11}")
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        for k, (fr, fc) in enumerate(
            [(8000, 8000), (16000, 8000), (48000, 8000), (8000, 48000), (44100, 48000), (96000, 8000), (8000, 96000), (11025, 44100)]
        ):
            rng = np.random.default_rng(k)
            at, start, ppm = sound(rng), rng.uniform(-0.1, 0.4), rng.uniform(-150, 150)
            t = np.arange(round(SECONDS * fr)) / fr
            reference = at(t)
            # The recording's moment T shows the reference's (T - start) / (1 + ppm).
            taken = np.arange(round((SECONDS + 0.5) * fc)) / fc
            recording = -0.4 * at((taken - start) / (1 + ppm * 1e-6))
            wavfile.write(folder / "r.wav", fr, reference.astype(np.float32))
            wavfile.write(folder / "c.wav", fc, recording.astype(np.float32))
            # Of the band-limited sound itself: a difference of neighbours would slight high frequencies at low rates.
            bins = np.fft.rfft(reference)
            slope = np.fft.irfft(bins * 2j * np.pi * np.fft.rfftfreq(len(t), 1 / fr), len(t))
            centroid = (t * slope**2).sum() / (slope**2).sum()
            command = [*program, "measure", "delay", str(folder / "r.wav"), str(folder / "c.wav"), "--json"]
            found = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
            off = found["delay_s"] - (start + found["t_ref_s"] * ppm * 1e-6)
            off_ppm, off_ref = found["ppm"] - ppm, found["t_ref_s"] - centroid
            print(f"{fr:>10} {fc:>10} {start * 1e3:>8.3f} ms {ppm:>7.2f}   {off * 1e9:>8.2f} ns {off_ppm:>8.4f} {off_ref * 1e3:>8.3f} ms")
            good = found["found"] and abs(off) <= max(found["uncertainty_s"], 20e-9) and abs(off_ppm) < 0.2 and abs(off_ref) < 2e-3
            good = good and abs(found["gain"] + 0.4) < 1e-3 and 0 < found["confidence"] <= 1
            failed += not good
            worst = max(worst, abs(off))
    print(f"worst {worst * 1e9:.2f} ns; {failed} of 8 beyond what was stated")
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
