"""Faces of a portrait that was cut out: none hidden is found, none seen is lost, no mask depends on what is hidden."""

from __future__ import annotations

import pytest
import torch

from softfocus.faces import (
    find_faces,
    hair_mask,
    load_hair_net,
    refine_outline,
    region_masks,
)
from testing.faces.portrait import BOX, face, nets, picture
from testing.hidden_colors import RAMPS, largest_change, with_hidden

LEFT, TOP, WIDTH, HEIGHT = BOX
SIZES = (300, 512)


def head_alpha(size: int, ramp: float) -> torch.Tensor:
    """[1, 1, size, size]: an ellipse around the head, with hair, falling off over `ramp` of the side."""
    steps = (torch.arange(size) + 0.5) / size
    across, down = steps - (LEFT + WIDTH / 2) / 512, steps - (TOP + HEIGHT / 2 - 10) / 512
    beyond = ((across / 0.19).square() + (down[:, None] / 0.24).square()).sqrt() - 1
    return (beyond <= 0).float()[None, None] if ramp == 0 else (1 - beyond / (5 * ramp)).clamp(0, 1)[None, None]


def hidden_colors(size: int) -> list[torch.Tensor]:
    """White, black, noise, and another face where nothing is seen."""
    portrait = picture(size)
    noise = torch.rand(portrait.shape, generator=torch.Generator().manual_seed(0))
    return [torch.ones_like(portrait), torch.zeros_like(portrait), noise, portrait.flip(-1).roll(size // 3, -2)]


@pytest.mark.parametrize("ramp", RAMPS)
@pytest.mark.parametrize("size", SIZES)
def test_hidden_colors_neither_make_nor_move_faces(size, ramp):
    alpha = head_alpha(size, ramp)
    found = [
        find_faces(nets(), with_hidden(picture(size), alpha, hidden), alpha=alpha)[0] for hidden in hidden_colors(size)
    ]
    for (one,) in found:
        assert torch.equal(one.landmarks, found[0][0].landmarks)
    off = (found[0][0].landmarks * 512 / size - face().landmarks).norm(dim=-1).mean()
    assert off < 0.03 * WIDTH


def test_a_face_that_is_hidden_is_not_found():
    nothing, hole = torch.zeros(1, 1, 512, 512), 1 - head_alpha(512, 0.05)
    assert find_faces(nets(), picture(), alpha=nothing) == [[]]
    assert find_faces(nets(), picture(), alpha=hole) == [[]]


@pytest.mark.parametrize("ramp", RAMPS)
def test_no_mask_depends_on_hidden_colors(ramp):
    alpha = head_alpha(512, ramp)
    drawn = region_masks([[face()]], (512, 512))["face"]
    results = []
    for hidden in hidden_colors(512):
        shown = with_hidden(picture(), alpha, hidden)
        results.append(
            (
                refine_outline(shown, drawn, [[face()]], 2, alpha=alpha),
                hair_mask(load_hair_net(), shown, [[face()]], 2, alpha=alpha),
            )
        )
    for outline, hair in results[1:]:
        assert largest_change(outline, results[0][0], alpha) == largest_change(hair, results[0][1], alpha) == 0
    assert results[0][1][..., 25:60, 185:260].mean() > 0.8  # the crown's hair is still hair


def test_opaque_alpha_changes_nothing():
    opaque = torch.ones(1, 1, 512, 512)
    (one,) = find_faces(nets(), picture(), alpha=opaque)[0]
    assert torch.equal(one.landmarks, face().landmarks)
