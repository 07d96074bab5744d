"""The face nets and the person net, with the weights that ship in the pack."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from torch import nn

from .blazeface import FullRangeDetector, ShortRangeDetector
from .facemesh import FaceMesh
from .selfie import SelfieSegmentation

FOLDER = Path(__file__).resolve().parents[2] / "weights"
FILES = {"short": "blazeface_short.safetensors", "full": "blazeface_full.safetensors", "mesh": "face_mesh.safetensors"}
SELFIE_FILE = "selfie_segmentation.safetensors"


class FaceNets(nn.Module):
    """The detectors ``short`` and ``full`` and the landmark net ``mesh``, in float32 and evaluation mode."""

    def __init__(self, operations: Any = nn) -> None:
        super().__init__()
        self.short = ShortRangeDetector(operations)
        self.full = FullRangeDetector(operations)
        self.mesh = FaceMesh(operations)


def load_face_nets(operations: Any = nn, folder: Path = FOLDER) -> FaceNets:
    """Read the nets from ``folder`` onto the CPU; ``operations`` supplies ``Conv2d`` (``torch.nn`` by default).

    Raises ``ValueError`` naming the file when one is missing or not the net it should be.
    """
    nets = FaceNets(operations)
    for name, file in FILES.items():
        _read(nets.get_submodule(name), folder / file)
    return nets.train(False).requires_grad_(False)


def load_selfie_net(operations: Any = nn, folder: Path = FOLDER) -> SelfieSegmentation:
    """Read the person net, apart from the others since only hair needs it; arguments and errors as above."""
    net = SelfieSegmentation(operations)
    _read(net, folder / SELFIE_FILE)
    return net.train(False).requires_grad_(False)


def face_nets(device: torch.device) -> FaceNets:
    """The face nets on a device, read once and shared by everything that runs in this process."""
    return _face_nets().to(device)


def person_net(device: torch.device) -> SelfieSegmentation:
    """The person net likewise."""
    return _person_net().to(device)


@cache
def _face_nets() -> FaceNets:
    return load_face_nets()


@cache
def _person_net() -> SelfieSegmentation:
    return load_selfie_net()


def _read(net: nn.Module, path: Path) -> None:
    try:
        net.load_state_dict(load_file(path))
    except Exception as error:  # missing, truncated or foreign file: each has its own exception type
        raise ValueError(f"face net {path} cannot be read ({error}); install the pack again") from error
