"""The face nets and the hair net, with the weights that ship in the pack."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import torch
from torch import Tensor, nn

from ...pack_weights import FOLDER, read_weights, usable
from .blazeface import FullRangeDetector, ShortRangeDetector
from .cascade import PatternCascade
from .facemesh import FaceMesh
from .hair import HairSegmentation

FILES = {"short": "blazeface_short.safetensors", "full": "blazeface_full.safetensors", "mesh": "face_mesh.safetensors"}
DRAWN_FILE = "drawn_faces.safetensors"
HAIR_FILE = "hair_segmentation.safetensors"


class FaceNets(nn.Module):
    """The detectors `short` and `full`, `drawn` of drawn faces, and the landmark net `mesh`, in evaluation mode."""

    def __init__(self) -> None:
        super().__init__()
        self.short = ShortRangeDetector()
        self.full = FullRangeDetector()
        self.mesh = FaceMesh()
        self.drawn = PatternCascade()


def load_face_nets(folder: Path = FOLDER) -> FaceNets:
    """Read the nets from a folder onto the CPU.

    Raises:
        ValueError: a file is missing or not the net it should be; the sentence names it.
    """
    nets = FaceNets()
    for name, file in {**FILES, "drawn": DRAWN_FILE}.items():
        _fill(nets.get_submodule(name), file, folder)
    return nets.train(False).requires_grad_(False)


def load_hair_net(folder: Path = FOLDER) -> HairSegmentation:
    """Read the hair net, apart from the others since few pictures need it; argument and errors as above."""
    net = HairSegmentation()
    _fill(net, HAIR_FILE, folder)
    return net.train(False).requires_grad_(False)


def face_nets(device: torch.device) -> FaceNets:
    """The face nets on a device, read once and shared by everything that runs in this process."""
    return _face_nets().to(device)


def hair_net(device: torch.device) -> HairSegmentation:
    """The hair net likewise."""
    return _hair_net().to(device)


@cache
def _face_nets() -> FaceNets:
    return load_face_nets()


@cache
def _hair_net() -> HairSegmentation:
    return load_hair_net()


def _fill(net: nn.Module, file: str, folder: Path) -> None:
    weights = read_weights(file, folder)
    with usable(folder / file):  # another net's weights
        net.load_state_dict(in_torch_names(weights))


def in_torch_names(weights: dict[str, Tensor]) -> dict[str, Tensor]:
    """A file's tensors by the names of this net's modules: the files call a PReLU's weight its slope."""
    return {name.replace(".slope", ".weight"): values for name, values in weights.items()}
