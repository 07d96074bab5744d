#!/usr/bin/env bash
# Pillow 13.0.0, numpy 2.4.6; seen on 2026-11-28.
#
# Expected: quality 100 keeps a wide grey ramp within a rounding step: as with JPEG at quality
#   100, some values move by 1, yet nearly all 256 greys are still there.
# Behaviour: lossy WebP stores luma in the narrow range of video, 16 to 235, at any quality. Only
#   220 of the 256 greys exist in the format, so every seventh step of a soft gradient is
#   missing: it bands. JPEG and AVIF use the full range and keep all of them.
# Seen, a ramp with each of 256 greys on 16 x 16 pixels, quality 100:
#   greys left: WEBP 220, JPEG 256, AVIF 256
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet Pillow==13.0.0 numpy==2.4.6
"$work/venv/bin/python" - <<'PY'
import io
import sys

import numpy as np
from PIL import Image

ramp = np.repeat(np.arange(256, dtype=np.uint8), 16)
picture = Image.fromarray(np.repeat(np.tile(ramp, (16, 1))[..., None], 3, axis=2))


def greys_left(name):
    file = io.BytesIO()
    picture.save(file, name, quality=100)
    with Image.open(file) as read:
        return len(np.unique(np.asarray(read.convert("L"))[8, 8::16]))


left = {name: greys_left(name) for name in ("WEBP", "JPEG", "AVIF")}
print("greys left: " + ", ".join(f"{name} {count}" for name, count in left.items()))
sys.exit(not (left["WEBP"] == 220 and left["JPEG"] > 250 and left["AVIF"] > 250))
PY
