"""The host's vision models behind one interface: stock CLIP_VISION objects, and timm models with the user's weights.

Both take square sRGB pictures of the encoder's own size and give one feature for each patch of the picture.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import comfy.model_management as mm
import torch
from torch import Tensor, nn
from torch.nn.functional import layer_norm, pad

from .managed_net import load_net, managed_net
from .timm_model import check_grid, create_timm_model, feature_stage, tag_note

MAX_PREFIX = 16  # class and register tokens before the patches; published encoders have at most 9
BYTES_PER_PIXEL = 512  # of memory at work in float32; ten nets, ViT to convolutional, took 160 to 460
NOT_CONNECTED: Any = "not connected"  # the default of a socket: a loader that found no model brings None
NO_TOWER = (
    "clip_vision brings no model: the loader before it found no vision tower that this ComfyUI knows. It takes large ones "
    "only; any size works by Load Vision Encoder (timm)."
)
SIZES = {768: "B", 1024: "L", 1152: "SO400M", 1280: "H", 1536: "g", 1664: "bigG"}  # by channels


class ClipVisionEncoder:
    """A CLIP_VISION, as the host's loader gives it, as a `FeatureEncoder`.

    SigLIP, DINOv2 and DINOv3 give their last hidden state after its norm. CLIP gives the hidden state before the last
    block: of the last one only the class token was trained, and its patch tokens no longer tell where they are (Zhou
    et al., "Extract Free Dense Labels from CLIP", 2022). That state has no norm of its own, so each of its tokens is
    brought to mean 0 and variance 1: a few tokens of huge length (Darcet et al., 2024) would outweigh all others.

    Attributes:
        name: what the node says of it, such as "CLIP vision (ViT-L/14, 224 px)".
        patch: input pixels per feature.
        side: input side in pixels, a multiple of `patch`. SigLIP's 384 px are 378: its patches of 14 px reach no further.

    Raises:
        ValueError: the object is not a CLIP_VISION.
    """

    def __init__(self, clip_vision: Any) -> None:
        model = getattr(clip_vision, "model", None)
        self._patcher: Any = getattr(clip_vision, "patcher", None)
        if not isinstance(model, nn.Module) or self._patcher is None:
            raise ValueError(f"clip_vision is a {type(clip_vision).__name__}; connect the output of Load CLIP Vision")
        self._model = model
        self._mean, self._std = clip_vision.image_mean, clip_vision.image_std
        self.patch, channels = _patch_embedding(self._model)
        native = clip_vision.image_size
        grid = native // self.patch if native > 0 else math.isqrt(clip_vision.config["num_patches"])
        self.side = grid * self.patch
        size = SIZES.get(channels, str(channels))
        self.name = f"CLIP vision ({_family(self._model)}ViT-{size}/{self.patch}, {self.side} px)"

    def encode(self, images: Tensor) -> Tensor:
        """Features of `images`.

        Args:
            images: [N, 3, side, side] float32 sRGB 0..1, on any device. All are encoded in one go.

        Returns:
            [N, C, side // patch, side // patch] float32 on the device of `images`.

        Raises:
            ValueError: `images` has another shape, or the tokens that came fit no square grid.
        """
        _check_shape(images, self.side)
        mm.load_models_gpu([self._patcher], memory_required=_working_bytes(images))
        with torch.no_grad():
            pixels = _normalise(images.to(self._patcher.load_device, torch.float32), self._mean, self._std)
            tokens = _hidden_state(self._model, pixels).float()
        return tokens_to_map(tokens, self.side // self.patch, self.name).to(images.device)


class TimmEncoder:
    """A timm model with weights from a safetensors file as a `FeatureEncoder`.

    Features are those of the last block, after the model's norm, or of the last stage with a stride of 16 px or less
    where there are several, as in convolutional nets: a stride of 32 px is too coarse for detail. A model that has
    only coarser stages gives its finest. Nets whose strided convolutions are padded on both sides (ResNet, MobileNet)
    look about half a patch too far up and left for each feature, those padded as in TensorFlow down and right.

    Args:
        model_name: as in timm.list_models() or, with the tag of its weights, timm.list_pretrained().
        weights: a safetensors file with all weights of the model; those of its classifier are not needed.

    Attributes: as in `ClipVisionEncoder`, and
        note: what was taken for granted where model_name has no tag; "" where nothing was.

    Raises:
        ValueError: timm cannot be used, no such model, unreadable weights, weights of another model, or features that
            do not tile the picture (convolutions without padding, as in Inception).
    """

    def __init__(self, model_name: str, weights: Path) -> None:
        self.name = f"timm {model_name} with {weights.name}"
        net = create_timm_model(model_name, weights)
        self.note = tag_note(model_name)
        stage, self.patch = feature_stage(net)
        config = net.pretrained_cfg
        self._mean, self._std = config["mean"], config["std"]
        native = config["input_size"][-1]
        self.side = native // self.patch * self.patch
        # A model of fixed size insists on pixels that fill no patch; it does not look at them.
        self._margin = native - self.side if config.get("fixed_input_size") else 0
        check_grid(_Stage(net, stage), model_name, self.side + self._margin, self.patch)
        self._dtype = torch.float16 if mm.should_use_fp16(mm.get_torch_device()) else torch.float32
        with torch.inference_mode(False):  # as `create_timm_model` does
            model = _Stage(net.to(self._dtype), stage).train(False)
        self._patcher = managed_net(model)

    def encode(self, images: Tensor) -> Tensor:
        """Features of `images`: as in `ClipVisionEncoder.encode`; ValueError too where the model gives no such grid."""
        _check_shape(images, self.side)
        load_net(self._patcher, _working_bytes(images))
        with torch.no_grad():
            pixels = _normalise(images.to(self._patcher.load_device, torch.float32), self._mean, self._std)
            pixels = pad(pixels, (0, self._margin, 0, self._margin), mode="replicate")
            features = self._patcher.model(pixels.to(self._dtype)).float()
        grid = self.side // self.patch
        if features.shape[-2:] != (grid, grid):
            raise ValueError(f"{self.name} gave features of {tuple(features.shape[-2:])}; expected {grid} x {grid}")
        return features.contiguous().to(images.device)


class _Stage(nn.Module):
    """From normalised pixels to the features of one stage; a plain module, since the host sets attributes on it."""

    def __init__(self, net: Any, stage: int) -> None:
        super().__init__()
        self.net = net
        # From the end, since older timm counts the stem of some nets as the first.
        self.stage = stage - len(list(net.feature_info))

    def forward(self, pixels: Tensor) -> Tensor:
        # The norm was trained on the last stage; some models refuse it elsewhere.
        (features,) = self.net.forward_intermediates(
            pixels,
            indices=[self.stage],
            norm=self.stage == -1,
            stop_early=True,
            output_fmt="NCHW",
            intermediates_only=True,
        )
        return features


def tokens_to_map(tokens: Tensor, grid: int, name: str) -> Tensor:
    """[N, n, C] tokens, with the patches row by row at the end, as a map [N, C, grid, grid] without the others."""
    prefix = tokens.shape[1] - grid**2
    if not 0 <= prefix <= MAX_PREFIX:
        raise ValueError(
            f"{name} gave {tokens.shape[1]} tokens; expected {grid} x {grid}, and up to {MAX_PREFIX} before them"
        )
    return tokens[:, prefix:].mT.unflatten(2, (grid, grid)).contiguous()


def _hidden_state(model: nn.Module, pixels: Tensor) -> Tensor:
    """Tokens [N, n, C]: the one place that knows what the host's vision models return.

    They are called as the host's encode_image does, but not through it: that one rounds to 8 bits, resizes SigLIP's
    378 px to 384, keeps every layer of SigLIP, and fails on DINOv3, which has no intermediate state (host 0.29).
    """
    last, before_last, *_ = model(pixel_values=pixels, intermediate_output=-2)
    return layer_norm(before_last.float(), before_last.shape[-1:]) if _is_clip(model) else last


def _is_clip(model: nn.Module) -> bool:
    """Whether the last hidden state has no norm: CLIP norms its class token only."""
    return getattr(getattr(model, "vision_model", None), "output_layernorm", None) is False


def _family(model: nn.Module) -> str:
    if hasattr(model, "vision_model"):
        return "" if _is_clip(model) else "SigLIP "
    return {"Dinov2Model": "DINOv2 ", "DINOv3ViTModel": "DINOv3 "}.get(type(model).__name__, "")


def _patch_embedding(model: nn.Module) -> tuple[int, int]:
    """Pixels per patch and channels per token, from the layer that embeds the patches."""
    for module in model.modules():
        layer: Any = module
        if hasattr(layer, "kernel_size"):
            return int(layer.kernel_size[0]), layer.out_channels
        if hasattr(layer, "patch_size") and hasattr(layer, "patch_embedding"):  # SigLIP2 of free size
            return int(layer.patch_size), layer.patch_embedding.out_features
    raise ValueError(f"clip_vision holds a {type(model).__name__} without patches, which SoftFocus cannot use")


def _normalise(images: Tensor, mean: Sequence[float], std: Sequence[float]) -> Tensor:
    return (images - images.new_tensor(mean)[:, None, None]) / images.new_tensor(std)[:, None, None]


def _working_bytes(images: Tensor) -> int:
    return BYTES_PER_PIXEL * len(images) * images.shape[-2] * images.shape[-1]


def _check_shape(images: Tensor, side: int) -> None:
    if images.ndim != 4 or images.shape[1:] != (3, side, side):
        raise ValueError(f"images has shape {tuple(images.shape)}; expected [N, 3, {side}, {side}]")
