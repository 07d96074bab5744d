"""The settings of the look, and the one place that defines their defaults.

Names, units and ranges are those of the nodes' widgets, whose schemas read the defaults here. Every length is relative,
so the same settings give the same look at every size. Functions take a default from here where no value is neutral;
where one is (threshold 0, floor 0, max_delta 1), it is theirs.

Making settings raises ValueError for a number that is out of its range or not finite, and TypeError for what is no
number; both name it.
"""

from __future__ import annotations

from dataclasses import dataclass

from .checks import check_amount, check_choice, check_count, check_kind, check_number
from .color import parse_hex_color

LEAST_SHARE, MOST_SHARE = -3.0, 4.0  # of fine, medium and coarse: enough for the skin of a face at a weight of 0.35
MOST_STOPS = 16.0  # of highlight_boost: more than any camera records
MOST_GRADE = 2.0  # of diffusion filters, as their makers grade them
FILTER_FAMILIES = ("glimmer", "black mist", "white mist", "cine bloom")
REGIONS = ("eyes", "brows", "nose", "lips", "face", "hair")


@dataclass(frozen=True)
class MaskSettings:
    """Where structure stays, as in Face Detail Mask.

    Attributes:
        eyes, brows, nose, lips, face, hair: how much structure the region keeps, 0..1.
        expand: how far every outline moves outwards, percent of the face's width, -100..100.
        feather: width of the soft edge, percent of the face's width, 0..100.
        refine: passes that fit the outline of face and hair to the picture; 0 leaves them as drawn.
        max_faces: largest faces of a frame that are masked; 0 for all of them.
        min_confidence: detections scored lower are no faces, 0..1.

    >>> MaskSettings(hair=0.5).weights["hair"]
    0.5
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

    def __post_init__(self) -> None:
        for name in (*REGIONS, "min_confidence"):
            check_number(getattr(self, name), name, 0, 1)
        check_number(self.expand, "expand", -100, 100)
        check_number(self.feather, "feather", 0, 100)
        check_count(self.refine, "refine")
        check_count(self.max_faces, "max_faces")

    @property
    def weights(self) -> dict[str, float]:
        """By region."""
        return {name: getattr(self, name) for name in REGIONS}


@dataclass(frozen=True)
class BlurSettings:
    """How the picture softens, as in Selective Gaussian Blur.

    Attributes:
        sigma: percent of the diagonal, 0 or more.
        max_delta: only neighbours whose sRGB value differs by at most this count, 0 or more; from 1 on all of them.
        linear_light: average light rather than sRGB values.

    >>> BlurSettings(sigma=0.5)
    BlurSettings(sigma=0.5, max_delta=1.0, linear_light=True)
    """

    sigma: float = 0.25
    max_delta: float = 1.0
    linear_light: bool = True

    def __post_init__(self) -> None:
        check_number(self.sigma, "sigma", 0)
        check_amount(self.max_delta, "max_delta")


@dataclass(frozen=True)
class BloomSettings:
    """How light scatters, as in Luminance Bloom.

    Attributes:
        intensity: share of the light that scatters, 0..1.
        threshold: linear luminance from which it scatters, 0 or more; 0 for all of it.
        knee: softness of the threshold, as a share of it, 0..1.
        radius: sigma of the widest glow, percent of the diagonal, 0 or more.
        falloff: 0 for a wide veil, 1 for a tight glow.
        highlight_boost: stops by which clipped highlights were brighter in truth, 0 to 16.
        tint: sRGB color of the glow as #rrggbb.
        halation: a red rim around highlights, 0..1.

    >>> BloomSettings(intensity=1.8)
    Traceback (most recent call last):
    ValueError: intensity is 1.8; it must be 0 or more and 1 or less
    """

    intensity: float = 0.45
    threshold: float = 0.0
    knee: float = 0.5
    radius: float = 3.0
    falloff: float = 0.5
    highlight_boost: float = 0.0
    tint: str = "#ffffff"
    halation: float = 0.0

    def __post_init__(self) -> None:
        for name in ("intensity", "knee", "falloff", "halation"):
            check_number(getattr(self, name), name, 0, 1)
        check_amount(self.threshold, "threshold")
        check_number(self.radius, "radius", 0)
        check_number(self.highlight_boost, "highlight_boost", 0, MOST_STOPS)
        parse_hex_color(self.tint)


@dataclass(frozen=True)
class DiffusionSettings:
    """How a diffusion filter scatters light, as in Diffusion Filter.

    Attributes:
        family: of FILTER_FAMILIES.
        grade: strength, 0..2; the makers' are 1/8, 1/4, 1/2, 1 and 2. 0 is no filter.
        size: spread in percent of the real filter's on full frame, above 0.
        warmth: share of the real filter's own warmth, 0..1.
        halation: a rim around highlights as on film, red further out, 0..1.
        highlight_boost: stops by which clipped highlights were brighter in truth, 0 to 16.

    >>> DiffusionSettings(family="fog")
    Traceback (most recent call last):
    ValueError: family is 'fog'; it must be one of glimmer, black mist, white mist, cine bloom
    """

    family: str = "black mist"
    grade: float = 0.25
    size: float = 100.0
    warmth: float = 1.0
    halation: float = 0.0
    highlight_boost: float = 0.0

    def __post_init__(self) -> None:
        check_choice(self.family, "family", FILTER_FAMILIES)
        check_number(self.grade, "grade", 0, MOST_GRADE)
        check_number(self.size, "size", above=0)
        check_number(self.warmth, "warmth", 0, 1)
        check_number(self.halation, "halation", 0, 1)
        check_number(self.highlight_boost, "highlight_boost", 0, MOST_STOPS)


@dataclass(frozen=True)
class SharpenSettings:
    """How detail returns, as in Feature Sharpen.

    Attributes:
        amount: 1 restores the source's detail, above 1 exceeds it, 0 returns none.
        radius: scale of the finest detail, percent of the diagonal, above 0.
        floor: gain where there is no structure, 0..1.
        noise_threshold: edge contrast in luma at which the gain is half way up, 0 or more.
        halo_limit: how far in luma an edge may pass its surroundings, 0 or more.
        fine, medium, coarse: how much of the detail below 4/15 of the radius, from there to twice the radius, and
            above it returns, -3..4; 1 as much as amount says, below 0 the picture's own gets softer.

    >>> SharpenSettings(radius=0)
    Traceback (most recent call last):
    ValueError: radius is 0; it must be above 0
    """

    amount: float = 1.0
    radius: float = 0.15
    floor: float = 0.0
    noise_threshold: float = 0.01
    halo_limit: float = 0.01
    fine: float = 1.0
    medium: float = 1.0
    coarse: float = 1.0

    def __post_init__(self) -> None:
        for name in ("amount", "noise_threshold", "halo_limit"):
            check_amount(getattr(self, name), name)
        for name in ("fine", "medium", "coarse"):
            check_number(getattr(self, name), name, LEAST_SHARE, MOST_SHARE)
        check_number(self.radius, "radius", above=0)
        check_number(self.floor, "floor", 0, 1)


PARTS = {"mask": MaskSettings, "blur": BlurSettings, "bloom": BloomSettings, "sharpen": SharpenSettings}
MASK, BLUR, BLOOM, SHARPEN = MaskSettings(), BlurSettings(), BloomSettings(), SharpenSettings()
DIFFUSION = DiffusionSettings()

# "Even skin, pores kept": the photo itself, on each face but for KEPT_OF_SKIN. benchmarks/skin measures it.
EVEN_SKIN = SharpenSettings(amount=0.45, radius=0.19, floor=1.0, fine=0.2, medium=-0.5, coarse=4.0)
KEPT_OF_SKIN = MaskSettings(brows=1.0, nose=0.0, face=0.0)


@dataclass(frozen=True)
class LookSettings:
    """All of them; what is not named has its defaults.

    >>> LookSettings(bloom=BloomSettings(intensity=0.8)).blur.sigma  # the look with more glow
    0.25
    """

    mask: MaskSettings = MASK
    blur: BlurSettings = BLUR
    bloom: BloomSettings = BLOOM
    sharpen: SharpenSettings = SHARPEN

    def __post_init__(self) -> None:
        for name, kind in PARTS.items():
            check_kind(getattr(self, name), kind, name)


DEFAULTS = LookSettings()
