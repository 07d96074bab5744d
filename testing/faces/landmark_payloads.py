"""Values of the host's FACE_LANDMARKS type."""

from __future__ import annotations

import numpy as np

from testing.faces.portrait import face


def entry(scale: float = 1.0, offset: float = 0.0, points: int = 478) -> dict:
    """One face as the host describes it: 468 mesh points and 10 of the irises, in numpy."""
    landmarks = face().landmarks
    assert landmarks is not None
    every = np.concatenate((landmarks.numpy(), np.zeros((10, 2), np.float32)))[:points] * scale + offset
    corners = np.array((every[:468].min(0), every[:468].max(0))).ravel()
    return {"landmarks_xy": every.astype(np.float32), "bbox_xyxy": corners, "score": 0.9, "presence": 0.99}


def payload(*frames: list[dict], size: tuple[int, int] = (512, 512)) -> dict:
    return {"frames": list(frames), "image_size": size, "connection_sets": {}}
