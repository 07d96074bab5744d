"""ViTMatte around its net: what the net is given, how tiles are joined, and what stays untouched."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor
from transformers import VitMatteImageProcessor

from softfocus.matting.vitmatte import vitmatte_alpha
from testing.nets.tiny_vitmatte import tiny_vitmatte


class Recorder:
    """A net that answers with the red channel, and remembers what it was given."""

    def __init__(self) -> None:
        self.seen: list[Tensor] = []

    def __call__(self, pixels: Tensor) -> Tensor:
        self.seen.append(pixels)
        return (pixels[:, :1] + 1) / 2


def square_trimap(height: int, width: int) -> Tensor:
    """[1, 1, H, W]: foreground in the middle, then an unknown frame, background outside."""
    trimap = torch.zeros(1, 1, height, width)
    trimap[..., height // 8 : -height // 8, width // 8 : -width // 8] = 0.5
    trimap[..., height // 3 : -height // 3, width // 3 : -width // 3] = 1
    return trimap


def test_net_is_given_what_transformers_own_processor_gives():
    processor = VitMatteImageProcessor()
    image = torch.randint(0, 256, (3, 50, 70), dtype=torch.uint8)
    trimap = square_trimap(50, 70)
    wanted = processor(image, (trimap[0] * 255), return_tensors="pt")["pixel_values"]
    net = Recorder()
    vitmatte_alpha(net, image[None].float() / 255, trimap)
    assert net.seen[0].shape == (1, 4, 64, 96)
    assert torch.allclose(net.seen[0], wanted, atol=1e-5)


@pytest.mark.parametrize("size", [(200, 330), (96, 97), (40, 500), (1, 1), (7, 129)])
def test_tiles_join_without_a_seam(size):
    image = torch.rand(1, 3, *size)
    trimap = torch.full((1, 1, *size), 0.5)
    net = Recorder()
    alpha = vitmatte_alpha(net, image, trimap, tile=96)
    assert torch.allclose(alpha, image[:, :1], atol=1e-5)
    assert all(side % 32 == 0 and side <= 96 for pixels in net.seen for side in pixels.shape[-2:])


def test_tiles_cover_each_other_by_a_sixth():
    net = Recorder()
    vitmatte_alpha(net, torch.rand(1, 3, 90, 176), torch.full((1, 1, 90, 176), 0.5), tile=96)
    assert len(net.seen) == 2  # 2 * 96 - 176 = 16 = 96 / 6
    net = Recorder()
    vitmatte_alpha(net, torch.rand(1, 3, 90, 177), torch.full((1, 1, 90, 177), 0.5), tile=96)
    assert len(net.seen) == 3


def test_joined_tiles_change_gradually():
    """Tiles that disagree are blended over the overlap: no step along their borders."""
    answers = iter([0.0, 1.0])
    trimap = torch.full((1, 1, 96, 160), 0.5)
    alpha = vitmatte_alpha(lambda pixels: torch.full_like(pixels[:, :1], next(answers)), trimap.expand(-1, 3, -1, -1),
                           trimap, tile=96)  # fmt: skip
    steps = alpha[0, 0, 0].diff()
    assert alpha[0, 0, 0, 0] == 0 and alpha[0, 0, 0, -1] == 1
    assert (steps >= -1e-6).all() and steps.max() < 0.1


def test_known_pixels_are_kept_and_only_their_tiles_are_solved():
    image, trimap = torch.rand(1, 3, 64, 640), torch.zeros(1, 1, 64, 640)
    trimap[..., :20], trimap[..., 20:40] = 1, 0.5
    net = Recorder()
    alpha = vitmatte_alpha(net, image, trimap, tile=96)
    assert len(net.seen) == 1
    assert (alpha[..., :20] == 1).all() and (alpha[..., 40:] == 0).all()
    assert torch.allclose(alpha[..., 20:40], image[:, :1, :, 20:40], atol=1e-6)


def test_nothing_unknown_never_asks_the_net():
    trimap = (torch.rand(2, 1, 40, 40) > 0.5).float()
    net = Recorder()
    assert torch.equal(vitmatte_alpha(net, torch.rand(2, 3, 40, 40), trimap), trimap)
    assert not net.seen


def test_hdr_is_clamped_for_the_net_and_inputs_stay():
    image, trimap = torch.rand(1, 3, 48, 48) * 4 - 1, square_trimap(48, 48)
    before = image.clone(), trimap.clone()
    net = Recorder()
    vitmatte_alpha(net, image, trimap)
    assert net.seen[0][:, :3].abs().max() <= 1
    assert torch.equal(image, before[0]) and torch.equal(trimap, before[1])


def test_real_architecture_with_random_weights():
    model = tiny_vitmatte()
    image, trimap = torch.rand(2, 3, 100, 150), square_trimap(100, 150).expand(2, -1, -1, -1)
    with torch.inference_mode():
        alpha = vitmatte_alpha(lambda pixels: model(pixels).alphas, image, trimap)
        alone = vitmatte_alpha(lambda pixels: model(pixels).alphas, image[1:], trimap[1:])
        tiled = vitmatte_alpha(lambda pixels: model(pixels).alphas, image, trimap, tile=64)
    for result in (alpha, tiled):
        assert result.shape == (2, 1, 100, 150) and result.dtype == torch.float32
        assert result.min() >= 0 and result.max() <= 1
        assert torch.equal(result[trimap == 0], torch.zeros(int((trimap == 0).sum())))
        assert torch.equal(result[trimap == 1], torch.ones(int((trimap == 1).sum())))
    assert alpha[trimap == 0.5].std() > 0.003
    assert torch.equal(alpha[1:], alone)
