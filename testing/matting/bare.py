"""Colours of a bare head whose loose strands show a colour that nothing else of the person has."""

from __future__ import annotations

import numpy as np

from testing.matting.canvas import Array
from testing.matting.hair import HAIR_COLORS

BLUE = (0.30, 0.48, 0.66)  # of the irises; the usual brown ones have the colour of brown hair
BROW = 0.85  # of the skin; the usual brows have the hair's colour
GAINS = np.linspace(0.65, 1.35, 15)[:, None]  # light that falls on a person
UNLIKE = 0.20  # least distance in RGB in any of it


def unlike(color: Array, hair: Array) -> bool:
    """Whether a colour (3) stays clear of the hair's (3) in any light."""
    return bool(np.linalg.norm(GAINS * color - hair, axis=1).min() > UNLIKE)


def choose_pair(rng: np.random.Generator, skins: tuple[tuple[float, ...], ...]) -> tuple[Array, Array]:
    """Skin and hair (3 each) such that no skin passes for hair."""
    pairs = [(np.array(skin), np.array(hair)) for skin in skins for hair in HAIR_COLORS]
    apart = [(skin, hair) for skin, hair in pairs if unlike(skin, hair)]
    return apart[rng.integers(len(apart))]


def clothes(rng: np.random.Generator, hair: Array | None) -> tuple[Array, Array]:
    """The colours (3 each) of clothes and of the bands on them; unlike the hair, if it is given."""
    while True:
        base = rng.uniform(0.1, 0.85, 3)
        banded = base + (rng.uniform(0.0, 0.25, 3) - 0.1)
        if hair is None or (unlike(base, hair) and unlike(banded, hair)):
            return base, banded
