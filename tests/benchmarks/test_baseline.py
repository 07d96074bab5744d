"""Functions of another checkout in a process of their own: what goes in and comes back, errors, missing history."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch

from benchmarks.baseline import ROOT, Checkout, baseline, checkout

OTHER = """
from dataclasses import dataclass
import torch
import softfocus

@dataclass
class Look:
    image: torch.Tensor
    name: str

def look(image, gain=1.0):
    print("not an answer")
    return Look((image * gain)[..., ::2], softfocus.__doc__)

def pair(image):
    return image.sum(), image.mean()

def fails(image):
    raise ValueError("image is wrong")
"""


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Checkout]:
    """A folder that holds another softfocus than this one."""
    folder = tmp_path_factory.mktemp("other")
    (folder / "looks.py").write_text(OTHER)
    (folder / "softfocus").mkdir()
    (folder / "softfocus" / "__init__.py").write_text('"""The other one."""')
    with checkout(folder) as process:
        yield process


def test_fields_of_the_other_checkouts_result_come_back(other):
    image = torch.rand(1, 3, 4, 6).movedim(-1, -2)
    found = other.run("looks:look", image=image, gain=2.0, runs=2)
    assert torch.equal(found["image"], (image * 2)[..., ::2])
    assert found["name"] == "The other one."
    assert 0 < found.milliseconds < float("inf")


def test_places_of_a_tuple_come_back(other):
    found = other.run("looks:pair", image=torch.ones(3, 5))
    assert (found["0"], found["1"]) == (15, 1)


def test_an_error_is_told_and_the_process_goes_on(other):
    with pytest.raises(RuntimeError, match=r"looks:fails: (?s:.*)ValueError: image is wrong"):
        other.run("looks:fails", image=torch.ones(1))
    assert other.run("looks:pair", image=torch.ones(2))["0"] == 2


def test_a_missing_commit_is_a_sentence(capsys):
    with baseline("0" * 40) as old:
        assert old is None
    assert "No commit 0000000 here" in capsys.readouterr().out


def test_this_checkout_calls_its_own(picture):
    from softfocus.filters.gaussian import gaussian_blur

    with checkout(ROOT) as now:
        found = now.run("softfocus.filters.gaussian:gaussian_blur", image=picture, sigma_px=2.0)
    assert torch.allclose(found["result"], gaussian_blur(picture, 2.0), atol=1e-6)
