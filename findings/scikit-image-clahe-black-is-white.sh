#!/usr/bin/env bash
# scikit-image 0.26.0, numpy 2.4.6; seen on 2026-11-28.
#
# Expected: local contrast enhancement finds no contrast in a black frame and leaves it black, or
#   close to it (the clip limit is there to hold flat parts back).
# Behaviour: equalize_adapthist makes every flat picture white, black ones too. In a clip that
#   fades to black the last frame flashes: 1/255 of grain in one corner is enough to bring the
#   rest of the frame back to black.
# Seen, mean of the result:
#   black 1.000, grey 1.000, black with one pixel of 1/255 0.000
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet scikit-image==0.26.0 numpy==2.4.6
"$work/venv/bin/python" - <<'PY'
import sys

import numpy as np
from skimage.exposure import equalize_adapthist

black = np.zeros((64, 64))
nearly = black.copy()
nearly[0, 0] = 1 / 255
frames = {"black": black, "grey": black + 0.4, "black with one pixel of 1/255": nearly}
means = {name: float(equalize_adapthist(frame).mean()) for name, frame in frames.items()}
print(", ".join(f"{name} {mean:.3f}" for name, mean in means.items()))
sys.exit(not (means["black"] == 1 and means["grey"] == 1 and list(means.values())[2] < 0.1))
PY
