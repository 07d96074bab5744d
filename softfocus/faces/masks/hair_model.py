"""Which pixels of a head's crop are hair: a place for each class, and the colours learned from those places.

Expectation maximisation (Dempster et al. 1977) over four classes with fixed priors by place. Lengths are in face
widths, in the head's own upright frame.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from ...filters.gaussian import gaussian_blur
from ...matting.palette import make_palette
from ...smoothstep import smoothstep

HAIR, SKIN, CLOTHES, BACKDROP = range(4)
PALETTE = 40  # colours of the crop
SPREAD = 0.05  # sRGB distance over which a pixel belongs to several of them
ROUNDS = 4
SMOOTH = 0.02  # face widths: neighbours inform each other
LEAST = 1e-4
CLOTHES_DOUBT = 1.0  # a colour that is all of the hair's is e times less likely clothes
BALD = (0.7, 0.9)  # share of the head above the face that looks like skin: up to here hair, from here on none
FINE = 0.025  # face widths: strands of hair are finer
NEAR_FACE = 0.25  # face widths: hair starts no farther from the face's outline
CELL = 2  # pixels
FEW = 16  # pixels: too few to learn from
EIGHT_NEIGHBOURS = ((1, 1, 1),) * 3


@dataclass(frozen=True)
class HeadCrop:
    """A head, upright in a square crop of S x S pixels.

    Attributes:
        image: [1, 3, S, S] sRGB. inside: [1, 1, S, S], 1 where the crop shows the picture.
        person: [1, 1, S, S] probability of a person.
        face, features: [1, 1, S, S] masks of the face with its forehead, and of its eyes, brows, nose and lips.
        across, below_eyes, below_chin: [S, S] in face widths: distance from the midline, and positions along it.
        away: [S, S] distance from the face's outline in face widths, negative in the face.
        width_px: the face's width.
    """

    image: Tensor
    inside: Tensor
    person: Tensor
    face: Tensor
    features: Tensor
    across: Tensor
    below_eyes: Tensor
    below_chin: Tensor
    away: Tensor
    width_px: float


def hair_probability(head: HeadCrop) -> Tensor:
    """Probability [1, 1, S, S] that a pixel of the crop is hair."""
    if head.inside.sum() < FEW:
        return torch.zeros_like(head.inside)
    prior = _prior(head)
    prior[HAIR] *= 1 - smoothstep(_bald_share(head, prior[HAIR]), *BALD)
    colors = head.image[0].permute(1, 2, 0).reshape(-1, 3)
    palette = make_palette(colors[head.inside.reshape(-1) > 0.5], PALETTE)
    nearness = (-torch.cdist(colors, palette).square() / (2 * SPREAD**2)).softmax(1)
    taught = torch.ones_like(prior) * head.inside[0]
    taught[HAIR] *= smoothstep(head.below_chin, 0.1, -0.1)  # farther down, clothes would pass for hair
    posterior = prior
    for _ in range(ROUNDS):
        shares = _shares(posterior * taught, nearness)
        shares[CLOTHES] *= torch.exp(-CLOTHES_DOUBT * shares[HAIR])  # there, hair would pass for clothes
        likelihood = ((shares + LEAST) @ nearness.T).view_as(prior)
        posterior = prior * (0.1 + gaussian_blur(posterior[None], SMOOTH * head.width_px)[0]) * likelihood
        posterior = posterior / posterior.sum(0, keepdim=True).clamp_min(1e-12)
    return _connected(posterior[HAIR][None, None] * head.inside, head.away < NEAR_FACE)


def _shares(weights: Tensor, nearness: Tensor) -> Tensor:
    """How common each of K colours is in each class [4, K], from pixel weights [4, S, S]; rows sum to 1."""
    counts = weights.flatten(1) @ nearness
    return counts / counts.sum(1, keepdim=True).clamp_min(1e-6)


def _connected(hair: Tensor, seeds: Tensor) -> Tensor:
    """`hair` [1, 1, S, S] as far as it hangs together with where `seeds` [S, S] is true.

    Reconstruction by dilation (Vincent 1993) of what is rather hair than not, on cells of CELL x CELL pixels.
    """
    from scipy.ndimage import binary_propagation  # comes with ComfyUI

    cells, seeds = (F.max_pool2d(each.to(hair), CELL)[0, 0] > 0.5 for each in (hair, seeds[None, None]))
    reached = binary_propagation((seeds & cells).cpu().numpy(), EIGHT_NEIGHBOURS, cells.cpu().numpy())
    near = F.max_pool2d(torch.from_numpy(reached)[None, None].to(hair), 3, 1, 1)
    return hair * F.interpolate(near, hair.shape[-2:], mode="nearest")


def _bald_share(head: HeadCrop, hair: Tensor) -> Tensor:
    """Share of the places just above the face, weighted with their prior `hair` [S, S], that look like skin."""
    above = (head.away > 0.02) & (head.away < 0.35) & (head.below_eyes < -0.2)
    seat = hair * above * head.inside[0, 0]
    return (seat * _skin_like(head)).sum() / seat.sum().clamp_min(1e-6)


def _skin_like(head: HeadCrop) -> Tensor:
    """How much each pixel [S, S] has both the colours and the smoothness of the face's skin, 0..1."""
    core = (head.away < -0.08) & (head.features[0, 0] < 0.1) & (head.inside[0, 0] > 0.5)
    if core.sum() < FEW:
        return torch.zeros_like(head.away)
    light = head.image.mean(1, keepdim=True)
    fine = (light - gaussian_blur(light, FINE * head.width_px)).square()
    contrast = gaussian_blur(fine, 2 * FINE * head.width_px).clamp_min(0).sqrt()[0, 0]
    smooth = smoothstep(contrast / (contrast[core].median() + 0.004), 2.0, 1.0)
    skin = head.image[0][:, core]
    mean = skin.mean(1)[:, None]
    precision = torch.linalg.inv((skin - mean) @ (skin - mean).T / skin.shape[1] + 4e-4 * torch.eye(3).to(skin))
    offset = head.image[0].flatten(1) - mean
    distance = ((precision @ offset) * offset).sum(0).view_as(contrast)
    return smooth * smoothstep(distance, 6.0, 2.0)


def _prior(head: HeadCrop) -> Tensor:
    """Priors [4, S, S] by place; they sum to 1."""
    person, face = head.person[0, 0], head.face[0, 0]
    above = smoothstep(head.below_eyes, 0.05, -0.25)
    below = smoothstep(head.below_chin, -0.3, 0.05)
    beside = (1 - above) * (1 - below)
    side = smoothstep(head.across, 0.34, 0.55)
    near = smoothstep(head.away, 1.2, 0.5)
    falling = smoothstep(head.below_chin, 1.9, 0.2) * smoothstep(head.across, 1.15, 0.8)
    hair = above * (0.1 + 0.8 * near) + beside * (0.05 + 0.55 * near) + below * (0.02 + 0.5 * side * falling)
    skin = (
        above * 0.04 + beside * 0.25 * near + below * (0.15 + 0.5 * (1 - side) * smoothstep(head.below_chin, 1.2, 0.2))
    )
    clothes = (1 - hair - skin).clamp_min(0.02)
    classes = torch.stack((hair, skin, clothes)) * person
    classes = torch.cat((classes, (1 - person)[None] * torch.where(head.below_chin > 0, 1.0, 0.7)))
    over = 0.25 * smoothstep(head.below_eyes, 0.0, -0.15) * (1 - head.features[0, 0]) + 0.1 * smoothstep(
        head.away, -0.08, 0.0
    )
    own = torch.zeros_like(classes)
    own[HAIR], own[SKIN] = over, 1 - over
    mixed = (face * own + (1 - face) * classes).clamp_min(1e-4)
    return mixed / mixed.sum(0, keepdim=True)
