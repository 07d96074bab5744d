#!/usr/bin/env bash
# scipy 1.17.1, numpy 2.4.6; seen on 2026-11-28.
#
# Expected: a Gaussian whose weights sum to 1 leaves a flat 8-bit picture as it is, whatever the
#   sigma, or at worst rounds it in the same way everywhere.
# Behaviour: ndimage.gaussian_filter keeps the 8-bit type between its two passes and cuts the
#   fraction off instead of rounding. A sum of 0.99999999999 times 200 is 199, then 198 after the
#   second axis. It happens at some sigmas and not at their neighbours, so a slider flickers.
# Seen, flat 200, sigma 0.5 to 20 in steps of 0.1 (which sigmas are hit depends on last bits):
#   darker at 47 of 196 sigmas, for example [1.4], by up to 2 levels; float pictures by up to 1.4e-13
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet scipy==1.17.1 numpy==2.4.6
"$work/venv/bin/python" - <<'PY'
import sys

import numpy as np
from scipy.ndimage import gaussian_filter

flat = np.full((16, 16), 200, dtype=np.uint8)
sigmas = [k / 10 for k in range(5, 201)]
loss = {s: 200 - int(gaussian_filter(flat, s).min()) for s in sigmas}
float_loss = max(200 - gaussian_filter(flat.astype(float), s).min() for s in sigmas)
darker = [s for s in sigmas if loss[s] > 0]
print(
    f"darker at {len(darker)} of {len(sigmas)} sigmas, for example {darker[:1]}, by up to "
    f"{max(loss.values())} levels; float pictures by up to {float_loss:.1e}"
)
sys.exit(not (0 < len(darker) < len(sigmas) and max(loss.values()) == 2 and float_loss < 1e-9))
PY
