"""Finds and loads the user's ViTMatte folders. Nothing is downloaded, and only safetensors are read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from .files import kept_until_changed, own_folders
from .managed_net import load_net, managed_net

CATEGORY = "vitmatte"
CONFIG, WEIGHTS = "config.json", "model.safetensors"
WORKING_BYTES = 2 << 30  # what ViTMatte-B takes on one tile; S takes half of it
WHAT_TO_PUT = (
    f"make a folder in models/{CATEGORY}/ with {CONFIG} and {WEIGHTS} of a ViTMatte model in transformers' format, "
    "such as hustvl/vitmatte-small-composition-1k"
)


def model_folders() -> dict[str, Path]:
    """The ViTMatte folders on this machine by name; "." is models/vitmatte itself, as some packs fill it."""
    found: dict[str, Path] = {}
    for root in own_folders(CATEGORY):
        for config in [root / CONFIG, *sorted(root.glob(f"*/{CONFIG}"))]:
            if config.is_file():
                found.setdefault(config.parent.relative_to(root).as_posix(), config.parent)
    return found


class VitMatte:
    """A ViTMatte net under the host's memory management, called as `softfocus.matting.vitmatte` wants it."""

    def __init__(self, net: nn.Module, title: str) -> None:
        self.title = title
        self.patcher = managed_net(net)

    def load(self) -> None:
        """Bring the weights to the compute device; cheap when they are there."""
        load_net(self.patcher, WORKING_BYTES)

    def __call__(self, pixels: Tensor) -> Tensor:
        return self.patcher.model(pixels)


class _AlphaOnly(nn.Module):
    """From pixels to the alpha tensor alone. A plain module: the host sets `device` on it, transformers forbids that."""

    def __init__(self, net: nn.Module) -> None:
        super().__init__()
        self.net = net

    def forward(self, pixels: Tensor) -> Tensor:
        return self.net(pixel_values=pixels).alphas


def load_vitmatte(name: str) -> VitMatte:
    """The model of one folder, or of the first where `name` is empty; kept until the weights change.

    Raises:
        ValueError: the folder, its files or transformers are missing; the sentence says what to put where.
    """
    folders = model_folders()
    if not folders:
        raise ValueError(f"ViTMatte needs a model and models/{CATEGORY}/ has none: {WHAT_TO_PUT}")
    if name and name not in folders:
        raise ValueError(f"models/{CATEGORY}/{name} is not there; found: {', '.join(folders)}")
    folder = folders[name] if name else next(iter(folders.values()))
    _check_folder(folder)
    return _read(folder / WEIGHTS)


@kept_until_changed(2)
def _read(weights: Path) -> VitMatte:
    folder = weights.parent
    try:
        from transformers import VitMatteForImageMatting
    except (ImportError, RuntimeError) as error:
        raise ValueError(f"ViTMatte needs the Python package transformers, which cannot be used: {error}") from error
    try:
        with torch.inference_mode(False):  # weights made in inference mode could not be moved outside of it
            loaded: Any = VitMatteForImageMatting.from_pretrained(
                folder, local_files_only=True, use_safetensors=True, output_loading_info=True
            )
            net, info = loaded
    except Exception as error:  # truncated or foreign file: each has its own exception type
        raise ValueError(f"the ViTMatte model in {folder} cannot be read ({error}); {WHAT_TO_PUT}") from error
    missing = [key for key in info["missing_keys"] if not key.endswith("num_batches_tracked")]
    if missing:
        raise ValueError(f"{weights} lacks {len(missing)} of the model's weights; {WHAT_TO_PUT}")
    return VitMatte(_AlphaOnly(net.float()).train(False).requires_grad_(False), f"ViTMatte ({folder.name})")


def _check_folder(folder: Path) -> None:
    """Raise ValueError unless the folder holds a ViTMatte config and its weights as safetensors."""
    if not (folder / WEIGHTS).is_file():
        raise ValueError(f"{folder} has no {WEIGHTS}, and other weight formats are not opened; {WHAT_TO_PUT}")
    try:
        config: Any = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ValueError(f"{folder / CONFIG} cannot be read ({error}); {WHAT_TO_PUT}") from error
    if not isinstance(config, dict) or config.get("model_type") != "vitmatte":
        raise ValueError(f"{folder / CONFIG} does not describe a ViTMatte model; {WHAT_TO_PUT}")
    if config.get("use_pretrained_backbone"):
        raise ValueError(f"{folder / CONFIG} asks for a downloaded backbone, which is not done; {WHAT_TO_PUT}")
