"""Public functions refuse what does not fit, by its name, and nothing that does."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

import softfocus
from softfocus import BloomSettings, BlurSettings, LookSettings, MaskSettings, SharpenSettings
from softfocus.checks import LARGEST
from softfocus.settings import MOST_STOPS, REGIONS

LIGHT = LookSettings(blur=BlurSettings(sigma=2.0))
ABOVE_0, INF = 5e-324, math.inf
quick = partial(settings, deadline=None)


@dataclass(frozen=True)
class Takes:
    """A function or settings: what they are given here, and what each argument may be.

    Attributes:
        given: by name, besides `image`.
        numbers: by name (least, most); a least of ABOVE_0 is the least that floats have.
        planes, pictures: names of what is [B or 1, 1, H, W], and [B or 1, 3, H, W].
        image: whether they take a picture first.
    """

    call: Callable[..., Any]
    given: dict[str, Any] = field(default_factory=dict)
    numbers: dict[str, tuple[float, float]] = field(default_factory=dict)
    planes: tuple[str, ...] = ()
    pictures: tuple[str, ...] = ()
    image: bool = True


UNIT, AMOUNT, LENGTH = (0.0, 1.0), (0.0, LARGEST), (0.0, INF)
ALL = {
    "gaussian_blur": Takes(softfocus.gaussian_blur, {"sigma_px": 1.0}, {"sigma_px": LENGTH}),
    "selective_gaussian_blur": Takes(
        softfocus.selective_gaussian_blur,
        {"sigma_px": 1.0},
        {"sigma_px": LENGTH, "max_delta": AMOUNT},
        ("protect", "alpha"),
    ),
    "luminance_bloom": Takes(
        softfocus.luminance_bloom,
        {"intensity": 0.5, "radius_px": 2.0},
        {
            "radius_px": LENGTH,
            "threshold": AMOUNT,
            "highlight_boost": (0.0, MOST_STOPS),
            **dict.fromkeys(("intensity", "knee", "falloff", "halation"), UNIT),
        },
        ("protect", "alpha"),
    ),
    "feature_sharpen": Takes(
        softfocus.feature_sharpen,
        {"amount": 1.0, "radius_px": 1.0},
        {
            "radius_px": (ABOVE_0, INF),
            "floor": UNIT,
            **dict.fromkeys(("amount", "noise_threshold", "halo_limit"), AMOUNT),
        },
        ("mask", "strength", "alpha"),
        ("source",),
    ),
    "make_look": Takes(softfocus.make_look, {"settings": LIGHT}, planes=("mask", "alpha")),
    "face_detail_mask": Takes(softfocus.face_detail_mask, planes=("alpha",)),
    "MaskSettings": Takes(
        MaskSettings,
        numbers={
            **dict.fromkeys((*REGIONS, "min_confidence"), UNIT),
            "expand": (-100.0, 100.0),
            "feather": (0.0, 100.0),
        },
        image=False,
    ),
    "BlurSettings": Takes(BlurSettings, numbers={"sigma": (0.0, INF), "max_delta": AMOUNT}, image=False),
    "BloomSettings": Takes(
        BloomSettings,
        numbers={
            "threshold": AMOUNT,
            "radius": (0.0, INF),
            "highlight_boost": (0.0, MOST_STOPS),
            **dict.fromkeys(("intensity", "knee", "falloff", "halation"), UNIT),
        },
        image=False,
    ),
    "SharpenSettings": Takes(
        SharpenSettings,
        numbers={
            "radius": (ABOVE_0, INF),
            "floor": UNIT,
            **dict.fromkeys(("amount", "noise_threshold", "halo_limit"), AMOUNT),
        },
        image=False,
    ),
}
NUMBERS = [(name, number) for name, takes in ALL.items() for number in takes.numbers]
PICTURES = [name for name, takes in ALL.items() if takes.image]
PLANES = [(name, plane) for name, takes in ALL.items() for plane in (*takes.planes, *takes.pictures)]


def called(name: str, image: Tensor | None = None, **more: Any) -> Any:
    takes = ALL[name]
    pictures = ((picture() if image is None else image),) if takes.image else ()
    return takes.call(*pictures, **{**takes.given, **more})


def picture(frames: int = 2, height: int = 5, width: int = 6, channels: int = 3) -> Tensor:
    return torch.rand(frames, channels, height, width, generator=torch.Generator().manual_seed(3))


def refused(argument: str) -> Any:
    return pytest.raises(ValueError, match=rf"^{argument}(\[\d\])? .*; it must ")


def beyond(least: float, most: float) -> st.SearchStrategy[float]:
    """Numbers outside of least..most, and what is none."""
    parts = [st.sampled_from([math.nan, INF, -INF]), st.floats(max_value=least, exclude_max=True)]
    return st.one_of(*parts, *([st.floats(min_value=most, exclude_min=True)] if most < INF else []))


@pytest.mark.parametrize(("name", "number"), NUMBERS)
@quick(max_examples=12)
@given(st.data())
def test_numbers_out_of_range_are_refused_by_name(name, number, data):
    with refused(number):
        called(name, **{number: data.draw(beyond(*ALL[name].numbers[number]))})


@pytest.mark.parametrize(("name", "number"), NUMBERS)
def test_what_is_no_number_is_refused_by_name(name, number):
    for value in ("1", None, [1.0], torch.ones(2)):
        with pytest.raises(TypeError, match=f"^{number} is of type .*; it must "):
            called(name, **{number: value})


@pytest.mark.parametrize("name", ALL)
@quick(max_examples=12)
@given(st.data())
def test_the_ends_of_every_range_are_taken(name, data):
    takes = ALL[name]
    ends = drawn_ends(takes, data)
    frames, height, width = data.draw(st.sampled_from([(0, 3, 4), (1, 1, 1), (2, 1, 7), (2, 6, 5)]))
    sizes = {**dict.fromkeys(takes.planes, 1), **dict.fromkeys(takes.pictures, 3)}
    planes = {
        each: data.draw(
            st.sampled_from(
                [None, *(k * picture(count, height, width, channels) for count in (1, frames) for k in (0, 1))]
            )
        )
        for each, channels in sizes.items()
    }
    result = called(name, picture(frames, height, width) if takes.image else None, **ends, **planes)
    for tensor in tensors_of(result):
        assert len(tensor) == frames and tensor.shape[2:] == (height, width) and tensor.isfinite().all()


@pytest.mark.parametrize(("name", "plane"), PLANES)
def test_no_frames_give_none_with_any_plane(name, plane):
    channels = 3 if plane in ALL[name].pictures else 1
    result = called(name, picture(0), **{plane: picture(1, channels=channels)})
    assert all(len(each) == 0 for each in tensors_of(result))


def drawn_ends(takes: Takes, data: Any) -> dict[str, float]:
    """Each number at one end of its range, or well inside."""
    # A percentage of the least of all numbers would be 0 pixels.
    ranges = {each: (least if least <= 0 else 1e-300, most) for each, (least, most) in takes.numbers.items()}
    return {
        each: data.draw(st.sampled_from([least, min(most, 1e300), (least + min(most, 2)) / 2]))
        for each, (least, most) in ranges.items()
    }


@quick(max_examples=25)
@given(st.data())
def test_the_look_is_made_at_the_ends_of_its_settings(data):
    parts = {each.lower(): ALL[f"{each}Settings"] for each in ("Blur", "Bloom", "Sharpen")}
    made = {name: takes.call(**drawn_ends(takes, data)) for name, takes in parts.items()}
    look = called("make_look", settings=LookSettings(**made), mask=picture(1, channels=1))
    assert all(each.isfinite().all() for each in tensors_of(look))


def tensors_of(result: Any) -> list[Tensor]:
    if isinstance(result, Tensor):
        return [result]
    parts = result if isinstance(result, tuple) else vars(result).values()
    return [each for each in parts if isinstance(each, Tensor)]


def wrong_tensors(channels: int | None) -> st.SearchStrategy[Tensor]:
    """No [B, channels, H, W] float32 of at least one pixel."""
    sides = st.lists(st.integers(0, 4), max_size=6).filter(
        lambda shape: len(shape) != 4 or 0 in shape[1:] or channels not in (None, shape[1])
    )
    types = [torch.uint8, torch.int64, torch.bool, torch.float16, torch.bfloat16, torch.float64, torch.complex64]
    fitting = picture(channels=channels or 3)
    return st.one_of(sides.map(torch.zeros), st.sampled_from(types).map(fitting.to))


@pytest.mark.parametrize("name", PICTURES)
@quick(max_examples=25)
@given(st.data())
def test_pictures_that_are_none_are_refused(name, data):
    with refused("image"):
        called(name, data.draw(wrong_tensors(None if name == "gaussian_blur" else 3)))


@pytest.mark.parametrize(("name", "plane"), PLANES)
@quick(max_examples=25)
@given(st.data())
def test_planes_that_do_not_fit_are_refused_by_name(name, plane, data):
    channels = 3 if plane in ALL[name].pictures else 1
    other_sizes = st.tuples(st.integers(1, 4), st.integers(1, 7), st.integers(1, 7)).filter(
        lambda each: each[0] not in (1, 2) or each[1:] != (5, 6)
    )
    others = other_sizes.map(lambda each: picture(*each, channels))
    with refused(plane):
        called(name, **{plane: data.draw(st.one_of(wrong_tensors(channels), others))})


@pytest.mark.parametrize(("name", "argument"), [(name, "image") for name in PICTURES] + PLANES)
def test_what_is_no_tensor_is_refused_by_name(name, argument):
    with pytest.raises(TypeError, match=f"^{argument} is of type ndarray; it must be of type Tensor"):
        called(name, **({"image": picture().numpy()} if argument == "image" else {argument: picture().numpy()}))


@quick(max_examples=40)
@given(st.lists(st.floats(allow_subnormal=False), max_size=4), st.lists(st.floats(-LARGEST, LARGEST), max_size=4))
def test_mixture_takes_one_weight_for_each_of_its_ascending_sigmas(sigmas, weights):
    fine = sigmas == sorted(sigmas) and all(0 <= each < INF for each in sigmas) and len(sigmas) > 0
    if fine and len(sigmas) == len(weights):
        assert softfocus.gaussian_mixture(picture(), sigmas, weights).isfinite().all()
    else:
        with refused("weights" if fine else "sigmas_px"):
            softfocus.gaussian_mixture(picture(), sigmas, weights)


@pytest.mark.parametrize("weights", [[0.3, 0.3, 0.4], [1.0], [], [0.5, math.nan], [0.5, INF]])
def test_mixture_drops_no_weight(weights):
    with refused("weights"):
        softfocus.gaussian_mixture(picture(), [1, 2], weights)


@pytest.mark.parametrize(
    ("name", "argument", "values"),
    [
        ("luminance_bloom", "tint", [(1.0, 1.0), (1.0, 1.0, math.nan), (0.0, 0.0, 1.5), ()]),
        ("BloomSettings", "tint", ["red", "#12345", ""]),
        ("MaskSettings", "refine", [-1]),
        ("MaskSettings", "max_faces", [-1]),
    ],
)
def test_other_wrong_values_are_refused_by_name(name, argument, values):
    for value in values:
        with pytest.raises(ValueError, match=rf"^{argument}(\[\d\])? is "):
            called(name, **{argument: value})


@pytest.mark.parametrize(
    ("name", "argument", "value"),
    [
        ("MaskSettings", "refine", 1.5),
        ("MaskSettings", "max_faces", None),
        ("BloomSettings", "tint", (1, 1, 1)),
        ("make_look", "settings", BlurSettings()),
        ("face_detail_mask", "settings", LIGHT),
        ("luminance_bloom", "tint", None),
    ],
)
def test_other_wrong_kinds_are_refused_by_name(name, argument, value):
    with pytest.raises(TypeError, match=f"^{argument} is of type "):
        called(name, **{argument: value})
    with pytest.raises(TypeError, match="^blur is of type MaskSettings"):
        LookSettings(blur=MaskSettings())
