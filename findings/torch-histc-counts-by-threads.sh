#!/usr/bin/env bash
# torch 2.14.1, numpy 2.4.6 (CPU; installs about 6 GB); seen on 2026-11-28.
#
# Expected: a histogram counts. A black 4K frame, 3 x 2160 x 3840, has 24,883,200 values in its
#   first bin, however many threads count them.
# Behaviour: histc counts in the dtype of the picture. In float32, 16,777,216 + 1 is 16,777,216,
#   so each thread stops there and the rest of the frame is lost without a word. The answer
#   depends on set_num_threads; in bfloat16 it already ends at 256. float64 is right.
# Seen, first bin of a black 4K frame:
#   1 thread 16777216, 2 threads 24883200, float64 24883200; 5000 bfloat16 zeros: 256
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet torch==2.14.1 numpy==2.4.6
"$work/venv/bin/python" - <<'PY'
import sys

import torch

frame = torch.zeros(3, 2160, 3840)


def first_bin(values, threads):
    torch.set_num_threads(threads)
    return int(torch.histc(values, bins=256, min=0, max=1)[0])


one, two = first_bin(frame, 1), first_bin(frame, 2)
right, short = first_bin(frame.double(), 1), first_bin(torch.zeros(5000).bfloat16(), 1)
print(f"1 thread {one}, 2 threads {two}, float64 {right}; 5000 bfloat16 zeros: {short}")
sys.exit((one, two, right, short) != (2**24, 24883200, 24883200, 256))
PY
