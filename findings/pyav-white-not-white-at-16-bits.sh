#!/usr/bin/env bash
# av (PyAV) 18.1.0, numpy 2.4.6; seen on 2026-11-28.
#
# Expected: 8-bit white turned into a deeper format is white there: 65535 at 16 bits, 1.0 in
#   float. The loss-free direction should be exact.
# Behaviour: an 8-bit value v becomes 256 v, give or take 3, instead of 257 v: white is 65283 at
#   16 bits and 0.99615 in float. Whoever counts burnt-out pixels by "equal to 1" finds none, and
#   rounding to 8 bits by hand gives 254. PyAV's own way back to rgb24 hides it: 255 again.
# Seen, a white frame:
#   rgb24 255, rgb48le 65283, gbrpf32le 0.99615; back to rgb24 255
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet av==18.1.0 numpy==2.4.6
"$work/venv/bin/python" - <<'PY'
import sys

import av
import numpy as np

frame = av.VideoFrame.from_ndarray(np.full((16, 16, 3), 255, dtype=np.uint8), format="rgb24")
white = {name: frame.to_ndarray(format=name).max() for name in ("rgb24", "rgb48le", "gbrpf32le")}
back = frame.reformat(format="rgb48le").to_ndarray(format="rgb24").max()
print(
    f"rgb24 {white['rgb24']}, rgb48le {white['rgb48le']}, gbrpf32le {white['gbrpf32le']:.5f}; "
    f"back to rgb24 {back}"
)
sys.exit(not (white["rgb48le"] == 65283 and abs(white["gbrpf32le"] - 0.99615) < 1e-4))
PY
