#!/usr/bin/env bash
# scikit-image 0.26.0, PyWavelets 1.9.0, numpy 2.4.6; seen on 2026-11-28.
#
# Expected: a picture without noise, such as a drawing in flat colours or a black frame of a
#   clip, comes out of denoise_wavelet as it went in: there is nothing to remove.
# Behaviour: the noise level is estimated from the fine coefficients that are not 0. Where all of
#   them are 0 the estimate is NaN, and so is every pixel of the result, with a warning about an
#   empty mean only. A little grain makes it work; so does naming sigma.
# Seen, a square of 0.7 on black, 64 x 64:
#   NaN pixels of 4096: drawing 4096, black frame 4096, drawing with grain 0, sigma named 0
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet scikit-image==0.26.0 PyWavelets==1.9.0 numpy==2.4.6
"$work/venv/bin/python" -W ignore - <<'PY'
import sys

import numpy as np
from skimage.restoration import denoise_wavelet

black = np.zeros((64, 64))
drawing = black.copy()
drawing[20:30, 20:30] = 0.7
grain = drawing + np.random.default_rng(0).normal(0, 0.01, drawing.shape)
results = {
    "drawing": denoise_wavelet(drawing),
    "black frame": denoise_wavelet(black),
    "drawing with grain": denoise_wavelet(grain),
    "sigma named": denoise_wavelet(drawing, sigma=0.01),
}
counts = {name: int(np.isnan(out).sum()) for name, out in results.items()}
print("NaN pixels of 4096: " + ", ".join(f"{name} {n}" for name, n in counts.items()))
sys.exit(list(counts.values()) != [4096, 4096, 0, 0])
PY
