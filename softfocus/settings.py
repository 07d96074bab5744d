"""The settings of the look, and the one place that defines their defaults.

Names, units and ranges are those of the nodes' widgets, whose schemas read the defaults here. Every length is relative,
so the same settings give the same look at every size. Functions take a default from here where no value is neutral;
where one is (threshold 0, floor 0, max_delta 1), it is theirs.
"""

from __future__ import annotations

from dataclasses import dataclass

REGIONS = ("eyes", "brows", "nose", "lips", "face", "hair")


@dataclass(frozen=True)
class MaskSettings:
    """Where structure stays, as in Face Detail Mask.

    Attributes:
        eyes, brows, nose, lips, face, hair: how much structure the region keeps, 0..1.
        expand: how far every outline moves outwards, percent of the face's width.
        feather: width of the soft edge, percent of the face's width.
        refine: passes that fit the outline of face and hair to the picture; 0 leaves them as drawn.
        max_faces: largest faces of a frame that are masked; 0 for all of them.
        min_confidence: detections scored lower are no faces, 0..1.
    """

    eyes: float = 1.0
    brows: float = 0.9
    nose: float = 0.6
    lips: float = 1.0
    face: float = 0.35
    hair: float = 0.0
    expand: float = 3.0
    feather: float = 4.0
    refine: int = 2
    max_faces: int = 0
    min_confidence: float = 0.5

    @property
    def weights(self) -> dict[str, float]:
        """By region."""
        return {name: getattr(self, name) for name in REGIONS}


@dataclass(frozen=True)
class BlurSettings:
    """How the picture softens, as in Selective Gaussian Blur.

    Attributes:
        sigma: percent of the diagonal.
        max_delta: only neighbours whose sRGB value differs by at most this count; 1 for all of them.
        linear_light: average light rather than sRGB values.
    """

    sigma: float = 0.25
    max_delta: float = 1.0
    linear_light: bool = True


@dataclass(frozen=True)
class BloomSettings:
    """How light scatters, as in Luminance Bloom.

    Attributes:
        intensity: share of the light that scatters, 0..1.
        threshold: linear luminance from which it scatters; 0 for all of it.
        knee: softness of the threshold, as a share of it.
        radius: sigma of the widest glow, percent of the diagonal.
        falloff: 0 for a wide veil, 1 for a tight glow.
        highlight_boost: stops by which clipped highlights were brighter in truth.
        tint: sRGB color of the glow as #rrggbb.
        halation: a red rim around highlights, 0..1.
    """

    intensity: float = 0.45
    threshold: float = 0.0
    knee: float = 0.5
    radius: float = 3.0
    falloff: float = 0.5
    highlight_boost: float = 0.0
    tint: str = "#ffffff"
    halation: float = 0.0


@dataclass(frozen=True)
class SharpenSettings:
    """How detail returns, as in Feature Sharpen.

    Attributes:
        amount: 1 restores the source's detail, above 1 exceeds it, 0 returns none.
        radius: scale of the finest detail, percent of the diagonal.
        floor: gain where there is no structure, 0..1.
        noise_threshold: edge contrast in luma at which the gain is half way up.
        halo_limit: how far in luma an edge may pass its surroundings.
    """

    amount: float = 1.0
    radius: float = 0.15
    floor: float = 0.0
    noise_threshold: float = 0.01
    halo_limit: float = 0.01


MASK, BLUR, BLOOM, SHARPEN = MaskSettings(), BlurSettings(), BloomSettings(), SharpenSettings()


@dataclass(frozen=True)
class LookSettings:
    """All of them; `LookSettings(bloom=BloomSettings(intensity=0.8))` is the look with more glow."""

    mask: MaskSettings = MASK
    blur: BlurSettings = BLUR
    bloom: BloomSettings = BLOOM
    sharpen: SharpenSettings = SHARPEN


DEFAULTS = LookSettings()
