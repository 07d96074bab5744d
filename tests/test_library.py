"""The library as others call it: README's six lines, the examples in docstrings, and what docstrings have to say."""

from __future__ import annotations

import doctest
import importlib
import inspect
import pkgutil

import numpy
import pytest
import torch
from skimage.data import astronaut

import softfocus
from softfocus import face_detail_mask, find_face_boxes, make_look
from testing.readme import library_example, run_library_example

FUNCTIONS = [name for name in softfocus.__all__ if inspect.isfunction(getattr(softfocus, name))]
SETTINGS = [name for name in softfocus.__all__ if name.endswith("Settings")]
MODULES = ["softfocus", *(each.name for each in pkgutil.walk_packages(softfocus.__path__, "softfocus."))]


def test_six_lines_of_readme_make_the_look_of_the_astronaut(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert len([line for line in library_example().splitlines() if line]) == 6
    made = run_library_example(tmp_path)
    image = torch.from_numpy(astronaut()).movedim(-1, 0)[None] / 255
    mask = face_detail_mask(image)
    boxes = find_face_boxes(image)
    wanted = (255 * make_look(image, mask, faces=boxes).image[0].clamp(0, 1)).movedim(0, -1).numpy()
    assert numpy.abs(made - wanted).max() <= 1
    assert mask.max() > 0.9 and numpy.abs(made - astronaut()).mean() > 1


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings_hold(name):
    assert doctest.testmod(importlib.import_module(name)).failed == 0


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_public_function_says_what_it_takes_gives_and_refuses(name):
    function = getattr(softfocus, name)
    text = inspect.getdoc(function)
    assert all(f"\n{part}:\n" in text for part in ("Args", "Returns", "Raises"))
    assert all(f"{each}:" in text or f"{each}, " in text for each in inspect.signature(function).parameters)


@pytest.mark.parametrize("name", [*FUNCTIONS, *SETTINGS])
def test_every_public_function_and_its_settings_have_an_example(name):
    assert ">>> " in inspect.getdoc(getattr(softfocus, name))


def test_the_gaussian_blur_has_a_path_of_its_own():
    from softfocus.gaussian import gaussian_blur

    assert gaussian_blur is softfocus.gaussian_blur
