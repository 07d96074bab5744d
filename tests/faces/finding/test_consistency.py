"""Points and masks follow the picture: mirrored, scaled, turned, moved, padded. `benchmarks.landmarks` prints more."""

from __future__ import annotations

from functools import cache
from statistics import median

import pytest
import torch
from scipy.optimize import linear_sum_assignment

from softfocus.faces.crops import sample_square
from softfocus.faces.finding.mesh import square_around
from softfocus.faces.topology import LEFT_EYE, RIGHT_EYE, mirror_map
from testing.faces.landmark_errors import EYE_CORNERS, MASK_CHANGES, POINT_CHANGES, marks, mask_errors, point_errors
from testing.faces.picture_changes import Change
from testing.faces.portrait import face, nets, picture
from testing.portraits import Portrait, portraits

POINTS, MASKS = 0.03, 0.02  # medians: of the eyes' distance; of the mask's range, in the boxes of the faces
WORST_POINTS, WORST_MASK = 0.12, 0.08  # of one portrait, each a profile
WORST_REFINED = 0.06


@cache
def chosen() -> list[Portrait]:
    """The portraits with marks: people of all poses, no drawings, no hidden eyes."""
    wanted = marks()
    return [portrait for portrait in portraits() if portrait.name in wanted]


@cache
def drawn_errors() -> dict[str, dict[str, float]]:
    return mask_errors(nets(), MASK_CHANGES, chosen())


@cache
def refined_errors() -> dict[str, dict[str, float]]:
    return mask_errors(nets(), MASK_CHANGES, chosen()[::3], refine=2)


def test_the_mirror_map_is_what_a_frontal_face_shows():
    """Points of a face seen from the front, matched one to one in space with those of its mirror image."""
    square = square_around(face().landmarks, RIGHT_EYE, LEFT_EYE)
    with torch.no_grad():
        (shape,), _ = nets().mesh(sample_square(picture(), square, nets().mesh.size))
    shape[:, 0] -= shape[list(EYE_CORNERS), 0].mean()
    _, partners = linear_sum_assignment(torch.cdist(shape, shape * torch.tensor((-1.0, 1.0, 1.0))).numpy())
    assert mirror_map().tolist() == partners.tolist()


@pytest.mark.parametrize("name", MASK_CHANGES | POINT_CHANGES)
def test_a_change_moves_points_with_the_picture(name):
    """A bright dot is found, after the change, where `back` says it came from."""
    change: Change = (MASK_CHANGES | POINT_CHANGES)[name]
    image = torch.zeros(1, 1, 60, 90)
    image[..., 20:22, 50:52] = 1
    changed = change.picture(image)[0, 0]
    y, x = torch.meshgrid(*(torch.arange(length) + 0.5 for length in changed.shape), indexing="ij")
    centre = torch.stack(((x * changed).sum(), (y * changed).sum()))[None] / changed.sum()
    assert change.back(centre, 60, 90)[0].tolist() == pytest.approx([51, 21], abs=0.1)


@pytest.mark.parametrize("name", POINT_CHANGES)
def test_points_follow_the_picture(name):
    errors = point_errors(nets(), POINT_CHANGES[name], chosen())
    assert torch.stack(list(errors.values())).median() <= POINTS
    worst = max(errors, key=lambda portrait: errors[portrait].median().item())
    assert errors[worst].median() <= WORST_POINTS, worst


@pytest.mark.parametrize("name", MASK_CHANGES)
@pytest.mark.parametrize(("made", "bound"), [(drawn_errors, WORST_MASK), (refined_errors, WORST_REFINED)])
def test_masks_follow_the_picture(name, made, bound):
    errors = made()[name]
    assert median(errors.values()) <= MASKS
    worst = max(errors, key=lambda portrait: errors[portrait])
    assert errors[worst] <= bound, worst
