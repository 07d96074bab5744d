"""Mask Refine with an unknown part that somebody painted: what is solved then, with what, and what the node says."""

from __future__ import annotations

import importlib.util
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor

from testing.cases import head_distance, head_mask, portrait
from testing.host_in_process import comfyui_dir
from testing.nets.tiny_vitmatte import save_vitmatte

pytestmark = pytest.mark.host
COLOR_LINES, VITMATTE = "colour lines", "ViTMatte"
REFINED = "Refined with colour lines."
AS_IT_CAME = "the mask is returned as it came"
by_backend = pytest.mark.parametrize("backend", [COLOR_LINES, VITMATTE])


def strip() -> Tensor:
    """[1, 256, 256]: painted around the head of `portrait`, wider than its hair."""
    return ((head_distance() > 0.6) & (head_distance() < 1.5)).float()[None]


@pytest.fixture(autouse=True)
def model(vitmatte_loader, tmp_path):
    save_vitmatte(tmp_path / "vitmatte" / "small")


@by_backend
@pytest.mark.parametrize("band", [0, 9])
def test_the_painted_part_alone_is_solved(refine, backend, band):
    """Whatever the mask says in it, and however wide the band is."""
    image, painted = portrait(), strip()
    wanted, _, text = refine(image, head_mask(image), unknown_mask=painted, backend=backend)
    assert text.startswith(f"Refined with {backend}")
    wrong = torch.where(painted == 1, torch.rand(1, 256, 256), head_mask(image))
    alpha, foreground, _ = refine(image, wrong, unknown_mask=painted, backend=backend, band=band)
    assert torch.allclose(alpha, wanted, atol=1e-6)
    outside = painted == 0
    assert torch.equal(alpha[outside], wrong[outside])
    assert torch.equal(foreground[outside], image[outside])
    assert (alpha - head_mask(image))[painted == 1].abs().mean() > 0.02
    assert 0.02 < alpha[painted == 1].mean() < 0.98


def test_vitmatte_takes_foreground_from_one_half_on(refine):
    image, mask = portrait(), head_mask(portrait())
    wanted, found = (
        refine(image, each, unknown_mask=strip(), backend=VITMATTE)[0] for each in (mask, 0.4 + 0.2 * mask)
    )
    assert torch.equal(found, wanted)


def test_painted_values_count_from_one_half(refine):
    image = portrait()
    soft = torch.where(strip() == 1, 0.5, 0.49)
    assert torch.equal(
        refine(image, head_mask(image), unknown_mask=soft)[0], refine(image, head_mask(image), unknown_mask=strip())[0]
    )


@by_backend
@pytest.mark.parametrize(
    "nothing, said",
    [
        (torch.zeros(1, 256, 256), "unknown_mask is empty: "),
        (
            torch.zeros(1, 64, 64),
            "unknown_mask is empty (64 x 64 zeros, as Load Image gives for a picture without alpha): ",
        ),
        (torch.full((1, 256, 256), 0.4), "unknown_mask stays below 0.5: "),
        (torch.full((1, 256, 256), torch.nan), "unknown_mask is empty: "),
    ],
)
def test_nothing_painted_is_no_unknown_mask(refine, backend, nothing, said):
    image, mask = portrait(), head_mask(portrait())
    wanted = refine(image, mask, backend=backend)
    found = refine(image, mask, backend=backend, unknown_mask=nothing)
    assert all(torch.equal(*each) for each in zip(found[:2], wanted[:2], strict=True))
    assert found[2].splitlines() == [wanted[2], said + "the band along the mask's edge is solved."]
    alpha, _, text = refine(image, mask, backend=backend, unknown_mask=nothing, band=0)
    assert torch.equal(alpha, mask) and text == said + "the mask stays as it came, since band is 0."


def test_no_iterations_return_the_mask(refine):
    image, mask = portrait(), torch.rand(1, 256, 256)
    alpha, _, text = refine(image, mask, unknown_mask=strip(), iterations=0)
    assert torch.equal(alpha, mask)
    assert text == "The mask is returned as it came, since band or iterations is 0."


@by_backend
@pytest.mark.parametrize("band", [0, 4])
def test_frames_of_a_batch_have_their_own(refine, backend, band):
    image = torch.cat([portrait(), portrait() * 0.8, portrait() * 0.6, portrait() * 0.5])
    masks = head_mask(portrait()).repeat(4, 1, 1)
    painted = torch.cat([strip(), torch.zeros(1, 256, 256), torch.full((1, 256, 256), 0.3), strip()])
    masks[3] = 0
    together = refine(image, masks, unknown_mask=painted, backend=backend, band=band)
    for index in range(4):
        frame = slice(index, index + 1)
        alone = refine(image[frame], masks[frame], unknown_mask=painted[frame], backend=backend, band=band)
        assert torch.allclose(together[0][frame], alone[0], atol=1e-5)
        assert torch.allclose(together[1][frame], alone[1], atol=1e-5)
    instead = "the band along the mask's edge is solved" if band else "the mask stays as it came, since band is 0"
    assert torch.equal(together[0][1:3], masks[1:3]) == (band == 0)
    refined, *rest = together[2].splitlines()
    assert refined.startswith(f"Refined with {backend}")
    assert rest == [
        f"unknown_mask leaves no certain foreground in frame 4: {AS_IT_CAME}; {NO_SIDE['foreground'][1]}.",
        f"unknown_mask is empty in frame 2: {instead}.",
        f"unknown_mask stays below 0.5 in frame 3: {instead}.",
    ]


def test_one_serves_a_batch_and_several_serve_one_picture(refine):
    image, mask = portrait(), head_mask(portrait())
    wanted = refine(image, mask, unknown_mask=strip())[0]
    both = image.repeat(2, 1, 1, 1)
    assert torch.allclose(refine(both, mask, unknown_mask=strip())[0], wanted.expand(2, -1, -1), atol=1e-5)
    halves = strip().repeat(2, 1, 1)
    halves[0, :, 113:], halves[1, :, :113] = torch.nan, 0
    for layout in (halves, halves[:, None]):
        assert torch.equal(refine(image, mask, unknown_mask=layout)[0], wanted)
    with pytest.raises(ValueError, match="unknown_mask has 2 frames but image has 3"):
        refine(image.repeat(3, 1, 1, 1), mask, unknown_mask=halves)
    with pytest.raises(ValueError, match="unknown_mask is 64 x 32 but image is 256 x 256"):
        refine(image, mask, unknown_mask=torch.ones(1, 32, 64))


NO_SIDE = {
    "all": ("covers everything", "paint only the strip where subject and background mix"),
    "foreground": ("leaves no certain foreground", "paint less of it, or give a mask that shows the subject beside it"),
    "background": (
        "leaves no certain background",
        "paint less of it, or give a mask that shows where the subject ends",
    ),
}


@by_backend
@pytest.mark.parametrize("side", NO_SIDE)
def test_nothing_certain_to_solve_from(refine, backend, side):
    image, mask = portrait(), 0.2 + 0.6 * head_mask(portrait())
    painted = {"all": torch.ones_like(mask), "foreground": (mask > 0.5).float(), "background": (mask < 0.5).float()}
    alpha, foreground, text = refine(image, mask, unknown_mask=painted[side], backend=backend)
    assert torch.equal(alpha, mask) and torch.equal(foreground, image)
    what, advice = NO_SIDE[side]
    assert text == f"unknown_mask {what}: {AS_IT_CAME}; {advice}."


@by_backend
def test_mask_without_a_subject(refine, backend):
    image = portrait()[:, :128]
    for nothing, where in (
        (torch.zeros(1, 64, 64), " (64 x 64 zeros, as Load Image gives for a picture without alpha)"),
        (torch.zeros(1, 128, 256), ""),
    ):
        alpha, _, text = refine(image, nothing, unknown_mask=strip()[:, :128], backend=backend)
        assert alpha.shape == (1, 128, 256) and alpha.max() == 0
        assert (
            text == f"The mask is empty{where}: unknown_mask leaves no certain foreground; give a mask of the subject."
        )
    full = torch.ones(1, 128, 256)
    alpha, _, text = refine(image, full, unknown_mask=strip()[:, :128], backend=backend)
    assert torch.equal(alpha, full) and "unknown_mask leaves no certain background" in text


def test_other_people_are_not_solved(refine):
    image, mask, painted = portrait(), head_mask(portrait()), strip()
    others = torch.zeros(1, 256, 256)
    others[:, :, 150:] = 1
    alpha, _, _ = refine(image, mask, unknown_mask=painted, other_masks=others)
    beside = (others == 1) & (mask == 0)
    assert alpha[beside].max() == 0 < refine(image, mask, unknown_mask=painted)[0][beside].max()


def test_vitmatte_needs_a_model_where_something_is_painted(refine, tmp_path):
    (tmp_path / "vitmatte" / "small" / "config.json").unlink()
    mask, ask = head_mask(portrait()), {"backend": VITMATTE, "band": 0}
    refine(portrait(), mask, unknown_mask=torch.zeros(1, 64, 64), **ask)
    with pytest.raises(ValueError, match="models/vitmatte/ has none"):
        refine(portrait(), mask, unknown_mask=strip(), **ask)


def host_nodes() -> Any:
    """The host's own nodes; as a module of another name, since `nodes` is a room of ours."""
    spec = importlib.util.spec_from_file_location("host_nodes", comfyui_dir() / "nodes.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_what_the_mask_editor_saves_comes_as_painted(refine, tmp_path, monkeypatch):
    """It saves the picture with alpha 0 where it was painted on; Load Image gives its colours, and 1 there as MASK."""
    import folder_paths

    monkeypatch.setattr(folder_paths, "input_directory", str(tmp_path))
    image, mask, painted = portrait(), head_mask(portrait()), strip()
    rgba = torch.cat([image, 1 - painted[..., None]], -1)[0]
    Image.fromarray(np.uint8(rgba.mul(255).round().numpy())).save(tmp_path / "painted.png")
    loaded, unknown = host_nodes().LoadImage().load_image("painted.png")
    assert torch.equal(unknown, painted) and torch.allclose(loaded, image, atol=0.5 / 255)
    alpha, _, text = refine(loaded, mask, unknown_mask=unknown)
    assert torch.equal(alpha, refine(loaded, mask, unknown_mask=painted)[0]) and text == REFINED
