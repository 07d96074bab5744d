#!/usr/bin/env bash
# opencv-python-headless 5.0.0.93, numpy 2.4.6; seen on 2026-11-28.
#
# Expected: Lanczos is the finest of warpAffine's filters, so a shift by 1/100 px moves a float
#   picture at least as well as the linear filter does.
# Behaviour: INTER_LINEAR and INTER_CUBIC use the exact position, INTER_LANCZOS4 rounds it to
#   1/32 px. The small shift gives back the input unchanged, and a smooth movement goes in jerks.
# Seen, shifts of k/256 px, k = 1 to 256:
#   different pictures: linear 256, cubic 256, Lanczos 33
#   changed by a shift of 1/100 px: linear True, cubic True, Lanczos False
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet opencv-python-headless==5.0.0.93 numpy==2.4.6
"$work/venv/bin/python" - <<'PY'
import sys

import cv2
import numpy as np

x = np.arange(64, dtype=np.float32)
picture = np.tile(0.5 + 0.4 * np.sin(x / 3), (64, 1)).astype(np.float32)


def moved(shift_px, method):
    matrix = np.array([[1, 0, shift_px], [0, 1, 0]], dtype=np.float64)
    border = cv2.BORDER_REPLICATE
    return cv2.warpAffine(picture, matrix, (64, 64), flags=method, borderMode=border)


methods = (cv2.INTER_LINEAR, cv2.INTER_CUBIC, cv2.INTER_LANCZOS4)
counts = [len({moved(k / 256, m).tobytes() for k in range(1, 257)}) for m in methods]
changed = [not np.array_equal(moved(0.01, m), picture) for m in methods]
print("different pictures: linear {}, cubic {}, Lanczos {}".format(*counts))
print("changed by a shift of 1/100 px: linear {}, cubic {}, Lanczos {}".format(*changed))
sys.exit(not (min(counts[:2]) > 200 and counts[2] <= 33 and changed == [True, True, False]))
PY
