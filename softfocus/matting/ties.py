"""Pixels that look alike have like alphas, however far apart they lie: the ties of KNN matting (Chen, Li and Tang, PAMI
2013; the nonlocal principle of Lee and Wu, CVPR 2011).

Hair repeats its colors: a strand that the background cuts off from the others still learns its alpha from them. Only
unknown pixels look for others, so that cost and memory grow with those.
"""

from __future__ import annotations

import torch
from torch import Tensor

from ..filters.local_range import local_maximum
from ..units import diagonal as diagonal_px

ALIKE = 3  # pixels that each one is tied to
STRENGTH = 0.5  # of a pixel's own ties and of as many that others have to it, where the matting Laplacian has about 1
PLACE = 0.02  # sRGB distance that the picture's diagonal counts for
NEARLY = 2.0  # the search may miss a pixel that is nearer by this much of its distance: a third less time, same mattes
SAMPLED = 0.05  # sRGB distance that 0 and 1 count for, so that samples that disagree are tied less
AROUND = 0.016  # of the diagonal: known pixels as near as this to unknown ones lend their alpha too


class Ties:
    """Symmetric ties of the N unknown pixels, in the order of rows; as a Laplacian L.

    Attributes:
        diagonal: [N] of L.
        pull: [N] what the known pixels add to the right-hand side of L x = pull.
    """

    def __init__(self, image: Tensor, alpha: Tensor, unknown: Tensor) -> None:
        """Of an image [3, H, W] sRGB, alpha [H, W] in 0..1 (known, or samples) and what is unknown [H, W] (bool)."""
        near = local_maximum(unknown[None, None].to(image), round(AROUND * diagonal_px(image)))[0, 0] > 0
        found = _most_alike(_features(image, alpha, near), unknown[near])
        count = len(found)
        number = torch.full(unknown.shape, count, device=unknown.device)  # a last one of 0 stands for the known
        number[unknown] = torch.arange(count, device=unknown.device)
        self._weight, self._other = STRENGTH / (2 * ALIKE), number[near][found]
        asked = torch.bincount(self._other.flatten(), minlength=count + 1)[:-1]
        self.diagonal = self._weight * (found.shape[1] + asked)
        self.pull = self._weight * torch.where(unknown, 0, alpha)[near][found].sum(1)

    def multiply(self, vector: Tensor) -> Tensor:
        """(L x) [N] of x [N], known pixels taken as 0."""
        padded = torch.cat([vector, vector.new_zeros(1)])
        seen = padded[self._other].sum(1)
        own = vector[:, None].expand(self._other.shape).flatten()
        asking = torch.zeros_like(padded).index_add_(0, self._other.flatten(), own)[:-1]
        return self.diagonal * vector - self._weight * (seen + asking)


def _features(image: Tensor, alpha: Tensor, near: Tensor) -> Tensor:
    """What makes two of the P near pixels alike, as lengths: [P, 6]."""
    place = torch.stack(near.nonzero(as_tuple=True)) * (PLACE / diagonal_px(image))
    return torch.cat([image[:, near], SAMPLED * alpha[None, near], place]).T


def _most_alike(features: Tensor, asking: Tensor) -> Tensor:
    """Pixels [N, at most ALIKE] of P with features [P, 6]: about the nearest to each of the N that ask [P] (bool)."""
    from scipy.spatial import cKDTree  # comes with ComfyUI

    points = features.double().cpu().numpy()
    if len(points) < 2:
        return torch.zeros(int(asking.sum()), 0, dtype=torch.long, device=features.device)
    tree = cKDTree(points, balanced_tree=False, compact_nodes=False)
    ranks = range(2, min(ALIKE + 1, len(points)) + 1)  # 1 is itself
    _, found = tree.query(points[asking.cpu().numpy()], ranks, eps=NEARLY)
    return torch.from_numpy(found).to(features.device)
