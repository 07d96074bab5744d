"""What Dream Guidance did to a latent: fine detail inside and outside a mask, coarse form, the mask's edge."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import interpolate

from softfocus.filters.gaussian import gaussian_blur

IN, OUT = 0.95, 0.05  # mask values that count as inside and outside


@dataclass(frozen=True)
class Change:
    """A latent beside the same one without the guidance.

    Attributes:
        inside, outside: energy of fine detail (what a Gaussian of sigma `split_px` leaves) over what it was.
        form: correlation of the coarse rest outside with what it was.
        seam: energy of the differences between neighbours across the mask's edge over what it was, as a
            share of the mean of this ratio inside and outside; a line along the edge is above 1.
    """

    inside: float
    outside: float
    form: float
    seam: float

    def __str__(self) -> str:
        return f"{self.inside:7.2f} {self.outside:7.3f} {self.form:8.4f} {self.seam:6.2f}"


HEADER = " inside outside     form   seam"


def compare(plain: Tensor, guided: Tensor, mask: Tensor, split_px: float) -> Change:
    """Two latents [B, C, H, W] and a mask [1, 1, H, W]."""
    coarse = [gaussian_blur(latent, split_px) for latent in (plain, guided)]
    fine = [(latent - low).square() for latent, low in zip((plain, guided), coarse, strict=True)]
    inside, outside = (mask > IN).expand_as(plain), (mask < OUT).expand_as(plain)
    ratio = [float(fine[1][where].sum() / fine[0][where].sum()) for where in (inside, outside)]
    form = torch.corrcoef(torch.stack([low[outside] for low in coarse]))[0, 1]
    return Change(ratio[0], ratio[1], float(form), _seam(plain, guided, mask))


def _seam(plain: Tensor, guided: Tensor, mask: Tensor) -> float:
    energy = torch.zeros(3, 2)  # across the edge, inside, outside; plain, guided
    for axis in (-1, -2):
        pair = mask.narrow(axis, 0, mask.shape[axis] - 1), mask.narrow(axis, 1, mask.shape[axis] - 1)
        low, high = torch.minimum(*pair), torch.maximum(*pair)
        places = ((low < 0.5) & (high >= 0.5), low > IN, high < OUT)
        for row, where in enumerate(places):
            for column, latent in enumerate((plain, guided)):
                energy[row, column] += (latent.diff(dim=axis).square() * where).sum()
    edge, inside, outside = energy[:, 1] / energy[:, 0]
    return float(edge / ((inside + outside) / 2))


def face_mask(size: tuple[int, int], soft: bool = True) -> Tensor:
    """[1, 1, H, W]: an ellipse where a portrait's face is, as a mask of eight times the size becomes in the latent."""
    rows = (torch.arange(8 * size[0]) + 0.5)[:, None] / (8 * size[0])
    columns = (torch.arange(8 * size[1]) + 0.5) / (8 * size[1])
    ellipse = (((rows - 0.45) / 0.27).square() + ((columns - 0.5) / 0.22).square() < 1).float()[None, None]
    fitted = interpolate(ellipse, size, mode="bilinear", antialias=True)
    return fitted if soft else fitted.round()
