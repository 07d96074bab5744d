#!/usr/bin/env bash
# opencv-python-headless 5.0.0.93, numpy 2.4.6; seen on 2026-11-28.
#
# Expected: a blur with a 31 px kernel changes nothing more than 15 px away from the light, so
#   an even grey stays even there. The light is 65504, the greatest half float, as EXR suns have.
# Behaviour: stackBlur adds and subtracts float32 values along each row and column. What rounding
#   leaves behind after the bright part stays in the sum up to the end of the row. cv2.blur
#   (sums in float64) and cv2.GaussianBlur (no running sum) leave no trail.
# Seen, grey 0.25, more than 62 px beyond the light:
#   off by, of 255: stackBlur 3.486, blur 0.000, GaussianBlur 0.000
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet opencv-python-headless==5.0.0.93 numpy==2.4.6
"$work/venv/bin/python" - <<'PY'
import sys

import cv2
import numpy as np

picture = np.full((64, 256), 0.25, dtype=np.float32)
picture[20:60, 20:60] = 65504
blurred = {
    "stackBlur": cv2.stackBlur(picture, (31, 31)),
    "blur": cv2.blur(picture, (31, 31)),
    "GaussianBlur": cv2.GaussianBlur(picture, (31, 31), 5),
}
off = {name: 255 * float(np.abs(out[:, 122:] - 0.25).max()) for name, out in blurred.items()}
print("off by, of 255: " + ", ".join(f"{name} {value:.3f}" for name, value in off.items()))
sys.exit(not (off["stackBlur"] > 1 and off["blur"] < 0.01 and off["GaussianBlur"] < 0.01))
PY
