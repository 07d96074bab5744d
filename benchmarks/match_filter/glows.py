"""Glows of other tools, and changes that are none: what Match a Filter has to call no filter of these."""

from __future__ import annotations

import importlib
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from scipy.ndimage import correlate1d
from torch import Tensor

from softfocus.color import linear_to_srgb, srgb_to_linear
from softfocus.gaussian import gaussian_blur
from softfocus.units import percent_of_diagonal
from testing.host_in_process import load_pack
from testing.portraits import to_tensor

CAST = (1.15, 1.0, 0.85)  # of linear light
RADIUS = 31  # of core's blur, the widest it has
Change = Callable[[Tensor], Tensor]  # of a picture [1, 3, H, W] sRGB


def glows() -> dict[str, Change]:
    """Ten, by core's nodes, GEGL and G'MIC; those of programs that are not here are left out."""
    made: dict[str, Change] = {
        "core: ImageBlur 31, 1 + screen 0.5": partial(_core, sigma=1.0, factor=0.5, mode="screen"),
        "core: ImageBlur 31, 0.5 + screen 0.3": partial(_core, sigma=0.5, factor=0.3, mode="screen"),
        "core: ImageBlur 31, 1 + soft_light 0.6": partial(_core, sigma=1.0, factor=0.6, mode="soft_light"),
    }
    if shutil.which("gegl"):
        made |= {
            "GEGL bloom, as it comes": partial(_gegl, ("gegl:bloom",)),
            "GEGL bloom, wide": partial(_gegl, ("gegl:bloom", "threshold=30", "radius=40", "strength=30")),
            "GEGL softglow, as it comes": partial(_gegl, ("gegl:softglow",)),
            "GEGL softglow, wide": partial(_gegl, ("gegl:softglow", "glow-radius=30", "brightness=0.5")),
        }
    if shutil.which("gmic"):
        made |= {
            "G'MIC glow": partial(_gmic, ("glow", "1%")),
            "G'MIC Light Glow": partial(_gmic, ("fx_lightglow", "30,0.5,8,0.8,0")),
            "G'MIC Highlight Bloom": partial(_gmic, ("fx_highlight_bloom", "90,60,60,30,20,0")),
        }
    return made


def other_changes() -> dict[str, Change]:
    """What is no glow at all."""
    return {
        "Gaussian blur, 0.3 %": lambda image: gaussian_blur(image, percent_of_diagonal(image, 0.3)),
        "Gaussian blur, 0.1 %": lambda image: gaussian_blur(image, percent_of_diagonal(image, 0.1)),
        "sharpening": lambda image: (1.6 * image - 0.6 * gaussian_blur(image, 1.5)).clamp(0, 1),
        "curve": lambda image: image + 0.12 * torch.sin(2 * torch.pi * image),
        "color cast": lambda image: linear_to_srgb(srgb_to_linear(image) * image.new_tensor(CAST).view(3, 1, 1)),
    }


def _core(image: Tensor, sigma: float, factor: float, mode: str) -> Tensor:
    """ImageBlur, by its own kernel along one axis after the other (its square takes minutes), and ImageBlend."""
    load_pack()
    host = importlib.import_module("comfy_extras.nodes_post_processing")
    kernel = host.gaussian_kernel(2 * RADIUS + 1, sigma).sum(0).numpy()
    blurred = correlate1d(correlate1d(image.numpy(), kernel, 2, mode="mirror"), kernel, 3, mode="mirror")
    pictures = [each.movedim(1, -1) for each in (image, torch.from_numpy(blurred))]
    return _first(host.Blend.execute(*pictures, factor, mode)).movedim(-1, 1).contiguous()


def _first(output: object) -> Tensor:
    return output.args[0] if hasattr(output, "args") else output[0]  # type: ignore[index]


def _gegl(operation: tuple[str, ...], image: Tensor) -> Tensor:
    return _by_program(image, lambda source, target: ["gegl", source, "-o", target, "--", *operation])


def _gmic(operation: tuple[str, ...], image: Tensor) -> Tensor:
    return _by_program(image, lambda source, target: ["gmic", source, *operation, "cut", "0,255", "-o", target])


def _by_program(image: Tensor, command: Callable[[str, str], list[str]]) -> Tensor:
    with tempfile.TemporaryDirectory() as folder:
        source, target = str(Path(folder, "in.png")), str(Path(folder, "out.png"))
        Image.fromarray((image[0].movedim(0, -1) * 255).round().byte().numpy()).save(source, compress_level=1)
        subprocess.run(command(source, target), check=True, capture_output=True)
        return to_tensor(Image.fromarray(np.array(Image.open(target).convert("RGB"))))
