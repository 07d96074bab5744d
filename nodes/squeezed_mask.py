"""Whether samplers sample the picture that a mask belongs to, or tiles and crops of it, as nothing tells them apart.

Tilers inside the model (Tiled Diffusion, the host's context windows) hand over whole latents, and the mask fits them.
Others (Ultimate SD Upscale, Tiled KSampler, detailers) sample each tile as a picture of its own and say nothing of where it
lies, so that it gets the whole mask. Tiles in one batch, in the picture's own proportions, look like several pictures.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any

from torch import Tensor

from .host.late import running_node
from .host.layouts import same_aspect
from .latent_mask import LatentMask

PARTS = (
    "one sampler samples several latents, and the whole mask is squeezed into each. If they are tiles or crops of one "
    "picture, it does not lie where it should: use a tiler inside the model (Tiled Diffusion), or leave the mask out."
)
ASPECT = (
    "the mask is {} x {} and is squeezed into a latent of {} x {}, another aspect ratio. If that is a tile or a crop, "
    "use a tiler inside the model (Tiled Diffusion), or leave the mask out."
)


class SqueezeWatch:
    """A wrapper of the host around every sampling with a model (OUTER_SAMPLE); it says what it sees once a run."""

    def __init__(self, mask: LatentMask, say: Callable[[str], None]) -> None:
        self._mask, self._say = mask, say
        self._run: Hashable | None = None
        self._largest = 0  # latent px of the run's whole pictures so far
        self._said = False

    def __call__(self, executor: Any, noise: Any, latent: Any, *more: Any, **named: Any) -> Any:
        if not self._mask.uniform and isinstance(latent, Tensor) and latent.ndim in (4, 5):
            self._look((latent.shape[-2], latent.shape[-1]))
        return executor(noise, latent, *more, **named)

    def _look(self, size: tuple[int, int]) -> None:
        run = running_node()
        if run is None or run != self._run:
            self._run, self._largest, self._said = run, 0, False
        (height, width), area = self._mask.size, size[0] * size[1]
        if not same_aspect(size, (height, width)):
            self._say_once(ASPECT.format(width, height, size[1], size[0]))
        elif area <= self._largest:
            self._say_once(PARTS)
        else:  # the first one, or a second pass over the whole picture, larger than the one before
            self._largest = area

    def _say_once(self, text: str) -> None:
        if not self._said:
            self._said = True
            self._say(text)
