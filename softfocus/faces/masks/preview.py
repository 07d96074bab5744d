"""Show the regions of the detail mask on the picture, with a legend."""

from __future__ import annotations

from collections.abc import Mapping

from torch import Tensor

from ...canvas import INK, NO_FONT, Canvas, Color, font
from ...color import displayable
from ..crops import surroundings

TINTS = {  # sRGB; drawn in this order, later ones on top
    "hair": (0.10, 0.95, 0.85),
    "face": (0.95, 0.75, 0.10),
    "nose": (0.20, 0.75, 0.30),
    "brows": (0.65, 0.30, 0.90),
    "eyes": (0.10, 0.55, 1.00),
    "lips": (1.00, 0.20, 0.35),
}
LISTED = ("eyes", "brows", "nose", "lips", "face", "hair")  # the order of the node's widgets
STRENGTH = 0.6
SMALLEST_PX = 128  # shorter side of a picture below which there is no room for a legend
TEXT = 0.028  # height of the text over the picture's shorter side
READABLE_PX = 10  # below this height text is drawn only where there is no room for more
UNREADABLE_PX = 7
SHARE = 1 / 3  # of the picture's width and height, the most that the legend takes
ROW, MARGIN, SWATCH = 1.25, 0.5, 0.8  # in heights of the text


def tint_regions(image: Tensor, masks: Mapping[str, Tensor], weights: Mapping[str, float]) -> Tensor:
    """`image` [B, 3, H, W] sRGB with each region tinted in its own colour, as strongly as it weighs; 0..1.

    Args:
        image: values outside 0..1 are clamped.
        masks: [B, 1, H, W] in 0..1 by region, at least for each region that has a weight other than 0.
        weights: 0..1 by region.
    """
    shown = displayable(image)
    for name, tint in TINTS.items():
        weight = weights.get(name, 0.0)
        seen = masks[name].amax(0)[0] > 0 if weight != 0 and len(image) > 0 else None
        if seen is not None and bool(seen.any()):
            rows, columns = surroundings(seen)
            part = shown[..., rows, columns]
            part.lerp_(shown.new_tensor(tint).view(1, 3, 1, 1), STRENGTH * weight * masks[name][..., rows, columns])
    return shown


def draw_legend(image: Tensor, weights: Mapping[str, float]) -> Tensor:
    """`image` [B, 3, H, W] with colour, name and weight of each region that weighs something, at the lower left.

    The text grows with the picture; the legend takes at most a third of its width and height. Pictures too small for
    readable text, and those of a host whose Pillow cannot scale its own font, come back as they are.
    """
    rows = [(name, f"{name} {weights[name]:.2f}") for name in LISTED if weights.get(name, 0.0) > 0]
    height, width = image.shape[-2:]
    if not rows or min(height, width) < SMALLEST_PX:
        return image
    try:
        size = _text_size([text for _, text in rows], height, width)
        legend = _legend(rows, size).to(image) if size else None
    except NO_FONT:
        legend = None
    if legend is None:
        return image
    shown = image.clone()
    shown[..., -legend.shape[-2] :, : legend.shape[-1]] = legend
    return shown


def _text_size(texts: list[str], height: int, width: int) -> int:
    """The height of the text in pixels with which the legend fits; 0 if there is none."""
    wanted = max(READABLE_PX, round(TEXT * min(height, width)))
    for size in range(wanted, UNREADABLE_PX - 1, -1):
        across, down = _extent(texts, size)
        if across <= width * SHARE and down <= height * SHARE:
            return size
    return 0


def _extent(texts: list[str], size: int) -> tuple[int, int]:
    """Width and height in pixels of the legend."""
    widest = max(font(size).getlength(text) for text in texts)
    across = widest + (3 * MARGIN + SWATCH) * size
    return round(across), round((len(texts) * ROW + 2 * MARGIN - (ROW - 1)) * size)


def _legend(rows: list[tuple[str, str]], size: int) -> Tensor:
    """[1, 3, h, w] sRGB in 0..1."""
    page = Canvas(*_extent([text for _, text in rows], size))
    for index, (name, text) in enumerate(rows):
        middle = (MARGIN + 0.5 + index * ROW) * size
        left, half = MARGIN * size, SWATCH * size / 2
        page.box((left, middle - half, left + 2 * half, middle + half), _bytes(TINTS[name]))
        page.text(left + (SWATCH + MARGIN) * size, middle, text, size, INK)
    return page.tensor()


def _bytes(tint: tuple[float, float, float]) -> Color:
    red, green, blue = (round(255 * value) for value in tint)
    return red, green, blue
