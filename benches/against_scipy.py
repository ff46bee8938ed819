#!/usr/bin/env python3
"""The same work in SciPy and here, in one run: `python3 benches/against_scipy.py`.

Prints seconds and their ratio for each piece of work. Without Python's numpy and scipy it says so and ends well. The SciPy side is written as a
laboratory would: whole-array calls, no loop over samples.
"""
import json
import subprocess
import sys
import time

try:
    import numpy as np
    from scipy import optimize, signal
except ImportError as missing:
    print(f"skipped: {missing.name} is not installed (pip install numpy scipy)")
    sys.exit(0)

try:
    from pesq import pesq
    from pystoi import stoi
except ImportError:
    pesq = stoi = None

RATE = 8000
rng = np.random.default_rng(1)


def fastest(work, seconds=1.0):
    best, end = float("inf"), time.perf_counter() + seconds
    while best == float("inf") or time.perf_counter() < end:
        start = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - start)
    return best


def delay(reference, capture):
    """Correlation for the start, then least squares for gain, delay and clock ratio with robust weights, on a cubic through the oversampled reference."""
    correlation = signal.correlate(capture, reference, method="fft")
    start = (np.argmax(np.abs(correlation)) - len(reference) + 1) / RATE
    fine = signal.resample(reference, 8 * len(reference))
    from scipy.interpolate import CubicSpline
    at = CubicSpline(np.arange(len(fine)) / (8 * RATE), fine, extrapolate=False)
    times = np.arange(len(capture)) / RATE

    def residual(p):
        return capture - np.nan_to_num(p[0] * at((times - p[1] - start) * (1 - p[2] * 1e-6)))

    return optimize.least_squares(residual, [0.9, 0.0, 0.0], loss="soft_l1", x_scale=[1, 1e-6, 1]).x


def stipa(samples, rate):
    """Octave filters, squared, and the modulation at two frequencies of each."""
    bands = [125, 250, 500, 1000, 2000, 4000, 8000]
    modulations = [(1.6, 8), (1, 5), (0.63, 3.15), (2, 10), (1.25, 6.25), (0.8, 4), (2.5, 12.5)]
    times = np.arange(len(samples)) / rate
    for centre, pair in zip(bands, modulations):
        sos = signal.butter(6, [centre / 2**0.5, centre * 2**0.5], "band", fs=rate, output="sos")
        intensity = signal.sosfilt(sos, samples) ** 2
        for hz in pair:
            2 * np.abs(intensity @ np.exp(-2j * np.pi * hz * times)) / intensity.sum()


def spoken(rate, seconds=10.0):
    """Noise in bands whose levels move as syllables do, so that the models find utterances, and the same with noise."""
    times = np.arange(int(rate * seconds)) / rate
    bands = [(300, 700), (900, 1600), (1800, 3000)]
    parts = [signal.sosfilt(signal.butter(2, band, "band", fs=rate, output="sos"), rng.standard_normal(len(times))) for band in bands]
    levels = [np.maximum(0, np.sin(2 * np.pi * hz * times + hz)) for hz in (2.3, 3.1, 4.2)]
    clean = 0.1 * sum(a * b for a, b in zip(parts, levels)) * (np.sin(2 * np.pi * 0.4 * times) > -0.6)
    return clean, clean + 0.01 * rng.standard_normal(len(times))


def speech_models():
    """The usual Python packages for the same models (pesq is the ITU's C code underneath)."""
    if pesq is None:
        print("left out: pesq and pystoi are not installed (pip install pesq==0.0.4 pystoi==0.4.1)")
        return {}
    wide = [np.round(x * 32767).astype(np.int16) for x in spoken(16_000)]
    narrow = [np.round(signal.resample_poly(x, 1, 2)).astype(np.int16) for x in wide]
    clean, heard = spoken(10_000)
    return {
        "PESQ narrowband and wideband, 10 s at 16000 Hz": lambda: (pesq(8000, *narrow, "nb"), pesq(16_000, *wide, "wb")),
        "STOI and ESTOI, 10 s at 10000 Hz": lambda: (stoi(clean, heard, 10_000), stoi(clean, heard, 10_000, extended=True)),
    }


def main():
    print("building and timing the bench ...", flush=True)
    command = ["cargo", "bench", "--quiet", "--bench", "delay", "--", "JSON"] if len(sys.argv) < 2 else [sys.argv[1], "JSON"]
    out = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    ours = {line["name"]: line["seconds"] for line in (json.loads(text) for text in out.splitlines() if text.startswith("{"))}
    reference = signal.sosfilt(signal.butter(4, [200, 3400], "band", fs=RATE, output="sos"), rng.standard_normal(RATE)) * 0.1
    capture = np.concatenate([np.zeros(RATE // 4), reference, np.zeros(RATE // 4)])
    capture += 0.1 * rng.standard_normal(len(capture))
    carrier = rng.standard_normal(16 * 48_000)
    works = {
        "delay, 1 s at 8000 Hz in a capture at 8000 Hz": lambda: delay(reference, capture),
        "STIPA, 16 s at 48000 Hz": lambda: stipa(carrier, 48_000),
        **speech_models(),
    }
    print(f"{'':<56} {'here':>10} {'Python':>10}   Python / here")
    for name, work in works.items():
        theirs = fastest(work)
        print(f"{name:<56} {ours[name] * 1e3:>7.2f} ms {theirs * 1e3:>7.2f} ms   {theirs / ours[name]:>6.1f}")


if __name__ == "__main__":
    main()
