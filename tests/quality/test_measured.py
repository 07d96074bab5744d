"""What metrics share is computed once a picture: no function of the library is asked for the same thing twice."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256

import pytest
from torch import Tensor

from softfocus.quality import Measured, measure_clarity, measure_effect
from testing.hidden_colors import disc_alpha
from testing.quality import looks

SHARED = (
    "find_edges",
    "find_regions",
    "fill_transparent",
    "gaussian_blur",
    "linear_to_srgb",
    "local_maximum",
    "luma_levels",
    "luminance",
    "noise_in_region",
    "noise_level",
    "normalised_luma",
    "srgb_to_linear",
)
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
    sides = 3 if referenced and masked else 2 if masked else 1 if referenced else 0  # and where the mask is strongest
    assert times["noise_level"] == 1 and times["noise_in_region"] == sides * (1 + referenced)
