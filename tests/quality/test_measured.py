"""What metrics share is computed once a picture: no function of the library is asked for the same thing twice."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from hashlib import sha256

import pytest
from torch import Tensor

from softfocus.quality import Measured, measure_clarity, measure_effect
from softfocus.quality.effect import drift
from testing.hidden_colors import disc_alpha
from testing.quality import looks

SHARED = (
    "displayed_light",
    "find_edges",
    "find_regions",
    "fill_transparent",
    "gaussian_blur",
    "levels_of",
    "linear_to_srgb",
    "local_maximum",
    "local_minimum",
    "luma_levels",
    "luminance",
    "noise_in_region",
    "noise_level",
    "normalised_luma",
    "second_differences",
    "srgb_to_linear",
)
# The whole picture goes through them for its inside and its outside.
FILTERS = {"gaussian_blur", "local_maximum", "local_minimum"}
Calls = Counter[tuple[str, ...]]  # by the function's name and what it was given


def told_apart(value: object) -> str:
    return sha256(value.numpy().tobytes()).hexdigest() if isinstance(value, Tensor) else repr(value)


@contextmanager
def recorded() -> Iterator[Calls]:
    """Calls of the shared functions, wherever in the library they were imported to by name."""
    calls: Calls = Counter()

    def recording(name, function):
        def call(*values, **named):
            calls[(name, *map(told_apart, values), *map(told_apart, named.values()))] += 1
            return function(*values, **named)

        return call

    with pytest.MonkeyPatch.context() as patch:
        for path, module in list(sys.modules.items()):
            for name in SHARED:
                if path.startswith("softfocus.") and callable(vars(module).get(name)):
                    patch.setattr(module, name, recording(name, vars(module)[name]))
        yield calls


@pytest.mark.parametrize("referenced", [True, False], ids=["reference", "no reference"])
@pytest.mark.parametrize("masked", [True, False], ids=["mask", "no mask"])
@pytest.mark.parametrize("cut", [True, False], ids=["alpha", "opaque"])
def test_nothing_is_computed_twice(referenced, masked, cut):
    before, mask = looks.real(160)
    alpha = disc_alpha(mask.shape[-1], 0.2) if cut else None
    after = looks.restored(before, mask)
    with recorded() as calls:
        picture = Measured.of(after, before if referenced else None, mask if masked else None, alpha)
        effect = measure_effect(picture, measure_clarity(picture).distortions)
    assert (effect.note == "") == masked and effect.referenced == referenced
    assert [call for call, times in calls.items() if times > 1] == []
    times = Counter(name for name, *_ in calls.elements())
    assert times["find_regions"] == times["find_edges"] == 1
    assert times["normalised_luma"] == 5  # NIQE and BRISQUE at two sizes, PIQE at one, for all regions
    assert times["levels_of"] == times["luma_levels"] == 1
    assert times["second_differences"] == 1 + referenced  # of each picture, for its noise and for that of its regions
    sides = 3 if referenced and masked else 2 if masked else 1 if referenced else 0  # and where the mask is strongest
    assert times["noise_level"] == 1 and times["noise_in_region"] == sides * (1 + referenced)


def test_what_counts_inside_the_mask_is_looked_at_there_alone(monkeypatch):
    """Colour and the forecast of light cost a power for each value: not one is spent on what has no weight."""
    before, mask = looks.real(160)
    after, seen = looks.restored(before, mask), Counter()

    def counting(name, function):
        def call(values, *more):
            seen[name] += values.shape[-2] * values.shape[-1]
            return function(values, *more)

        return call

    import kornia.color

    monkeypatch.setattr(kornia.color, "rgb_to_lab", counting("lab", kornia.color.rgb_to_lab))
    monkeypatch.setattr(drift, "displayed_light", counting("decoded", drift.displayed_light))
    measure_effect(Measured.of(after, before, mask))
    rows, columns = (int((mask > 0).amax(axis).sum()) for axis in (-1, -2))
    window = rows * columns
    assert 0 < window < 0.2 * mask.numel()
    assert seen["lab"] == 2 * window
    assert seen["decoded"] == 2 * mask.numel() + 2 * window  # the law from all, the forecast inside


@pytest.mark.parametrize("referenced", [True, False], ids=["reference", "no reference"])
def test_faces_add_their_own_blurs_and_no_other_work(referenced):
    """Each face adds a small window to what is blurred inside the mask; nothing else is measured again."""
    before, mask = looks.real(160)
    after = looks.restored(before, mask)
    face = looks.face_box("real", 160)
    counted = []
    for boxes in (None, [], [replace(face, face_width=40)], [replace(face, face_width=width) for width in (40, 41)]):
        with recorded() as calls:
            picture = Measured.of(after, before if referenced else None, mask, None, boxes)
            measure_effect(picture, measure_clarity(picture).distortions)
        assert len(picture.regions.lengths.faces) == len(boxes or ())
        assert [call for call, times in calls.items() if times > 1 and call[0] not in FILTERS] == []
        counted.append(Counter(name for name, *_ in calls.elements()))
    plain, empty, one, two = counted
    assert plain == empty
    for name in ("find_regions", "find_edges", "noise_level", "noise_in_region", "normalised_luma"):
        assert one[name] == two[name] == plain[name]
    blurs = two["gaussian_blur"] - one["gaussian_blur"]
    assert 0 < blurs <= plain["gaussian_blur"] and one["gaussian_blur"] - plain["gaussian_blur"] <= 2 * blurs
