#!/usr/bin/env bash
# scipy 1.17.1, numpy 2.4.6; seen on 2026-11-28.
#
# Expected: distance_transform_edt measures how far a pixel is from the nearest 0. For a subject
#   mask that fills the whole picture there is none: infinity, an error or one large number.
# Behaviour: it invents a background pixel above the top left corner, at row -1, column 0, and
#   measures from there. The feather of a full mask then runs from corner to corner; nothing
#   warns, and the values look like any other distances.
# Seen, a mask of ones, 3 x 4:
#   [[1.    1.414 2.236 3.162]
#    [2.    2.236 2.828 3.606]
#    [3.    3.162 3.606 4.243]]
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet scipy==1.17.1 numpy==2.4.6
"$work/venv/bin/python" - <<'PY'
import sys

import numpy as np
from scipy.ndimage import distance_transform_edt

seen = distance_transform_edt(np.ones((3, 4)))
print(seen.round(3))
row, column = np.mgrid[:3, :4]
sys.exit(not np.allclose(seen, np.hypot(row + 1, column)))
PY
