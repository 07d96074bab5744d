"""Whether samplers sample the picture that a mask belongs to, or tiles and crops of it, as nothing tells them apart.

Tilers inside the model (Tiled Diffusion, the host's context windows) hand over whole latents, and the mask fits them.
Others (Ultimate SD Upscale, Tiled KSampler, detailers) sample each tile as a picture of its own and say nothing of where it
lies, so that it gets the whole mask.
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
        self._count = 0

    def __call__(self, executor: Any, noise: Any, latent: Any, *more: Any, **named: Any) -> Any:
        self._look(latent)
        return executor(noise, latent, *more, **named)

    def _look(self, latent: Any) -> None:
        run = running_node()
        self._count = self._count + 1 if run is not None and run == self._run else 1
        self._run = run
        if self._mask.uniform or not isinstance(latent, Tensor) or latent.ndim not in (4, 5):
            return
        (height, width), size = self._mask.size, (latent.shape[-2], latent.shape[-1])
        if self._count == 2:
            self._say(PARTS)
        elif self._count == 1 and not same_aspect(size, (height, width)):
            self._say(ASPECT.format(width, height, size[1], size[0]))
