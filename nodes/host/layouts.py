"""From ComfyUI's IMAGE and MASK layouts to [B, C, H, W] planes and back; plain torch, no host calls."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import interpolate

from ...softfocus.color import displayable, extremes, luminance
from ...softfocus.frame_names import describe_counts

ASPECT_TOLERANCE = 0.02  # a preview, an upscale or a latent rounds its sides; more than this is another picture
LARGEST = 65504.0  # of float16, in which a host may keep pictures between nodes


def check_image(image: Tensor, name: str) -> None:
    """Raise ValueError unless the tensor is an IMAGE [B, H, W, C] of floats with 1, 3 or 4 channels; B may be 0."""
    if image.ndim != 4 or image.shape[-1] not in (1, 3, 4) or 0 in image.shape[1:]:
        raise ValueError(
            f"{name} has shape {tuple(image.shape)}; expected [frames, height, width, channels] "
            "with 1, 3 or 4 channels, as Load Image gives it"
        )
    if not image.is_floating_point():
        raise ValueError(f"{name} holds {image.dtype} values; expected floats, black 0 and white 1")


def finite_(values: Tensor) -> Tensor:
    """The rule for values that no picture can hold, in place; finite light far above white stays.

    NaN (a failed decode in half precision) and -inf become 0, +inf and what is above LARGEST become LARGEST; what is
    below -LARGEST is -inf to float16, and becomes 0 like it.
    """
    if _fine(values):  # nearly always, and looking takes a fifth of the time
        return values
    values.nan_to_num_(0.0, torch.inf, 0.0).clamp_max_(LARGEST)
    return values.masked_fill_(values < -LARGEST, 0.0)


def _fine(values: Tensor) -> bool:
    """Whether a picture can hold every value."""
    if values.numel() == 0:
        return True
    least, most = extremes(values)
    return -LARGEST <= least and most <= LARGEST


def finite_image(image: Tensor) -> Tensor:
    """An IMAGE by the rule of `finite_`: itself where every value is fine, else a copy, float32 or wider."""
    if _fine(image):
        return image
    return finite_(image.to(torch.promote_types(image.dtype, torch.float32), copy=True))


def to_planes(image: Tensor) -> tuple[Tensor, Tensor | None]:
    """[B, H, W, 1 | 3 | 4] of any float dtype to float32 RGB planes and alpha in 0..1, all finite; no alpha where all is opaque."""
    count, height, width, channels = image.shape
    rgb = image.new_empty((count, 3, height, width), dtype=torch.float32)
    finite_(rgb.copy_(image[..., :3].movedim(-1, 1)))
    if channels != 4:
        return rgb, None
    alpha = displayable(image[..., 3:].movedim(-1, 1).float())
    return rgb, None if bool((alpha == 1).all()) else alpha


def like_source(rgb: Tensor, source: Tensor) -> Tensor:
    """RGB planes as [B, H, W, C] with the channels of the source: its own alpha back, or luma for one channel."""
    if source.shape[-1] == 1:
        rgb = luminance(rgb)
    image = rgb.movedim(1, -1)
    return torch.cat([image, finite_image(source[..., 3:]).to(image)], -1) if source.shape[-1] == 4 else image


def mask_frames(mask: Tensor, name: str) -> Tensor:
    """A MASK of any of these layouts, [H, W], [B, H, W] and [B, 1, H, W], as [B, H, W].

    One of no frames, as a detector that found nothing gives it, is an empty one: a frame of zeros.
    """
    if mask.ndim == 2:
        mask = mask[None]
    if mask.ndim == 4 and mask.shape[1] == 1:
        mask = mask[:, 0]
    if mask.ndim != 3 or 0 in mask.shape[1:]:
        raise ValueError(f"{name} has shape {tuple(mask.shape)}; expected a mask of shape [frames, height, width]")
    return mask if len(mask) else mask.new_zeros(1, *mask.shape[1:])


def empty_frames(mask: Tensor) -> list[bool]:
    """For each frame of a MASK [B, H, W] whether nothing of it is above 0."""
    return [not float(frame.amax()) > 0 for frame in mask]


def check_count(batch: Tensor, image: Tensor, name: str) -> None:
    """Raise ValueError unless there is one frame, or one for each of the image's."""
    if batch.shape[0] not in (1, image.shape[0]):
        raise ValueError(describe_counts(name, len(batch), len(image), "give 1 frame, or one for each"))


def same_aspect(size: tuple[int, int], wanted: tuple[int, int]) -> bool:
    """Whether (height, width) of both may be those of one picture at two scales."""
    # One pixel of rounding is a large share of a small picture's side.
    tolerance = ASPECT_TOLERANCE + 1 / min(*size, *wanted)
    return abs((size[1] / size[0]) / (wanted[1] / wanted[0]) - 1) <= tolerance


def check_aspect(size: tuple[int, int], wanted: tuple[int, int], name: str) -> None:
    """Raise ValueError unless (height, width) `size` is that of the same picture at another scale."""
    if not same_aspect(size, wanted):
        raise ValueError(
            f"{name} is {size[1]} x {size[0]} but image is {wanted[1]} x {wanted[0]}; "
            "they must show the same picture (any scale, same aspect ratio)"
        )


def mask_planes(mask: Tensor, size: tuple[int, int], device: torch.device) -> Tensor:
    """A MASK [B, h, w] as [B, 1, H, W] float32 in 0..1 at `size`; NaN counts as 0."""
    planes = displayable(mask[:, None].to(device, torch.float32))
    return resized(planes, size, "bilinear")


def resized(planes: Tensor, size: tuple[int, int], mode: str) -> Tensor:
    """[B, C, H, W] at another size, area-averaged where it gets smaller; the same tensor where it has it."""
    if planes.shape[-2:] == size:
        return planes
    return interpolate(planes, size, mode=mode, align_corners=False, antialias=True)
