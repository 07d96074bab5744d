"""Turned faces: of those found in the upright portraits, how many are found turned by other angles.

    python -m benchmarks.faces.turned

A face counts if its landmarks lie within 15 % of its size, in the mean, of where they lie in the upright picture.
"""

from __future__ import annotations

import time

import torch

from benchmarks.rows import Check, show_limits
from softfocus.faces import find_faces, load_face_nets
from softfocus.faces.face import CLOSE, landmarks_of
from testing.faces.picture_changes import turned
from testing.portraits import portraits

ANGLES = (45, 90, 135, 180)
SHARE = 0.9


def main() -> list[Check]:
    torch.set_num_threads(1)
    start, nets, pictures, limits = time.perf_counter(), load_face_nets(), list(portraits()), []
    with torch.inference_mode():
        upright = [find_faces(nets, each.image)[0] for each in pictures]
        wanted = sum(map(len, upright))
        for angle in ANGLES:
            change, found, more = turned(angle), 0, 0
            for each, faces in zip(pictures, upright, strict=True):
                seen = find_faces(nets, change.picture(each.image))[0]
                points = [change.back(landmarks_of(face), *each.image.shape[2:]) for face in seen]
                for face in faces:
                    apart = [(other - landmarks_of(face)).norm(dim=1).mean() for other in points]
                    found += bool(apart) and bool(min(apart) < CLOSE * max(face.box[2:]))
                more += max(0, len(seen) - len(faces))
            print(f"turned by {angle:3} degrees: {found} of {wanted}, more faces than upright: {more}")
            limits.append(Check(f"found when turned by {angle} degrees", found / wanted, SHARE, at_least=True))
    show_limits(limits, start)
    return limits


if __name__ == "__main__":
    main()
