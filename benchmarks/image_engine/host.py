"""Our nodes against ComfyUI's own ImageBlur and ImageSharpen, through the node classes on IMAGE tensors."""

from __future__ import annotations

import math
from collections.abc import Sequence

from torch import Tensor

from benchmarks.image_engine.pictures import as_image, face_like_mask, photo
from benchmarks.rows import Check, Row
from benchmarks.timing import side_by_side
from testing.host_nodes import BLOOM, BLUR, HOST_BLUR, HOST_SHARPEN, SHARPEN, call, effective_sigma

SIZE = 1024
HOST_BLURS = ((2, 1.0), (10, 1.0), (31, 1.0), (31, 10.0))  # radius, sigma
HOST_SHARPENS = ((1, 1.0), (10, 1.0), (31, 1.0))
LOOK_AGAINST = (10, 1.0)  # the ImageBlur that the whole look is held against


def blur_table(size: int = SIZE, settings: Sequence[tuple[int, float]] = HOST_BLURS) -> list[Row]:
    """Ours at the effective sigma of the host's kernel, and at twice that."""
    image = as_image(photo(size))
    return [_blur_row(image, radius, sigma) for radius, sigma in settings]


def _blur_row(image: Tensor, radius: int, sigma: float) -> Row:
    same = effective_sigma(radius, sigma)
    times = side_by_side(
        {
            "ImageBlur": lambda: call(HOST_BLUR, image=image, blur_radius=radius, sigma=sigma),
            "ours": lambda: call(BLUR, image=image, sigma=same, unit="pixels"),
            "ours 2x": lambda: call(BLUR, image=image, sigma=2 * same, unit="pixels"),
        }
    )
    row: Row = {"size": image.shape[1], "radius": radius, "sigma": sigma, "sigma in pixels": same, **times}
    return row | {f"ImageBlur/{name}": times["ImageBlur"] / times[name] for name in ("ours", "ours 2x")}


def sharpen_table(size: int = SIZE, settings: Sequence[tuple[int, float]] = HOST_SHARPENS) -> list[Row]:
    """Feature Sharpen without a source does what ImageSharpen does, where there is structure."""
    image = as_image(photo(size))
    return [_sharpen_row(image, radius, sigma) for radius, sigma in settings]


def _sharpen_row(image: Tensor, radius: int, sigma: float) -> Row:
    times = side_by_side(
        {
            "ImageSharpen": lambda: call(HOST_SHARPEN, image=image, sharpen_radius=radius, sigma=sigma),
            "ours": lambda: call(SHARPEN, image=image),
        }
    )
    ratio = times["ImageSharpen"] / times["ours"]
    return {"size": image.shape[1], "radius": radius, "sigma": sigma, **times, "ImageSharpen/ours": ratio}


def look(image: Tensor, mask: Tensor) -> Tensor:
    """Blur, bloom and restored detail at the nodes' defaults, around a given detail mask."""
    (soft,) = call(BLUR, image=image, protect_mask=mask)
    bloomed = call(BLOOM, image=soft)[0]
    return call(SHARPEN, image=bloomed, detail_source=image, mask=mask)[0]


def look_table(size: int = SIZE) -> list[Row]:
    image, mask = as_image(photo(size)), face_like_mask(size, size)
    soft = call(BLUR, image=image, protect_mask=mask)[0]
    bloomed = call(BLOOM, image=soft)[0]
    radius, sigma = LOOK_AGAINST
    times = side_by_side(
        {
            "blur": lambda: call(BLUR, image=image, protect_mask=mask),
            "bloom": lambda: call(BLOOM, image=soft),
            "sharpen": lambda: call(SHARPEN, image=bloomed, detail_source=image, mask=mask),
            "look": lambda: look(image, mask),
            "ImageBlur": lambda: call(HOST_BLUR, image=image, blur_radius=radius, sigma=sigma),
        }
    )
    return [{"size": size, **times, "look/ImageBlur": times["look"] / times["ImageBlur"]}]


def checks(blurs: Sequence[Row], looks: Sequence[Row]) -> list[Check]:
    widest = min(float(row["ImageBlur/ours 2x"] or math.nan) for row in blurs if row["radius"] == 31)
    ratio = float(looks[0]["look/ImageBlur"] or math.nan)
    return [
        Check("host: ImageBlur of radius 31 / ours at twice its sigma", widest, 10, at_least=True),
        Check("host: the whole look / ImageBlur of radius 10, sigma 1 (aim 1)", ratio, 1.5),
    ]
