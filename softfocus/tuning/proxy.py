"""The look tried on small copies of a picture."""

from __future__ import annotations

from torch import Tensor

from ..look import make_bloomed, return_structure
from ..settings import BloomSettings, BlurSettings, LookSettings
from .figures import Figures
from .samples import Sample, Samples
from .sides import Inside, Outside


class Proxy:
    """Small copies of one picture, and the figures of the look on them.

    Args:
        samples: of all of the picture, and of what is near its mask where that tells more of it.
    """

    def __init__(self, samples: Samples) -> None:
        self._whole = Trial(samples.whole)
        self._near = Trial(samples.near) if samples.near else self._whole
        self._outside, self._inside = Outside(self._whole.sample), Inside(self._near.sample)

    def measure(self, settings: LookSettings) -> Figures:
        """The figures of the look at settings."""
        bloomed = self._near.bloomed(settings)
        inside = self._inside.measure(bloomed, self._near.structured(bloomed, settings))
        outside = self._outside.measure(self._whole.bloomed(settings))
        return Figures(
            kept_clear=inside.kept,
            kept_outside=outside.kept,
            clipped_percent=max(0.0, outside.clipped_percent + self._near.sample.share * inside.clipped_percent),
            tone_shift=inside.tone_shift,
            overshoot=inside.overshoot,
            halo=inside.halo,
        )


class Trial:
    """The look of one sample; its first half is made anew only where its settings are new."""

    def __init__(self, sample: Sample) -> None:
        self.sample = sample
        self._faces = None if sample.faces is None else [sample.faces]
        self._last: tuple[BlurSettings, BloomSettings, Tensor] | None = None

    def bloomed(self, settings: LookSettings) -> Tensor:
        """[1, 3, H, W] by settings for all of the picture."""
        blur, bloom = settings.blur, settings.bloom
        if self._last is None or self._last[:2] != (blur, bloom):
            image, mask, alpha = self.sample.image, self.sample.mask, self.sample.alpha
            adapted = self.sample.adapted(settings)
            self._last = blur, bloom, make_bloomed(image, mask, adapted, alpha=alpha, faces=self._faces)
        return self._last[2]

    def structured(self, bloomed: Tensor, settings: LookSettings) -> Tensor:
        """[1, 3, H, W]: the look, from its first half."""
        image, mask, alpha = self.sample.image, self.sample.mask, self.sample.alpha
        sharpen = self.sample.adapted(settings).sharpen
        return return_structure(bloomed, image, mask, sharpen, alpha=alpha, faces=self._faces)
