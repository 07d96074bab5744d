"""The face outline fitted to the picture."""

from __future__ import annotations

from dataclasses import replace

import torch

from softfocus.faces import refine_outline, region_masks
from softfocus.faces.masks import outline
from testing.faces.portrait import face, picture


def drawn() -> torch.Tensor:
    return region_masks([[face()]], picture().shape[-2:])["face"]


def test_zero_passes_and_no_face_give_the_mask_itself():
    mask = drawn()
    assert refine_outline(picture(), mask, [[face()]], 0) is mask
    assert torch.equal(refine_outline(picture(), mask, [[]], 2), mask)


def test_only_hair_leaves_the_face():
    """A dark lock over the cheek is taken out; the middle of the face stays."""
    image, mask = picture().clone(), drawn()
    x, y, width, height = face().box
    rows = slice(int(y + 0.3 * height), int(y + 0.6 * height))
    edge = int((mask[0, 0, rows] > 0.5).nonzero()[:, 1].max())
    lock = (rows, slice(edge - int(0.06 * width), edge + int(0.4 * width)))
    image[..., lock[0], lock[1]] = 0.02
    refined = refine_outline(image, mask, [[face()]], 2)
    assert (refined <= mask).all()
    covered = mask[..., lock[0], lock[1]] > 0.5
    assert refined[..., lock[0], lock[1]][covered].mean() < 0.4
    middle = (slice(int(y + 0.3 * height), int(y + 0.8 * height)), slice(int(x + 0.3 * width), int(x + 0.7 * width)))
    assert torch.allclose(refined[..., middle[0], middle[1]], mask[..., middle[0], middle[1]], atol=1e-4)


def test_far_from_the_face_nothing_is_looked_at():
    """Only the surroundings of the face matter: another background far away changes nothing."""
    image = picture().clone()
    before = refine_outline(image, drawn(), [[face()]], 2)
    image[..., 400:, :] = 0
    assert torch.equal(refine_outline(image, drawn(), [[face()]], 2), before)


def test_a_large_face_is_worked_out_in_a_small_copy_and_looks_nearly_the_same(monkeypatch):
    image = picture(1024)
    large = replace(face(), landmarks=2 * face().landmarks)
    mask = region_masks([[large]], image.shape[-2:])["face"]
    small = refine_outline(image, mask, [[large]], 2)
    monkeypatch.setattr(outline, "WORKED_PX", 1000)
    apart = (small - refine_outline(image, mask, [[large]], 2)).abs()[mask > 0]
    assert apart.max() > 0 and apart.mean() < 4 / 255 and (apart > 0.1).double().mean() < 0.03


def test_more_steps_of_the_solve_hardly_move_the_outline(monkeypatch):
    few = refine_outline(picture(), drawn(), [[face()]], 2)
    monkeypatch.setattr(outline, "STEPS", tuple(4 * steps for steps in outline.STEPS))
    apart = (few - refine_outline(picture(), drawn(), [[face()]], 2)).abs()[drawn() > 0]
    assert apart.max() > 0 and apart.mean() < 2 / 255
