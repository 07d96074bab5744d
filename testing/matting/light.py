"""Light on what was drawn."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import gaussian_filter

from testing.matting.canvas import Array


def shade(color: Array, rng: np.random.Generator, centre: Array) -> Array:
    """Light from one side, soft blotches, and a fine texture."""
    size = len(color)
    at = (np.arange(size) + 0.5) / size
    side = rng.choice((-1, 1)) * rng.uniform(0.5, 1.0) * (at[None] - centre[0]) + 0.3 * (centre[1] - at[:, None])
    blotches = gaussian_filter(rng.standard_normal((size, size)), size / 25)
    texture = gaussian_filter(rng.standard_normal((size, size)), 0.8)
    gain = 1 + side + 0.06 * blotches / blotches.std() + 0.02 * texture / texture.std()
    return np.clip(color * np.clip(gain, 0.4, 1.5)[..., None], 0, 1)
