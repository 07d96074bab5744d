#!/usr/bin/env bash
# av (PyAV) 18.1.0, numpy 2.4.6; seen on 2026-11-28.
#
# Expected: RGB frames encoded at 1280 x 720 use the matrix of HD video (BT.709), or whichever
#   one is used is written into the stream, so that a player turns it back into the same RGB.
# Behaviour: encode() converts with BT.601 at any size and leaves the matrix "unspecified" (2).
#   A player that goes by the frame size, as the HD convention has it, reads BT.709 and shows
#   other colours. PyAV's own decoder assumes BT.601 again, so a round trip in it looks right.
#   Way out: reformat(dst_colorspace="ITU709") and codec_context.colorspace = 1, which is kept.
# Seen, (200, 40, 40), lossless H.264:
#   matrix in the stream 2: read by PyAV [199  40  39], as BT.709 [213  55  37]
#   matrix in the stream 1: read by PyAV [200  41  41]
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

frame = av.VideoFrame.from_ndarray(np.full((720, 1280, 3), (200, 40, 40), np.uint8), "rgb24")
frame_709 = frame.reformat(format="yuv444p", dst_colorspace="ITU709")


def through_a_file(picture, matrix=None):
    file = io.BytesIO()
    with av.open(file, "w", format="matroska") as container:
        stream = container.add_stream("libx264", 24)
        stream.width, stream.height, stream.pix_fmt = 1280, 720, "yuv444p"
        stream.options = {"qp": "0"}
        if matrix is not None:
            stream.codec_context.colorspace = matrix
        container.mux([*stream.encode(picture), *stream.encode()])
    with av.open(io.BytesIO(file.getvalue())) as container:
        return next(container.decode(video=0))


def rgb(picture, **how):
    return picture.reformat(format="rgb24", **how).to_ndarray()[360, 640]


plain, tagged = through_a_file(frame), through_a_file(frame_709, matrix=1)
as_709 = rgb(plain, src_colorspace="ITU709")
print(f"matrix in the stream {plain.colorspace}: read by PyAV {rgb(plain)}, as BT.709 {as_709}")
print(f"matrix in the stream {tagged.colorspace}: read by PyAV {rgb(tagged)}")
wanted = np.array((200, 40, 40))
close = [np.abs(seen - wanted).max() <= 2 for seen in (rgb(plain), rgb(tagged))]
sys.exit(not (plain.colorspace == 2 and all(close) and np.abs(as_709 - wanted).max() > 10))
PY
