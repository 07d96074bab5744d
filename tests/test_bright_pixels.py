"""One far light, such as a hot pixel of a render, changes nothing far away, in any effect and picture input."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache

import pytest
import torch
from torch import Tensor

from softfocus.bloom import luminance_bloom
from softfocus.color import srgb_to_linear
from softfocus.faces import find_faces, hair_mask, load_face_nets, load_hair_net, refine_outline, region_masks
from softfocus.features import feature_strength, pca_picture, sharp_features
from softfocus.matting import refine_mask
from softfocus.quality import Measured, measure_clarity, measure_effect, rank, write_report
from softfocus.selective_blur import selective_gaussian_blur
from softfocus.sharpen import feature_sharpen
from testing.pictures import make_picture

SIZE = 512
PLACE = (56, 440)
DIAGONAL = math.hypot(SIZE, SIZE)
SIGMA = 0.005 * DIAGONAL
RADIUS = 0.0015 * DIAGONAL
FINEST = 7 * RADIUS * math.sqrt(2)  # the base of the sharpening, twicing included: its widest Gaussian
STEP = 1 / 255
LIGHTS = pytest.mark.parametrize("value", [3000.0, 65504.0])  # the second is the largest half float
CHANNELS = pytest.mark.parametrize("channel", [slice(None), 1], ids=["all", "one"])

Effect = Callable[[Tensor], tuple[Tensor, ...]]


@cache
def picture() -> Tensor:
    """Float values, more than 256 of them a channel."""
    return make_picture(SIZE, SIZE)


def steps(image: Tensor) -> Tensor:
    """As an 8-bit file has them."""
    return (image * 255).round() / 255


@cache
def disc(softness: float) -> Tensor:
    """[1, 1, SIZE, SIZE], 1 in the middle."""
    axis = torch.linspace(-3, 3, SIZE)
    distance = (axis[:, None].square() + axis.square()).sqrt()
    return ((1.5 - distance) / softness).clamp(0, 1)[None, None]


def with_light(image: Tensor, value: float, channel: slice | int = slice(None)) -> Tensor:
    lit = image.clone()
    lit[0, channel, PLACE[0], PLACE[1]] = value
    return lit


def distance() -> Tensor:
    y, x = (torch.arange(SIZE) - place for place in PLACE)
    return (y[:, None].square() + x.square()).sqrt()


def soft(sigma: float = SIGMA, **options) -> Effect:
    return lambda image: (selective_gaussian_blur(image, sigma, **options),)


def bloom(**options) -> Effect:
    return lambda image: luminance_bloom(image, intensity=0.45, radius_px=SIGMA, **options)


def sharp(image: Tensor, source: Tensor | None = None) -> tuple[Tensor, ...]:
    made = feature_sharpen(image, amount=1, radius_px=RADIUS, source=source)
    return made.image, made.gain, made.features


EFFECTS: dict[str, tuple[Effect, float]] = {
    "blur": (soft(), SIGMA),
    "narrow blur": (soft(1.8), 1.8),
    "blur of values": (soft(1.8, linear_light=False), 1.8),
    "partly protected": (soft(protect=disc(0.5)), SIGMA),
    "max_delta": (soft(max_delta=0.1), SIGMA),
    "max_delta of values": (soft(max_delta=0.1, linear_light=False), SIGMA),
    "max_delta on the grid": (soft(8.0, max_delta=0.1), 8.0),
    "max_delta of values on the grid": (soft(8.0, max_delta=0.1, linear_light=False), 8.0),
    "max_delta of steps": (lambda image: soft(8.0, max_delta=0.1)(torch.where(image > 1, image, steps(image))), 8.0),
    "max_delta, partly protected": (soft(8.0, max_delta=0.1, protect=disc(0.5)), 8.0),
    "bloom": (bloom(), SIGMA),
    "bloom, boosted": (bloom(highlight_boost=4.0), SIGMA),
    "bloom, film": (bloom(halation=1.0, threshold=0.5, highlight_boost=2.0), SIGMA),
    "bloom, wide": (bloom(falloff=0.0), SIGMA),
    "bloom, tight": (bloom(falloff=1.0), SIGMA),
    "bloom, cut out": (bloom(alpha=disc(0.5) / 2 + 0.5, tint=(1.0, 0.5, 0.2)), SIGMA),
    "sharpening": (sharp, FINEST),
    "sharpening of a soft picture": (lambda image: sharp(image, source=picture()), FINEST),
    "sharpening by a source": (lambda source: sharp(soft()(picture())[0], source=source), FINEST),
    "sharpening of a flat picture": (lambda image: sharp(torch.where(image > 1, image, 0.5)), FINEST),
}


@cache
def plain(name: str) -> tuple[Tensor, ...]:
    return EFFECTS[name][0](picture())


@LIGHTS
@CHANNELS
@pytest.mark.parametrize("name", EFFECTS)
def test_pixels_beyond_five_sigma_stay(name, value, channel):
    effect, sigma = EFFECTS[name]
    far = distance() > 5 * sigma
    assert far.float().mean() >= 0.5
    lit = effect(with_light(picture(), value, channel))
    for before, after in zip(plain(name), lit, strict=True):
        assert after.isfinite().all()
        assert (after - before)[..., far].abs().max() <= STEP


def test_light_up_to_nine_stops_is_scattered_whole():
    """The bound touches no light that a picture has: twice the light glows twice as much."""
    dark = torch.full((1, 3, 64, 64), 0.01)
    glows = []
    for light in (2.0**8, 2.0**9):
        point = dark.clone()
        point[..., 32, 32] = 1.055 * light ** (1 / 2.4) - 0.055
        glows.append(srgb_to_linear(luminance_bloom(point, intensity=1e-4, radius_px=4)[1])[..., 32, 40].mean())
    assert glows[1] / glows[0] == pytest.approx(2, rel=0.01)


def test_a_far_light_without_neighbours_like_it_keeps_its_value():
    lit = with_light(picture(), 3000.0)
    blurred = selective_gaussian_blur(lit, SIGMA, max_delta=0.1)
    assert blurred[0, :, PLACE[0], PLACE[1]] == pytest.approx([3000.0] * 3, rel=1e-4)


@LIGHTS
@pytest.mark.parametrize("inside", [False, True], ids=["far from the edge", "in the band"])
def test_matte_is_that_of_white(value, inside):
    """What matting sees of a picture ends at white."""
    mask = (disc(0.5) > 0.5).float()
    shift = 0 if not inside else 200 - PLACE[1]
    image = picture().roll((160 if inside else 0, shift), (-2, -1))
    place = (PLACE[0] + 160, 200) if inside else PLACE
    mattes = []
    for light in (1.0, value):
        lit = image.clone()
        lit[..., place[0], place[1]] = light
        mattes.append(refine_mask(lit, mask, 0.03 * DIAGONAL, 2))
    white, bright = mattes
    assert torch.equal(bright.alpha, white.alpha)
    assert torch.equal(bright.foreground.clamp(0, 1), white.foreground)


@LIGHTS
def test_face_masks_stay(value):
    from skimage.data import astronaut

    image = torch.from_numpy(astronaut()).movedim(-1, 0)[None].float() / 255
    nets = load_face_nets()
    made = []
    for each in (image, with_light(image, 1.0), with_light(image, value)):
        faces = find_faces(nets, each)
        masks = region_masks(faces, (SIZE, SIZE))
        outline = refine_outline(each, masks["face"], faces, 2)
        made.append([*masks.values(), outline, hair_mask(load_hair_net(), each, faces)])
    for before, white, after in zip(*made, strict=True):
        assert torch.equal(after, white)
        if before is not made[0][-1]:  # the hair's edge may follow a thousandth of a pixel of the landmarks
            assert (after - before).abs().max() <= STEP


@LIGHTS
def test_scores_are_those_of_white(value):
    mask, reference = disc(0.5), soft()(picture())[0]
    reports = []
    for light in (1.0, value):
        lit, source = with_light(picture(), light), with_light(reference, light)
        clarity = measure_clarity(Measured.of(lit, mask=mask))
        effects = [measure_effect(each) for each in (Measured.of(lit, source, mask), Measured.of(lit))]
        reports.append([write_report(rank([effect]), [clarity]) for effect in effects])
    assert reports[0] == reports[1]


class Patches:
    """Mean and contrast of each patch: what it shows stays where it is."""

    name, side, patch = "patches", 128, 16

    def encode(self, images: Tensor) -> Tensor:
        cells = torch.nn.functional.unfold(images, self.patch, stride=self.patch)
        cells = cells.view(len(images), 3, -1, 8, 8)
        return torch.cat([cells.mean(2), cells.std(2)], 1)


@LIGHTS
def test_features_are_those_of_white(value):
    pytest.importorskip("kornia")
    made = []
    for light in (1.0, value):
        lit = with_light(picture(), light)
        features = sharp_features(Patches(), lit, 2)
        made.append([features, feature_strength(features, lit), pca_picture(features, (SIZE, SIZE))])
    for white, bright in zip(*made, strict=True):
        assert torch.equal(white, bright)
