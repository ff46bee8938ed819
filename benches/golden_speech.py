#!/usr/bin/env python3
"""Figures of PyPI's pesq 0.0.4 and pystoi 0.4.1 for `src/intelligibility/golden.rs`: `python3 benches/golden_speech.py DIR`.

First let the test write its recordings: `HEJNAL_GOLDEN=DIR cargo test --lib dsp::golden`. Prints P.862.1, P.862.2 (0 at 8 kHz), STOI and ESTOI of each.
Needs `pip install pesq==0.0.4 pystoi==0.4.1`.
"""
import pathlib
import sys

import numpy as np
from pesq import pesq
from pystoi import stoi
from scipy.io import wavfile


def main(folder):
    for rate in (16_000, 8000):
        clean = wavfile.read(folder / f"{rate}_clean.wav")[1]
        for path in sorted(folder.glob(f"{rate}_*.wav")):
            heard = wavfile.read(path)[1]
            narrow = folder / path.name.replace("16000_", "narrow_")
            # The narrowband model takes 8 kHz; the bench brings both recordings there before it is asked.
            if rate == 16_000:
                pair = [wavfile.read(folder / name)[1] for name in ("narrow_clean.wav", narrow.name)]
            else:
                pair = [clean, heard]
            length = min(len(clean), len(heard))
            x, y = (a[:length].astype(np.float64) / 32768 for a in (clean, heard))
            figures = [
                pesq(8000, *pair, "nb"),
                pesq(16_000, clean, heard, "wb") if rate == 16_000 else 0.0,
                stoi(x, y, rate),
                stoi(x, y, rate, extended=True),
            ]
            print(rate, path.stem.split("_", 1)[1], ", ".join(f"{f:.4f}" for f in figures))


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
