#!/usr/bin/env bash
# pymatting 1.1.16, numba 0.68.1, numpy 2.4.6; seen on 2026-11-28.
#
# Expected: where alpha is 1 the picture is all foreground (I = F), so estimate_foreground_ml
#   gives back the picture there, and only mixed pixels get a new colour.
# Behaviour: each level's smoothness term pulls at opaque pixels as well. Fine texture loses
#   contrast everywhere inside the subject, most where neighbours differ most. Laying F back over
#   the opaque part softens it; take the picture itself where alpha is 1.
# Seen, black and white stripes of 1 px, alpha a disc with a soft edge:
#   greatest change where alpha is 1: 0.096 (25 of 255)
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet pymatting==1.1.16 numba==0.68.1 numpy==2.4.6
"$work/venv/bin/python" - <<'PY'
import sys

import numpy as np
from pymatting import estimate_foreground_ml

y, x = np.mgrid[:64, :64]
alpha = np.clip((20 - np.hypot(y - 32, x - 32)) / 8 + 0.5, 0, 1)
picture = np.zeros((64, 64, 3))
picture[::2] = 1
foreground = estimate_foreground_ml(picture, alpha)
change = float(np.abs(foreground - picture)[alpha == 1].max())
print(f"greatest change where alpha is 1: {change:.3f} ({255 * change:.0f} of 255)")
sys.exit(not 0.05 < change < 0.2)
PY
