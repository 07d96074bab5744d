"""Convert the cascade for drawn faces (.xml) to softfocus/weights/drawn_faces.safetensors.

Run once, by hand: `python -m tools.convert.convert_drawn_faces lbpcascade_animeface.xml`. The file comes from
github.com/nagadomi/lbpcascade_animeface (MIT); its hash is checked. Same file in, same bytes out.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from pathlib import Path
from xml.etree import ElementTree

import torch
from safetensors.torch import save_file
from torch import Tensor

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from softfocus.faces.nets.cascade import STAGES  # noqa: E402
from softfocus.faces.nets.weights import DRAWN_FILE  # noqa: E402
from softfocus.pack_weights import FOLDER  # noqa: E402

SHA256 = "9376d30ac38db6bda2a68b88b3b76bbd7e6aa33af47f7f5c76bc88ca75f1ce30"


def read_cascade(file: bytes) -> dict[str, Tensor]:
    """The tensors of `PatternCascade` from OpenCV's file of a cascade."""
    if hashlib.sha256(file).hexdigest() != SHA256:
        raise ValueError("this is not the lbpcascade_animeface.xml that the pack's weights come from")
    root = ElementTree.fromstring(file)
    rectangles = [_numbers(each) for each in root.iter("rect")]
    nodes = [_numbers(each) for each in root.iter("internalNodes")]
    assert tuple(len(list(each)) for each in root.iter("weakClassifiers")) == STAGES
    return {
        "blocks": torch.tensor([rectangles[int(node[2])] for node in nodes], dtype=torch.uint8),
        "members": torch.tensor([_members(node[3:]) for node in nodes], dtype=torch.uint8),
        "votes": torch.tensor([_numbers(each) for each in root.iter("leafValues")]),
        "thresholds": torch.tensor([float(each.text or "") for each in root.iter("stageThreshold")]),
    }


def _numbers(element: ElementTree.Element) -> list[float]:
    return [float(each) for each in (element.text or "").split()]


def _members(words: list[float]) -> list[int]:
    """256 bits from eight signed words, the lowest first."""
    return [int(words[pattern // 32]) >> pattern % 32 & 1 for pattern in range(256)]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("xml", type=Path)
    tensors = read_cascade(parser.parse_args().xml.read_bytes())
    save_file(tensors, FOLDER / DRAWN_FILE)
    print(f"{FOLDER / DRAWN_FILE}: {(FOLDER / DRAWN_FILE).stat().st_size} bytes")


if __name__ == "__main__":
    main()
