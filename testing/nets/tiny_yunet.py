"""A small net in YuNet's form, made here: what it calls a face is what stands in a blue frame.

YuNet's own file is not the pack's to ship. This net is as exact as its arithmetic, so that a wrong scale, offset or
order of numbers shows. OpenCV decodes both alike: per cell of strides 8, 16 and 32 a score, a box and five points.
"""

from __future__ import annotations

import warnings
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import Conv2d

LINE = 0.1  # thickness of a frame's lines, of its outer side; the face fills the rest
FACE = 1 - 2 * LINE
SCORE = 0.95
# Right eye, left eye, nose, right and left corner of the mouth, of the box: as in the portrait of these tests.
POINTS = torch.tensor(((0.24, 0.35), (0.77, 0.35), (0.47, 0.54), (0.23, 0.71), (0.69, 0.72))).view(5, 1, 2, 1, 1)
STRIDES = (8, 16, 32)
SMALLEST, LARGEST = 3.4, 8.6  # cells; frames of 27 to 275 px
WINDOW = 12  # cells that a cell sees along each axis
PARTS = 2  # of a cell along each axis, whose means are summed instead of pixels
TINY = 1e-4
BLUE = torch.tensor((0.0, 0.0, 1.0)).view(1, 3, 1, 1)


def framed(image: Tensor, box: tuple[float, ...], fine: bool = False) -> Tensor:
    """A copy of image [1, 3, H, W] with a blue frame around the box (left, top, width, height) px.

    A fine one has yellow stripes, which take the blue away where the picture is shown smaller.
    """
    left, top, width, height = box
    y, x = (torch.arange(length) + 0.5 for length in image.shape[2:])
    across, down = ((x - left) / width)[None], ((y - top) / height)[:, None]
    inside = torch.minimum(torch.minimum(across, 1 - across), torch.minimum(down, 1 - down))
    drawn = (inside < 0) & (inside >= -LINE / FACE)
    image = torch.where(drawn, BLUE, image)
    striped = drawn & ((x + y[:, None]) % 5 < 2)
    return torch.where(striped, 1 - BLUE, image) if fine else image


class FrameFinder(nn.Module):
    """From [1, 3, H, W] BGR 0..255 to YuNet's twelve outputs, [1, H / stride, W / stride, numbers] each."""

    def __init__(self) -> None:
        super().__init__()
        self.blue = Conv2d(3, 1, 1, bias=False)
        # 1 for pure blue; below 0 for every grey, and for most of a photograph
        self.blue.weight.data = torch.tensor((1.0, -0.75, -0.75)).view(1, 3, 1, 1) / 255
        self.sums = nn.ModuleList(_moments(stride) for stride in STRIDES)

    def forward(self, image: Tensor) -> list[Tensor]:
        blue = self.blue(image).relu()
        levels = [_found(sums(blue)) for sums in self.sums]
        return [output.permute(0, 2, 3, 1) for outputs in zip(*levels, strict=True) for output in outputs]


def _moments(stride: int) -> nn.Sequential:
    """Sums over a cell's window of 1, x, y, x^2, y^2 and xy in cells from the cell's middle, weighed by blue."""
    size = WINDOW * PARTS
    conv = Conv2d(1, 6, size, stride=PARTS, padding=(size - PARTS) // 2, bias=False)
    offset = (torch.arange(size) + 0.5) / PARTS - WINDOW / 2
    y, x = torch.meshgrid(offset, offset, indexing="ij")
    conv.weight.data = torch.stack((torch.ones_like(x), x, y, x**2, y**2, x * y))[:, None] / PARTS**2
    return nn.Sequential(nn.AvgPool2d(stride // PARTS), conv)


def _found(sums: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Score (twice, as YuNet has two), box and points where a frame's middle lies in the cell and its size fits."""
    area, means = sums[:, :1], sums[:, 1:] / (sums[:, :1] + TINY)
    centre = means[:, :2]
    variance = (means[:, 2:4] - centre * centre).relu() + 1 / (12 * PARTS**2)  # that of the parts themselves
    side = (variance * 12 / (1 + FACE**2)).sqrt()
    covered = side[:, :1] * side[:, 1:]
    score = SCORE * _between(area / (covered * (1 - FACE**2)), 0.5, 1.3)
    lean = (means[:, 4:] - centre[:, :1] * centre[:, 1:]) / covered  # much in a frame's corner, none in a frame
    score = score * _between(lean, -0.03, 0.03)
    for value, low, high in ((centre, -0.55, 0.55), (side, SMALLEST, LARGEST)):
        fits = _between(value, low, high)
        score = score * fits[:, :1] * fits[:, 1:]
    corner = centre + 0.5  # YuNet counts from the cell's corner
    points = [corner + FACE * side * (point - 0.5) for point in POINTS]
    return score, score, torch.cat((corner, (FACE * side).log()), 1), torch.cat(points, 1)


def _between(value: Tensor, low: float, high: float) -> Tensor:
    return torch.sigmoid(200 * (value - low)) * torch.sigmoid(200 * (high - value))


def save_yunet(path: Path) -> Path:
    """Write the net as ONNX."""
    names = [f"{kind}_{stride}" for kind in ("cls", "obj", "bbox", "kps") for stride in STRIDES]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch's other exporter needs one more package; the loop over points is fixed
        torch.onnx.export(FrameFinder().eval(), (torch.zeros(1, 3, 320, 320),), path, output_names=names, dynamo=False)
    return path
