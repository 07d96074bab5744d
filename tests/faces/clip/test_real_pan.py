"""The astronaut pans by 5 % of the face's width a frame, noisy, between two rests: no flicker, no lag, no face lost."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
import torch

from softfocus.faces import Face, find_faces, region_masks
from softfocus.faces.clip.follow import follow_faces
from softfocus.faces.clip.motion import picture_motion
from softfocus.faces.masks.regions import face_width
from testing.faces.moving import points
from testing.faces.portrait import nets, picture

Faces = list[list[Face]]
SPEED, REST, MOVING = 4.5, 4, 10


def real_pan() -> tuple[list[torch.Tensor], torch.Tensor]:
    """Pictures [3, 256, 384] and the offset [F] of each, in pixels."""
    moves = torch.cat((torch.zeros(REST + 1), torch.ones(MOVING), torch.zeros(REST)))
    offsets = SPEED * (moves.cumsum(0) - MOVING / 2) - 30.3
    still = picture()[0].movedim(0, -1).numpy()
    random = np.random.default_rng(0)
    frames = []
    for offset in offsets.tolist():
        shift = np.array(((1, 0, offset), (0, 1, 0)))
        moved = cv2.warpAffine(still, shift, (384, 256), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
        frames.append(torch.from_numpy(moved + random.normal(0, 0.02, moved.shape)).float().clamp(0, 1).movedim(-1, 0))
    return frames, offsets


def flicker(frames: Faces, offsets: torch.Tensor) -> float:
    """Mean change of the face and eye masks from frame to frame, with the known motion taken out."""
    still = [
        [Face(f.box, 1.0, landmarks=points(f) - torch.tensor((x, 0.0)))]
        for (f,), x in zip(frames, offsets.tolist(), strict=True)
    ]
    masks = region_masks(still, (256, 384))
    return sum(masks[name].diff(dim=0).abs().mean().item() for name in ("face", "eyes"))


@pytest.fixture(scope="module")
def clip() -> tuple[list[torch.Tensor], torch.Tensor, Faces]:
    frames, offsets = real_pan()
    return frames, offsets, [find_faces(nets(), frame[None])[0][:1] for frame in frames]


def test_a_real_pan_flickers_three_times_less_and_has_no_lag(clip):
    frames, offsets, found = clip
    followed = follow_faces(found, "interpolate", picture_motion(frames.__getitem__))
    assert flicker(found, offsets) > 3 * flicker(followed, offsets)
    place = torch.stack([points(f)[:, 0].mean() for (f,) in found]) - offsets
    after = torch.stack([points(f)[:, 0].mean() for (f,) in followed]) - offsets
    assert (after - place.median()).abs().max() < 0.01 * face_width(points(found[0][0]))


def test_a_gap_at_the_start_of_the_pan_follows_the_picture(clip):
    """The face is lost just where the pan starts: straight interpolation would leave it behind."""
    frames, _, found = clip
    lost = [[] if REST - 1 <= index <= REST + 3 else faces for index, faces in enumerate(found)]
    width = face_width(points(found[0][0]))

    def error(step) -> float:
        followed = follow_faces(lost, "interpolate", step)
        return max(
            (points(a) - points(b)).norm(dim=-1).mean().item() for (a,), (b,) in zip(followed, found, strict=True)
        )

    assert error(picture_motion(frames.__getitem__)) < 0.02 * width < 0.03 * width < error(None)


def test_the_pictures_motion_is_believed_within_a_shot_and_not_across_a_cut(clip):
    frames, offsets, found = clip
    here = points(found[REST][0])
    step = picture_motion(frames.__getitem__)
    assert step is not None
    moved, trust = step(REST, here, here)
    assert trust > 0.9 and (moved - torch.tensor((SPEED, 0.0))).norm(dim=-1).mean() < 0.1 * SPEED
    cut = picture_motion([frames[0], frames[0].flip(1) * 0.5].__getitem__)
    assert cut is not None and cut(0, here, here)[1] < 0.3
