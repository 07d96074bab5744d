"""The soft step that masks fall off with."""

from __future__ import annotations

from torch import Tensor


def smoothstep(values: Tensor, start: float = 0.0, stop: float = 1.0) -> Tensor:
    """Hermite's 3 t^2 - 2 t^3: 0 up to `start`, 1 from `stop` on, or the other way round where `start` is larger."""
    step = ((values - start) / (stop - start)).clamp_(0, 1)
    return step * step * (3 - 2 * step)
