"""What is taken from the tiles, and when not."""

from __future__ import annotations

import torch

from softfocus.features.fusion import agreement, fuse


def random_maps(factor: int = 2) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
    """Coarse map, upsampled map, tiles that agree with it and show more, grey guide."""
    generator = torch.Generator().manual_seed(0)
    coarse = torch.randn(1, 8, 10, 12, generator=generator)
    upsampled = coarse.repeat_interleave(factor, -1).repeat_interleave(factor, -2)
    tiles = upsampled + 0.3 * torch.randn(upsampled.shape, generator=generator)
    return coarse, upsampled, tiles, torch.zeros(1, 3, *upsampled.shape[-2:])


def distance(one: torch.Tensor, two: torch.Tensor) -> float:
    return float((one - two).square().mean())


def test_agreeing_certain_tiles_are_taken_nearly_whole():
    coarse, upsampled, tiles, _ = random_maps()
    edges = 1e3 * torch.rand(1, 3, *tiles.shape[-2:])  # every cell its own colour: the filter changes nothing
    fused = fuse(upsampled, tiles, coarse, torch.zeros(1, 1, *tiles.shape[-2:]), edges, 1.0)
    assert distance(fused, tiles) < 0.15 * distance(upsampled, tiles)


def test_a_difference_that_is_the_tiles_own_noise_is_not_taken():
    coarse, upsampled, tiles, guide = random_maps()
    noise = torch.full((1, 1, *tiles.shape[-2:]), 8 * 0.3**2 * 4)
    assert torch.equal(fuse(upsampled, tiles, coarse, noise, guide, 1.0), upsampled)


def test_tiles_that_contradict_the_coarse_map_are_not_taken():
    coarse, upsampled, tiles, guide = random_maps()
    none = torch.zeros(1, 1, *tiles.shape[-2:])
    assert torch.equal(fuse(upsampled, -tiles, coarse, none, guide, 1.0), upsampled)


def test_agreement_is_a_cosine_of_centred_maps():
    maps = torch.randn(1, 6, 20, 20, generator=torch.Generator().manual_seed(1))
    assert torch.allclose(agreement(maps, 3 * maps + 5), torch.ones(1, 1, 20, 20), atol=1e-4)
    assert not agreement(maps, -maps).any()
    other = torch.randn(1, 6, 20, 20, generator=torch.Generator().manual_seed(2))
    assert agreement(maps, other).max() < 0.6
