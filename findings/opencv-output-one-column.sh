#!/usr/bin/env bash
# opencv-python-headless 5.0.0.93, numpy 2.4.6; seen on 2026-11-30.
#
# Expected: a C-contiguous float32 array serves as the output (dst) of any filter, and
#   np.ascontiguousarray makes one of whatever array there is.
# Behaviour: a picture of one column that was made by turning a row (a transposed array, or a torch
#   tensor's .mT.numpy()) is refused as dst, though its flags say C-contiguous: the stride of its
#   axis of length 1 is that of the row. np.ascontiguousarray and reshape hand back the same strides,
#   so both are refused too; only a copy is taken. As input (src) the same array is fine.
# Seen, strides in bytes of [200, 1] and what sepFilter2D says:
#   turned (4, 800) refused; ascontiguousarray (4, 800) refused; reshaped (4, 800) refused;
#   copy (4, 4) written; turned as src (4, 800) written
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet opencv-python-headless==5.0.0.93 numpy==2.4.6
"$work/venv/bin/python" - <<'PY'
import sys

import cv2
import numpy as np

kernel = np.array([0.25, 0.5, 0.25], dtype=np.float32)
source = np.linspace(0, 1, 200, dtype=np.float32).reshape(200, 1)
turned = np.zeros((1, 200), dtype=np.float32).T
assert turned.flags.c_contiguous


def said(source, target):
    try:
        cv2.sepFilter2D(source, -1, kernel, kernel, dst=target)
    except cv2.error as error:
        assert "Layout of the output array dst is incompatible" in str(error)
        return "refused"
    return "written" if target[100, 0] > 0.4 else "left alone"


targets = {
    "turned": turned,
    "ascontiguousarray": np.ascontiguousarray(turned),
    "reshaped": turned.reshape(200, 1),
    "copy": turned.copy(),
}
seen = {name: (target.strides, said(source, target)) for name, target in targets.items()}
row = source.T.copy()
seen["turned as src"] = (row.T.strides, said(row.T, np.zeros((200, 1), dtype=np.float32)))
for name, (strides, answer) in seen.items():
    print(f"{name} {strides} {answer}")
wanted = ["refused", "refused", "refused", "written", "written"]
sys.exit([answer for _, answer in seen.values()] != wanted)
PY
