"""What else happens to drawn scenes: motion, gaps between arms and body, JPEG, fur all round."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.ndimage import label

from testing.matting.backgrounds import BACKGROUNDS
from testing.matting.truth import Scene, make_scene
from testing.matting.variants import MOVED, VARIANTS, move

SIZE = 256


@pytest.fixture(scope="module")
def scenes() -> dict[str, Scene]:
    return {variant: make_scene(2, "smooth", "fine", SIZE, variant) for variant in VARIANTS}


def composite(scene: Scene) -> torch.Tensor:
    return scene.alpha * scene.foreground + (1 - scene.alpha) * scene.background


def partly(scene: Scene) -> torch.Tensor:
    return (scene.alpha > 0.02) & (scene.alpha < 0.98)


@pytest.mark.parametrize("variant", [each for each in VARIANTS if each != "JPEG"])
def test_the_image_is_the_composite(scenes, variant):
    torch.testing.assert_close(scenes[variant].image, composite(scenes[variant]), rtol=0, atol=1e-6)


@pytest.mark.parametrize("variant", VARIANTS)
def test_ranges_and_the_same_background(scenes, variant):
    scene = scenes[variant]
    for each in (scene.image, scene.foreground, scene.alpha, scene.strands):
        assert each.min() >= 0 and each.max() <= 1 and each.isfinite().all()
    assert scene.alpha.min() == 0 and scene.alpha.max() == 1
    assert (scene.strands <= scene.alpha).all()
    assert torch.equal(scene.background, scenes["plain"].background)
    assert (variant in scene.name) == (variant != "plain")


def test_plain_is_the_default():
    assert torch.equal(make_scene(2, "smooth", "fine", 64).image, make_scene(2, "smooth", "fine", 64, "plain").image)


def test_motion_spreads_opacity_and_light_without_loss():
    alpha = np.zeros((200, 200))
    alpha[90:110, 90:110] = 1
    color = np.where(alpha[..., None] > 0, (0.9, 0.4, 0.2), 0.5)
    moved, opacity, loose = move(np.random.default_rng(1), color, alpha, alpha / 2)
    assert opacity.sum() == pytest.approx(alpha.sum(), rel=1e-9)
    assert np.allclose(moved[opacity > 0], (0.9, 0.4, 0.2), atol=1e-9)  # not the colour beside the subject
    assert np.allclose(loose, opacity / 2, atol=1e-6)
    rows, columns = np.nonzero(opacity)
    grown = np.hypot(np.ptp(rows) - 19, np.ptp(columns) - 19)
    assert MOVED[0] * 200 - 1 < grown < MOVED[1] * 200 + 3


def test_motion_goes_one_way():
    """Along it edges are soft, across it they stay."""
    alpha = np.zeros((200, 200))
    row, column = np.indices(alpha.shape) - 100
    alpha[np.hypot(row, column) < 40] = 1
    _, opacity, _ = move(np.random.default_rng(2), np.ones((200, 200, 3)), alpha, alpha)
    turn = np.arctan2(row, column)
    ring = (opacity > 0.02) & (opacity < 0.98)
    sectors = [
        int((ring & (np.abs(np.cos(turn - at)) > 0.97)).sum()) for at in np.linspace(0, np.pi, 8, endpoint=False)
    ]
    assert max(sectors) > 3 * min(sectors)


def test_a_moved_subject_has_a_softer_edge(scenes):
    assert partly(scenes["motion blur"]).sum() > 1.3 * partly(scenes["plain"]).sum()


def holes_in(scene: Scene) -> list[int]:
    """Sizes of the pieces of background that the subject closes in."""
    pieces, _ = label((scene.alpha < 0.02)[0, 0].numpy())
    border = np.concatenate([pieces[0], pieces[-1], pieces[:, 0], pieces[:, -1]])
    return [int(size) for number, size in enumerate(np.bincount(pieces.ravel())) if number and number not in border]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_background_is_seen_through_two_closed_holes(seed):
    wide = 0.004 * SIZE**2
    scene, plain = (make_scene(seed, "busy", "fine", SIZE, variant) for variant in ("holes", "plain"))
    assert len([size for size in holes_in(scene) if size > wide]) == 2
    assert not [size for size in holes_in(plain) if size > wide]
    changed = scene.alpha != plain.alpha
    assert (scene.alpha[changed] < 1).all()
    assert changed.any()
    assert torch.equal(scene.image[..., ~changed[0, 0]], plain.image[..., ~changed[0, 0]])


def test_jpeg_changes_the_picture_only(scenes):
    plain, file = scenes["plain"], scenes["JPEG"]
    for name in ("alpha", "strands", "foreground", "background"):
        assert torch.equal(getattr(plain, name), getattr(file, name))
    error = (file.image - plain.image).abs()
    assert 1.5 / 255 < error.mean() < 8 / 255
    assert torch.equal((file.image * 255).round() / 255, file.image)


@pytest.fixture(scope="module", params=[1, 2])
def animal(request) -> Scene:
    return make_scene(request.param, "smooth", "fur", SIZE)


def test_fur_is_a_rim_all_round(animal):
    """From each side of the picture, wherever the animal is met, hair comes first."""
    furry = (animal.strands > 0.02)[0, 0]
    seen = (animal.alpha > 0.02)[0, 0]
    for turned in (0, 1, 3):  # from above, from the right, from the left; below, the picture ends
        rim, body = torch.rot90(furry, turned), torch.rot90(seen, turned)
        met = body.any(0)
        first = body.int().argmax(0)
        assert rim[first, torch.arange(SIZE)][met].float().mean() > 0.9


def test_fur_is_dense_and_short(animal):
    solid = animal.alpha[0, 0].numpy() > 0.98
    strands = animal.strands[animal.strands > 0.02]
    assert strands.mean() > 0.35
    assert 0.015 < len(strands) / SIZE**2 < 0.1
    assert solid.mean() > 0.2


def test_unknown_variants_are_refused():
    with pytest.raises(ValueError, match="variant"):
        make_scene(1, BACKGROUNDS[0], "fine", 64, "fog")
