"""Feature-gated detail: bring the bands of fine detail back to a source's level, or sharpen beyond it.

    out = image + mask * amount * sum over bands k:  gain_k * (D_k(source) - D_k(image))

D_k are differences of smoothed luma (Burt and Adelson 1983) up to a base that is never touched.
Without a source the bands of the image itself are added, the finer the more: plain sharpening. Near a face whose box is
known the bands are those of the face: their scales are shares of its width, not of the picture's diagonal.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from .checks import check_amount, check_image, check_number, fitted_if_given
from .color import BRIGHTEST, luminance
from .detail.detail_change import Bands
from .detail.face_detail import change_near_faces
from .detail.luma_detail import Luma, LumaDetail, Rule
from .detail.masked_change import masked_change, masked_windows
from .face_box import FaceBox, Window, faces_of_frames
from .filters.band_matrix import bounded
from .filters.gaussian import gaussian_blur
from .filters.near_faces import cut
from .filters.noise_level import noise_level
from .filters.row_strips import map_rows
from .settings import LEAST_SHARE, MOST_SHARE, SHARPEN
from .transparency import fill_transparent, visibility

# Undoing a small blur adds detail by the square of its frequency, so each octave gets a quarter of the one above it.
PLAIN_WEIGHTS = (16 / 7, 4 / 7, 1 / 7)  # of the bands without a source, fine to coarse; sum 3
TINIEST_PX = 1e-6  # of the radius: no pixel is that near to another


@dataclass(frozen=True)
class Sharpened:
    """image [B, 3, H, W] sRGB; features [B, 3, H, W] in 0..1, gain of each band, fine to coarse, if asked for."""

    image: Tensor
    features: Tensor | None

    @property
    def gain(self) -> Tensor:
        """[B, 1, H, W] in 0..1: the mean of the bands' gains."""
        assert self.features is not None, "no gains were asked for"
        return map_rows(lambda each: each.mean(1, keepdim=True), self.features)


def feature_sharpen(
    image: Tensor,
    *,
    amount: float,
    radius_px: float,
    floor: float = 0.0,
    noise_threshold: float = SHARPEN.noise_threshold,
    halo_limit: float = SHARPEN.halo_limit,
    fine: float = 1.0,
    medium: float = 1.0,
    coarse: float = 1.0,
    source: Tensor | None = None,
    mask: Tensor | None = None,
    strength: Tensor | None = None,
    alpha: Tensor | None = None,
    faces: Sequence[Sequence[FaceBox]] | None = None,
    with_gains: bool = True,
) -> Sharpened:
    """Return or add detail where there is structure.

    Args:
        image: [B, 3, H, W] float32 sRGB, any finite values.
        amount: 0 or more; 0 returns the input itself; 1 with a source restores its detail, above 1 exceeds it.
            Without a source 0.5 to 1 come nearest to undoing a blur as wide as the radius.
        radius_px: scale of the finest band, in pixels, above 0; at a face of `faces` times `FaceBox.scale`.
        floor: gain where there is no structure, 0..1.
        noise_threshold: edge contrast (in luma) at which the gain is half way up, where noise does not ask for more;
            0 or more.
        halo_limit: how far (in luma) detail may pass the range that `detail_range` allows; 0 or more.
        fine, medium, coarse: how much of the detail below 4/15 of the radius, from there to twice the radius, and
            above it returns, -3..4: at 1 as much as `amount` says, below 0 what there is of it gets softer.
        source: [B or 1, 3, H, W] sRGB picture whose detail is wanted.
        mask: [B or 1, 1, H, W] in 0..1; 0 leaves the pixel bit for bit.
        strength: [B or 1, 1, H, W] in 0..1: where structure belongs to the subject. The gain above the floor is
            multiplied by it.
        alpha: [B or 1, 1, H, W] in 0..1, of the image and of the source. Hidden colors are taken for a continuation of
            the visible ones (`fill_transparent`), do not count as noise, and are left bit for bit.
        faces: boxes around the faces of each frame, or one list for all. Near a face (`FaceShares`) the bands are its
            own, and its tones do not change. None, and where no face is near: all as the radius says.
        with_gains: give the gains too, of every pixel. Without them only what lies near the mask is looked at.

    Returns:
        Sharpened. Only luma detail changes, equally in all channels; no channel is pushed out of
        0..1 that was inside. Borders as in `gaussian_blur`.

    Raises:
        ValueError: a number is out of its range or not finite, or a tensor is not float32 of the shape above.
        TypeError: an argument is no tensor, or no number.

    >>> import torch
    >>> feature_sharpen(torch.full((1, 3, 8, 8), 0.5), amount=1.0, radius_px=1.5).gain.max().item()  # nothing to see
    0.0
    """
    check_image(image)
    for name, value in {"amount": amount, "noise_threshold": noise_threshold, "halo_limit": halo_limit}.items():
        check_amount(value, name)
    for name, value in {"fine": fine, "medium": medium, "coarse": coarse}.items():
        check_number(value, name, LEAST_SHARE, MOST_SHARE)
    check_number(floor, "floor", 0, 1)
    check_number(radius_px, "radius_px", above=0)
    source = fitted_if_given(source, image, "source", 3)
    mask, strength = fitted_if_given(mask, image, "mask"), fitted_if_given(strength, image, "strength")
    alpha = fitted_if_given(alpha, image, "alpha")
    faces = faces_of_frames(faces, image)
    if alpha is not None:
        mask = visibility(alpha) if mask is None else visibility(alpha) * mask
    own, wanted = (None if each is None else fill_transparent(map_rows(_luma, each), alpha) for each in (image, source))
    assert own is not None
    finest, middle, last = (amount * each for each in (PLAIN_WEIGHTS if source is None else (1.0, 1.0, 1.0)))
    bands = Bands(finest * fine, finest * medium, middle * medium, last * coarse, halo_limit)
    radius_px = bounded(max(radius_px, TINIEST_PX), max(image.shape[2:]))
    seen = own if wanted is None else wanted
    smooth = gaussian_blur(seen, radius_px)
    rule = Rule(bands, noise_threshold, floor)
    detail = LumaDetail(Luma(own, wanted, mask, strength, noise_level(seen, smooth, alpha)), rule, radius_px, smooth)
    gains = detail.gains() if with_gains else None
    if amount == 0 and faces is None:
        return Sharpened(image, gains)
    windows = masked_windows(mask, len(image))
    change = masked_change(detail, gains, windows) if faces is None else change_near_faces(detail, faces, gains)
    del detail, own, wanted, seen, smooth  # what follows takes as much memory
    return Sharpened(image if amount == 0 else _changed(image, change, windows), gains)


def _changed(image: Tensor, change: Tensor, windows: list[Window | None]) -> Tensor:
    """The change added to all channels, none of which is pushed out of 0..1; nothing is beyond the frames' windows."""
    if windows == [(slice(None), slice(None))] * len(image):
        return map_rows(_added, image, change)
    out = image.clone()
    for frame, window in enumerate(windows):
        if window is not None:
            here = cut(out[frame : frame + 1], window)
            here.copy_(map_rows(_added, here, cut(change[frame : frame + 1], window)))
    return out


def _added(image: Tensor, change: Tensor) -> Tensor:
    return torch.clamp(image + change, image.clamp_max(0), image.clamp_min(1))


def _luma(image: Tensor) -> Tensor:
    """As far as it is mixed with its surroundings."""
    return luminance(image).clamp_(-BRIGHTEST, BRIGHTEST)
