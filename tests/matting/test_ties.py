"""Ties between pixels that look alike: those of every pair compared with every other, and what they do."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from softfocus.matting.ties import ALIKE, NEARLY, PLACE, SAMPLED, STRENGTH, Ties, _most_alike

HEIGHT, WIDTH = 9, 11


def random_planes(seed: int, count: int, height: int = HEIGHT, width: int = WIDTH) -> Tensor:
    return torch.rand(count, height, width, generator=torch.Generator().manual_seed(seed))


def dense_laplacian(image: Tensor, alpha: Tensor, unknown: Tensor) -> Tensor:
    """[H W, H W] of all pixels; every pixel is near the unknown ones."""
    height, width = alpha.shape
    y, x = torch.meshgrid(torch.arange(height), torch.arange(width), indexing="ij")
    place = torch.stack([y, x]) * PLACE / (height**2 + width**2) ** 0.5
    features = torch.cat([image, SAMPLED * alpha[None], place]).flatten(1).T.double()
    distance = torch.cdist(features, features).fill_diagonal_(torch.inf)
    alike = distance.topk(ALIKE, largest=False).indices
    weight = torch.zeros_like(distance)
    for pixel in unknown.flatten().nonzero().flatten():
        weight[pixel, alike[pixel]] += STRENGTH / (2 * ALIKE)
    weight = weight + weight.T
    return weight.sum(1).diag() - weight


@pytest.mark.parametrize("share", [0.3, 1.0])
def test_product_diagonal_and_pull_are_those_of_all_pairs(share, monkeypatch):
    monkeypatch.setattr("softfocus.matting.ties.AROUND", 1.0)
    monkeypatch.setattr("softfocus.matting.ties.NEARLY", 0.0)
    planes = random_planes(1, 6)
    image, alpha, vector, unknown = planes[:3], planes[3], planes[4], planes[5] <= share
    whole, ties = dense_laplacian(image, alpha, unknown), Ties(image, alpha, unknown)
    own = unknown.flatten()
    among = whole[own][:, own]
    torch.testing.assert_close(ties.multiply(vector[unknown]), (among @ vector[unknown].double()).float())
    torch.testing.assert_close(ties.diagonal, among.diagonal().float())
    torch.testing.assert_close(ties.pull, (-whole[own][:, ~own] @ alpha.flatten()[~own].double()).float())


def test_those_found_are_others_and_nearly_the_nearest():
    features = torch.rand(3000, 6, generator=torch.Generator().manual_seed(4))
    asking = torch.arange(3000) % 3 == 0
    found = _most_alike(features, asking)
    distance = torch.cdist(features[asking].double(), features.double())
    distance[torch.arange(len(found)), asking.nonzero()[:, 0]] = torch.inf
    nearest = distance.topk(ALIKE, largest=False).values
    got = distance.gather(1, found)
    assert got.isfinite().all() and (got <= (1 + NEARLY) * nearest + 1e-6).all()
    assert all(len(row.unique()) == ALIKE for row in found)


@given(st.integers(0, 10_000), st.integers(1, 12), st.integers(1, 12), st.sampled_from([0.1, 0.5, 1.0]))
def test_one_alpha_everywhere_stays_at_any_size(seed, height, width, share):
    planes = random_planes(seed, 5, height, width)
    unknown = planes[4] <= share
    alpha = torch.full((height, width), 0.7)
    if unknown.any():
        ties = Ties(planes[:3], alpha, unknown)
        torch.testing.assert_close(ties.multiply(alpha[unknown]), ties.pull, atol=1e-6, rtol=1e-5)


def test_a_strand_cut_off_from_its_likes_is_tied_to_them(monkeypatch):
    """Two stripes of one color with background between them; a piece of one is unknown, all of the other known."""
    monkeypatch.setattr("softfocus.matting.ties.AROUND", 1.0)
    image = 0.1 * random_planes(2, 3, 40, 40)
    image[:, :, 10:13] += 0.7
    image[:, 20:22, 25:28] += 0.7
    alpha = (image[0] > 0.5).float()
    unknown = torch.zeros(40, 40, dtype=torch.bool)
    unknown[18:24, 23:30] = True
    ties = Ties(image, torch.where(unknown, 0.5, alpha), unknown)
    piece = (alpha > 0)[unknown]
    assert ties.pull[piece].mean() > 0.1 * STRENGTH and ties.pull[~piece].max() == 0


def test_the_same_twice_and_inputs_unchanged():
    planes = random_planes(3, 4)
    unknown, before = planes[3] > 0.4, planes.clone()
    first, second = (Ties(planes[:3], planes[3], unknown) for _ in range(2))
    assert torch.equal(first.pull, second.pull) and torch.equal(first.diagonal, second.diagonal)
    assert torch.equal(planes, before)
