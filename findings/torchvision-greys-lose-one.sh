#!/usr/bin/env bash
# torchvision 0.29.1 with torch 2.14.1, Pillow 13.0.0, numpy 2.4.6 (installs about 6 GB);
# seen on 2026-11-28.
#
# Expected: the weights of rgb_to_grayscale sum to 1, so a grey picture keeps its values and
#   white stays white, for a tensor as for a PIL picture.
# Behaviour: the tensor path uses 0.2989 + 0.5870 + 0.1140 = 0.9999 and cuts the fraction off.
#   255 of the 256 greys (all but 0) come out one lower: white is 254. The PIL path is exact.
# Seen:
#   greys changed: tensor 255 of 256, PIL 0 of 256; white: tensor 254, PIL 255, float 0.9999
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet torchvision==0.29.1 torch==2.14.1 Pillow==13.0.0 numpy==2.4.6
"$work/venv/bin/python" - <<'PY'
import sys

import numpy as np
import torch
from PIL import Image
from torchvision.transforms.v2.functional import rgb_to_grayscale

greys = np.repeat(np.arange(256, dtype=np.uint8)[None, :, None], 3, axis=2)
tensor = torch.from_numpy(greys).permute(2, 0, 1)
from_tensor = rgb_to_grayscale(tensor)[0, 0].numpy()
from_pil = np.asarray(rgb_to_grayscale(Image.fromarray(greys)))[0]
from_float = rgb_to_grayscale(torch.ones(3, 1, 1)).item()
changed = [int((seen != greys[0, :, 0]).sum()) for seen in (from_tensor, from_pil)]
print(
    f"greys changed: tensor {changed[0]} of 256, PIL {changed[1]} of 256; "
    f"white: tensor {from_tensor[255]}, PIL {from_pil[255]}, float {from_float:.4f}"
)
sys.exit(not (changed == [255, 0] and from_tensor[255] == 254))
PY
