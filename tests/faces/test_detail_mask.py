"""The detail mask is worked out around the faces alone, and is what the whole picture gives."""

import pytest
import torch

from softfocus.faces import detail_mask, refined_regions, weighted_maximum
from softfocus.faces.face import moved
from softfocus.settings import MaskSettings
from testing.faces.portrait import face, picture

WIDE = (slice(None), slice(None), slice(0, 320), slice(40, 512))


def whole(image, faces, settings):
    return weighted_maximum(refined_regions(image, faces, settings), settings.weights)


@pytest.mark.parametrize("settings", [MaskSettings(), MaskSettings(expand=25, feather=40)], ids=["default", "grown"])
def test_around_the_faces_is_as_of_the_whole_picture(settings):
    images, faces = torch.cat([picture(), picture().flip(-1)])[WIDE], [[moved(face(), -40, 0)], []]
    found = detail_mask(images, faces, settings)
    assert found.shape == (2, 1, 320, 472)
    assert found[0].max() > 0.9
    assert found[1].max() == 0
    assert (found - whole(images, faces, settings)).abs().max() < 0.1 / 255


@pytest.mark.parametrize("corner", [(190, 60), (-420, -440), (600, 0)], ids=["cut", "mostly outside", "outside"])
def test_a_face_at_the_edge(corner):
    faces = [[moved(face(), -corner[0], -corner[1])]]
    found = detail_mask(picture(), faces)
    assert (found - whole(picture(), faces, MaskSettings())).abs().max() < 0.1 / 255
