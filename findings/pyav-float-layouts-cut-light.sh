#!/usr/bin/env bash
# av (PyAV) 18.1.0, numpy 2.4.6; seen on 2026-11-29.
#
# Expected: float RGB turned into float RGBA, or half floats into floats, keeps every value: the
#   targets hold all of them. EXR pictures have light above 1 as a matter of course.
# Behaviour: to_ndarray(format=...) and reformat() go through 16-bit integers wherever the two
#   layouts differ: 4.0 becomes 1.0, -0.25 becomes 0, and 0.001 is off by 0.7 %. A half-float EXR,
#   the usual kind, is decoded as gbrpf16le, so asking for gbrpf32le is enough. A filter graph that
#   knows no float layout (pad) does the same.
# Seen, a picture of 4.0, -0.25 and 0.001 in gbrpf32le:
#   as gbrpf32le 4.0, -0.25, 0.001; as gbrapf32le 1.0, 0.0, 0.00101; half EXR as gbrpf32le 1.0
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet av==18.1.0 numpy==2.4.6
"$work/venv/bin/python" - <<'PY'
import io
import sys

import av
import numpy as np

pixels = np.full((16, 64, 3), 4.0, dtype=np.float32)
pixels[4:8], pixels[8:] = -0.25, 0.001
frame = av.VideoFrame.from_ndarray(pixels, format="gbrpf32le")


def rows(layout):
    seen = frame.to_ndarray(format=layout)[[0, 6, 12], 20, 1]
    return [round(float(value), 5) for value in seen]


coder = av.CodecContext.create("exr", "w")
coder.width, coder.height, coder.pix_fmt, coder.time_base = 64, 16, "gbrpf32le", 1
coder.options = {"format": "half"}
data = b"".join(bytes(packet) for packet in [*coder.encode(frame), *coder.encode(None)])
with av.open(io.BytesIO(data)) as container:
    half = next(container.decode(video=0))
lightest = half.to_ndarray(format="gbrpf32le").max()
same, other = rows("gbrpf32le"), rows("gbrapf32le")
print(f"as gbrpf32le {same}; as gbrapf32le {other}; half EXR is {half.format.name}, as gbrpf32le {lightest}")
sys.exit(not (same == [4.0, -0.25, 0.001] and other[:2] == [1.0, 0.0] and half.format.name == "gbrpf16le" and lightest == 1))
PY
