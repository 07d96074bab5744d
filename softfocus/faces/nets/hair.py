"""MediaPipe's hair segmentation: which pixels of a square crop are hair.

"Real-time hair segmentation and recoloring on mobile GPUs" (arXiv 1907.06740): an hourglass of residual bottlenecks
like ENet's (arXiv 1606.02147). Where the way down took its maxima, the way up puts its values.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import nn
from torch.nn import Conv2d, ConvTranspose2d

_MIDDLES = ("two", "wide 2", "five", "wide 4", "two", "wide 8") * 2  # of the bottlenecks at stride 32


def _two(channels: int) -> list[nn.Module]:
    """Two 3 x 3 convolutions, each channel by itself; between them the channels are mixed."""
    return [
        Conv2d(channels, channels, 3, padding=1, groups=channels),
        Conv2d(channels, channels, 1),
        nn.PReLU(channels),
        Conv2d(channels, channels, 3, padding=1, groups=channels),
    ]


def _middle(kind: str, channels: int) -> list[nn.Module]:
    """What a bottleneck does between its 1 x 1 convolutions; its last activation follows."""
    if kind == "two":
        return _two(channels)
    if kind == "five":
        return [Conv2d(channels, channels, 5, padding=2, groups=channels), Conv2d(channels, channels, 1)]
    dilation = int(kind.split()[1])
    return [Conv2d(channels, channels, 3, padding=dilation, dilation=dilation)]


class _Bottleneck(nn.Module):
    """x plus what few channels make of it."""

    def __init__(self, kind: str, channels: int, few: int) -> None:
        super().__init__()
        self.branch = nn.Sequential(
            Conv2d(channels, few, 1),
            nn.PReLU(few),
            *_middle(kind, few),
            nn.PReLU(few),
            Conv2d(few, channels, 1),
        )
        self.activation = nn.PReLU(channels)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.activation(x + self.branch(x))


class _Down(nn.Module):
    """Half the size: few channels beside the maxima of 2 x 2 pixels. Also gives where the maxima were."""

    def __init__(self, inputs: int, few: int, outputs: int) -> None:
        super().__init__()
        self.branch = nn.Sequential(
            Conv2d(inputs, few, 2, stride=2), nn.PReLU(few), *_two(few), nn.PReLU(few), Conv2d(few, outputs, 1)
        )
        self.shortcut = Conv2d(inputs, outputs, 1) if inputs != outputs else nn.Identity()
        self.activation = nn.PReLU(outputs)

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        largest, places = F.max_pool2d(x, 2, return_indices=True)
        return self.activation(self.branch(x) + self.shortcut(largest)), places


class _Enlarge(nn.Module):
    """3 x 3 transposed convolution to double size; of its odd border the last row and column are dropped."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.transposed = ConvTranspose2d(channels, channels, 3, stride=2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.transposed(x)[..., :-1, :-1]


def _put_back(x: torch.Tensor, places: torch.Tensor) -> torch.Tensor:
    """x [B, C, H, W] at `places` of a plane of double size, zeros elsewhere.

    What F.max_unpool2d does, which some devices lack.
    """
    batch, channels, height, width = x.shape
    plane = x.new_zeros(batch, channels, 4 * height * width)
    return plane.scatter(2, places.flatten(2), x.flatten(2)).view(batch, channels, 2 * height, 2 * width)


class _Up(nn.Module):
    """Double size: few channels beside the input itself, put where the way down had its maxima."""

    def __init__(self, inputs: int, few: int, outputs: int) -> None:
        super().__init__()
        self.few = nn.Sequential(Conv2d(inputs, few, 1), nn.PReLU(few), _Enlarge(few), nn.PReLU(few))
        self.expand = Conv2d(few, outputs, 1)
        self.shortcut = Conv2d(inputs, outputs, 1)
        self.activation = nn.PReLU(outputs)

    def forward(self, x: torch.Tensor, places: torch.Tensor) -> torch.Tensor:
        return self.activation(self.expand(self.few(x)) + _put_back(self.shortcut(x), places))


class _Mix(nn.Module):
    """A bottleneck to another number of channels."""

    def __init__(self, inputs: int, few: int, outputs: int) -> None:
        super().__init__()
        self.branch = nn.Sequential(
            Conv2d(inputs, few, 1), nn.PReLU(few), *_middle("wide 1", few), nn.PReLU(few), Conv2d(few, outputs, 1)
        )
        self.shortcut = Conv2d(inputs, outputs, 1)
        self.activation = nn.PReLU(outputs)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.activation(self.branch(x) + self.shortcut(x))


class HairSegmentation(nn.Module):
    """sRGB crops [B, 3, 512, 512] in 0..1 to the probability [B, 1, 512, 512] that a pixel is hair.

    Made for clips, the net takes the mask of the frame before as a fourth channel; zeros here.
    """

    size = 512

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Sequential(Conv2d(4, 8, 2, stride=2), nn.PReLU(8), Conv2d(8, 32, 2, stride=2), nn.PReLU(32))
        self.to_8 = _Down(32, 16, 64)
        self.at_8 = nn.Sequential(*(_Bottleneck("two", 64, 16) for _ in range(2)))
        self.to_16 = _Down(64, 32, 128)
        self.at_16 = nn.Sequential(*(_Bottleneck("two", 128, 16) for _ in range(4)))
        self.to_32 = _Down(128, 16, 128)
        self.at_32 = nn.Sequential(*(_Bottleneck(kind, 128, 8) for kind in _MIDDLES), _Bottleneck("wide 1", 128, 4))
        self.up_16, self.mix_16 = _Up(128, 8, 128), _Mix(256, 8, 128)
        self.up_8, self.mix_8 = _Up(128, 8, 64), _Mix(128, 4, 64)
        self.up_4, self.mix_4 = _Up(64, 4, 32), _Bottleneck("wide 1", 32, 4)
        self.head = nn.Sequential(ConvTranspose2d(32, 8, 2, stride=2), nn.PReLU(8), ConvTranspose2d(8, 2, 2, stride=2))

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        x = self.stem(F.pad(image, (0, 0, 0, 0, 0, 1)))
        side_8, places_8 = self.to_8(x)
        side_16, places_16 = self.to_16(self.at_8(side_8))
        x, places_32 = self.to_32(self.at_16(side_16))
        x = self.mix_16(torch.cat((self.up_16(self.at_32(x), places_32), side_16), 1))
        x = self.mix_8(torch.cat((self.up_8(x, places_16), side_8), 1))
        return self.head(self.mix_4(self.up_4(x, places_8))).softmax(1)[:, 1:]
