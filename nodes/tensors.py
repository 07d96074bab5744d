"""From ComfyUI's IMAGE and MASK layouts to [B, C, H, W] planes and back; plain torch, no host calls."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import interpolate

from ..softfocus.color import luminance

ASPECT_TOLERANCE = 0.02  # a preview or an upscale rounds its sides; more than this is another picture


def check_image(image: Tensor, name: str) -> None:
    """Raise ValueError unless the tensor is an IMAGE [B, H, W, C] with 1, 3 or 4 channels."""
    if image.ndim != 4 or image.shape[-1] not in (1, 3, 4) or 0 in image.shape[1:]:
        raise ValueError(
            f"{name} has shape {tuple(image.shape)}; expected [frames, height, width, channels] "
            "with 1, 3 or 4 channels, as Load Image gives it"
        )


def to_planes(image: Tensor) -> tuple[Tensor, Tensor | None]:
    """[B, H, W, 1 | 3 | 4] of any float dtype to float32 RGB planes and alpha in 0..1 (or None).

    NaN (a failed decode in half precision) becomes 0, so that one pixel cannot spread over the frame.
    """
    count, height, width, channels = image.shape
    rgb = image.new_empty((count, 3, height, width), dtype=torch.float32)
    rgb.copy_(image[..., :3].movedim(-1, 1)).nan_to_num_()
    return rgb, torch.nan_to_num(image[..., 3:].movedim(-1, 1).float()).clamp_(0, 1) if channels == 4 else None


def like_source(rgb: Tensor, source: Tensor) -> Tensor:
    """RGB planes as [B, H, W, C] with the channels of the source: its own alpha back, or luma for one channel."""
    if source.shape[-1] == 1:
        rgb = luminance(rgb)
    image = rgb.movedim(1, -1)
    return torch.cat([image, source[..., 3:].to(image)], -1) if source.shape[-1] == 4 else image


def fit_mask(mask: Tensor | None, image: Tensor, name: str) -> Tensor | None:
    """Bring a MASK to [1 or B, H', W'], its own size, after checking that it can serve the image.

    Accepts [H, W], [B, H, W] and [B, 1, H, W]. Any size is accepted: the 64 x 64 dummy of Load Image is one.
    """
    if mask is None:
        return None
    mask = mask_frames(mask, name)
    _check_count(mask, image, name)
    return mask


def mask_frames(mask: Tensor, name: str) -> Tensor:
    """A MASK of any of these layouts, [H, W], [B, H, W] and [B, 1, H, W], as [B, H, W]."""
    if mask.ndim == 2:
        mask = mask[None]
    if mask.ndim == 4 and mask.shape[1] == 1:
        mask = mask[:, 0]
    if mask.ndim != 3 or 0 in mask.shape[1:]:
        raise ValueError(f"{name} has shape {tuple(mask.shape)}; expected a mask of shape [frames, height, width]")
    return mask


def fit_image(other: Tensor | None, image: Tensor, name: str) -> Tensor | None:
    """Check that a second IMAGE shows the same picture: frame count 1 or B, and the same aspect ratio."""
    if other is None:
        return None
    check_image(other, name)
    _check_count(other, image, name)
    theirs, ours = other.shape[2] / other.shape[1], image.shape[2] / image.shape[1]
    # One pixel of rounding is a large share of a small picture's side.
    tolerance = ASPECT_TOLERANCE + 1 / min(*other.shape[1:3], *image.shape[1:3])
    if abs(theirs / ours - 1) > tolerance:
        raise ValueError(
            f"{name} is {other.shape[2]} x {other.shape[1]} but image is {image.shape[2]} x {image.shape[1]}; "
            "they must show the same picture (any scale, same aspect ratio)"
        )
    return other


def mask_planes(
    mask: Tensor | None, first: int, stop: int, size: tuple[int, int], device: torch.device
) -> Tensor | None:
    """Frames first..stop of a fitted mask as [stop - first, 1, H, W] float32 in 0..1 at `size`."""
    if mask is None:
        return None
    planes = torch.nan_to_num(_frames(mask, first, stop).to(device)[:, None].float())
    return _expand(_resize(planes, size, "bilinear").clamp(0, 1), stop - first)


def image_planes(
    other: Tensor | None, first: int, stop: int, size: tuple[int, int], device: torch.device
) -> Tensor | None:
    """Frames first..stop of a fitted image as [stop - first, 3, H, W] float32 at `size`, without alpha."""
    if other is None:
        return None
    rgb, _ = to_planes(_frames(other, first, stop).to(device))
    return _expand(_resize(rgb, size, "bicubic"), stop - first)


def _frames(batch: Tensor, first: int, stop: int) -> Tensor:
    return batch if batch.shape[0] == 1 else batch[first:stop]


def _expand(planes: Tensor, count: int) -> Tensor:
    return planes.expand(count, -1, -1, -1)


def _resize(planes: Tensor, size: tuple[int, int], mode: str) -> Tensor:
    if planes.shape[-2:] == size:
        return planes
    return interpolate(planes, size, mode=mode, align_corners=False, antialias=True)


def _check_count(batch: Tensor, image: Tensor, name: str) -> None:
    if batch.shape[0] not in (1, image.shape[0]):
        raise ValueError(
            f"{name} has {batch.shape[0]} frames but image has {image.shape[0]}; give 1 frame, or one for each"
        )
