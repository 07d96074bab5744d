"""How clear a picture is by itself, as sentences."""

from __future__ import annotations

from ..edges import WIDEST
from .clarity import Clarity, RegionClarity
from .distortions import Distortions
from .glance import Glance

SHARP_PX = 0.6  # an ideal step edge
# beyond these lies a twentieth of photographs that people call good (`benchmarks.opinion`)
LITTLE_DETAIL_DB, VERY_LIKE, LITTLE_SIGNAL_DB, DIM_PERCENT = 23.0, 0.66, 10.0, 9.0
VISIBLE_NOISE, VISIBLE_STEP, VISIBLE_RINGING, VISIBLE_BURNT = 2.0, 0.5, 0.3, 2.0  # from here on a cause is named


def describe_distortions(found: Distortions, place: str) -> list[str]:
    """One sentence each, with the number and what it comes from; `place` is where the edges were looked for."""
    width = found.edge_width
    edges = "sharp" if width <= SHARP_PX else "soft: out of focus, moved, enlarged or smoothed"
    noise = "hardly visible" if found.noise < VISIBLE_NOISE else "grain of the sensor or of the sampler"
    steps = "not visible" if found.block_step < VISIBLE_STEP else "strong JPEG compression"
    way = "as texture does" if found.ringing < VISIBLE_RINGING else "oversharpened, or noisy"
    burnt = "no loss" if found.burnt_percent < VISIBLE_BURNT else "over-exposed, or a white backdrop"
    return [
        f"There is no edge to be seen in {place}."
        if width >= WIDEST
        else f"The sharpest edges of {place} are {width:.2f} px wide ({edges}).",
        f"Noise is at {found.noise:.1f}/255 ({noise}).",
        f"The steps on a grid of 8 px are at {found.block_step:.2f}/255 ({steps}).",
        f"At the strongest edges luma goes {100 * found.ringing:.0f} % further than it has to ({way}).",
        f"{found.burnt_percent:.1f} % of the pixels have a channel at white ({burnt}).",
    ]


def describe_glance(found: Glance) -> list[str]:
    """What people go by, one sentence each."""
    detail = "little" if found.detail_db < LITTLE_DETAIL_DB else "as in good photographs"
    dark = "a dim picture, by choice or not" if found.dark_quarter < DIM_PERCENT else "light enough"
    alike = "soft, or smoothed" if found.likeness > VERY_LIKE else "as in good photographs"
    signal = "low, or hidden in noise" if found.signal_db < LITTLE_SIGNAL_DB else "well above it"
    return [
        f"Fine detail where the picture is sharp is at {found.detail_db:.0f} dB ({detail}).",
        f"A quarter of the picture is darker than {found.dark_quarter:.0f} % of white ({dark}).",
        f"Neighbouring pixels are alike to {found.likeness:.2f} ({alike}).",
        f"Local contrast is {found.signal_db:.0f} dB over noise ({signal}).",
    ]


def describe_natural(clarity: Clarity) -> list[str]:
    """How natural each region looks, one sentence for each."""
    regions = {"whole picture": clarity.whole, "inside of the mask": clarity.inside, "outside": clarity.outside}
    return [
        f"{name.capitalize()}: edges {region.edge_width:.2f} px wide, {_natural(region)}."
        for name, region in regions.items()
        if region is not None
    ]


def _natural(region: RegionClarity) -> str:
    values = {"NIQE": region.niqe, "BRISQUE": region.brisque, "PIQE": region.piqe}
    known = [f"{name} {value:.1f}" for name, value in values.items() if value is not None]
    missing = [name for name, value in values.items() if value is None]
    left_out = [f"too small or flat for {' and '.join(missing)}"] if missing else []
    return ", ".join(known + left_out)
