#!/usr/bin/env bash
# opencv-python-headless 5.0.0.93, numpy 2.4.6; seen on 2026-11-28.
#
# Expected: cvtColor(float32 picture, COLOR_RGB2Lab) computes in float32, so every one of
#   100,001 different greys gets its own lightness, and a grey has a = b = 0.
# Behaviour: the float path looks colours up in a coarse table of integers. The greys share 513
#   lightness values, steps of about 0.2, and are tinted by up to 0.125. The same conversion
#   from linear light (COLOR_LRGB2Lab) is a real float computation.
# Seen:
#   greys 100001: lightness values 513 from sRGB, 100001 from linear light
#   greatest |a| or |b| of a grey: 0.1250 from sRGB, 0.0000 from linear light
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet opencv-python-headless==5.0.0.93 numpy==2.4.6
"$work/venv/bin/python" - <<'PY'
import sys

import cv2
import numpy as np

grey = np.linspace(0, 1, 100001)
linear = np.where(grey <= 0.04045, grey / 12.92, ((grey + 0.055) / 1.055) ** 2.4)


def lab_of_greys(values, conversion):
    picture = np.repeat(values.astype(np.float32)[:, None, None], 3, axis=2)
    return cv2.cvtColor(picture, conversion)


coarse = lab_of_greys(grey, cv2.COLOR_RGB2Lab)
fine = lab_of_greys(linear, cv2.COLOR_LRGB2Lab)
steps, fine_steps = (len(np.unique(lab[..., 0])) for lab in (coarse, fine))
tint, fine_tint = (float(np.abs(lab[..., 1:]).max()) for lab in (coarse, fine))
print(f"greys {grey.size}: lightness values {steps} from sRGB, {fine_steps} from linear light")
print(f"greatest |a| or |b| of a grey: {tint:.4f} from sRGB, {fine_tint:.4f} from linear light")
sys.exit(not (steps == 513 and fine_steps > 50000 and tint == 0.125 and fine_tint < 0.001))
PY
