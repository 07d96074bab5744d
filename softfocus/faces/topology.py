"""The mesh of 468 points: which point lies where, and which is the mirror image of which.

The numbers are those of MediaPipe's Face Mesh (arXiv 1907.06724). Right and left are the person's own; order is
clockwise as seen in the picture.
"""

from __future__ import annotations

from functools import cache

import torch
from torch import Tensor

POINTS = 468

RIGHT_EYE, LEFT_EYE = 33, 263  # outer corners
RIGHT_EAR, LEFT_EAR, FOREHEAD, CHIN = 234, 454, 10, 152  # the four extremes of the oval
MOUTH_CORNERS, BESIDE_MOUTH_CORNERS = (61, 291), (57, 287)  # and their neighbours on the cheeks

# The face's outline from forehead to chin, and back up on the other side; both ends are left out.
OVAL_LEFT = (338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377)
OVAL_RIGHT = (148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109)
OVAL = (FOREHEAD, *OVAL_LEFT, CHIN, *OVAL_RIGHT)

# The silhouette of a profile from forehead to chin over nose and closed lips, both ends left out: part of the midline.
PROFILE = (151, 9, 8, 168, 6, 197, 195, 5, 4, 1, 19, 94, 2, 164, 0, 17, 18, 200, 199, 175)
INNER_LIPS = (11, 12, 13, 14, 15, 16)  # of the midline between the outer edges of the lips, 0 and 17
MIDLINE = (FOREHEAD, *PROFILE, *INNER_LIPS, CHIN)  # every point that is its own mirror image

# Outlines by region. An eye's follows the fold of the upper lid and the lower edge of the lashes; the nose's includes
# the nostrils. The last two of the face are its halves, for profiles: there nose and mouth stand out of the oval, and
# the nearer half, which ends at the midline, is the silhouette.
RINGS: dict[str, tuple[tuple[int, ...], ...]] = {
    "eyes": (
        (226, 247, 30, 29, 27, 28, 56, 190, 243, 112, 26, 22, 23, 24, 110),
        (463, 414, 286, 258, 257, 259, 260, 467, 446, 339, 254, 253, 252, 256, 341),
    ),
    "brows": (
        (70, 63, 105, 66, 107, 55, 65, 52, 53, 46),
        (336, 296, 334, 293, 300, 276, 283, 282, 295, 285),
    ),
    "nose": (
        (168, 417, 351, 399, 420, 279, 358, 294, 327, 326, 2, 97, 98, 64, 129, 49, 198, 174, 122, 193),
    ),
    "lips": ((61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291, 375, 321, 405, 314, 17, 84, 181, 91, 146),),
    "face": (
        OVAL,
        (FOREHEAD, *OVAL_LEFT, CHIN, *reversed(PROFILE)),
        (FOREHEAD, *PROFILE, CHIN, *OVAL_RIGHT),
    ),
}  # fmt: skip


@cache
def mirror_map() -> Tensor:
    """For each of the 468 points the index of its mirror image, int64 [468]; applied twice it changes nothing.

    What is not on the midline comes in pairs, in the order of the numbers: the person's right side below 248, the left
    side from there on.
    """
    sides = torch.tensor([point for point in range(POINTS) if point not in MIDLINE])
    right, left = sides.chunk(2)
    mirrored = torch.arange(POINTS)
    mirrored[right], mirrored[left] = left, right
    return mirrored
