"""What sharp_features promises to its caller: progress, interruption, memory, and errors that name the cause."""

from __future__ import annotations

import pytest
import torch
from torch.nn.functional import avg_pool2d
from torch.utils._python_dispatch import TorchDispatchMode

from softfocus.features import sharp_features
from softfocus.features.joint_bilateral import REACH
from softfocus.features.upsample import VIEWS_AT_ONCE
from testing.features.synthetic_encoder import SyntheticEncoder
from testing.pictures import make_picture


def test_called_before_each_encoder_call_and_may_stop():
    events = []
    encoder = SyntheticEncoder()
    inner = encoder.encode

    def encode(images):
        events.append(len(images))
        return inner(images)

    encoder.encode = encode
    sharp_features(encoder, make_picture(50, 70), 2, between_tiles=lambda: events.append(0))
    assert events[::2] == [0] * (len(events) // 2)
    assert 0 not in events[1::2] and max(events) <= VIEWS_AT_ONCE

    class Stop(Exception):
        pass

    def stop():
        raise Stop

    with pytest.raises(Stop):
        sharp_features(encoder, make_picture(50, 70), 2, between_tiles=stop)


class Largest(TorchDispatchMode):
    """The number of elements of the largest tensor that any operation made."""

    elements = 0

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        result = func(*args, **(kwargs or {}))
        for each in result if isinstance(result, (tuple, list)) else [result]:
            if isinstance(each, torch.Tensor):
                self.elements = max(self.elements, each.numel())
        return result


class Wide:
    """Many channels for few pixels, so that the dense map is the largest tensor."""

    name, patch, side = "wide", 4, 48

    def encode(self, images):
        return avg_pool2d(images, 4).repeat(1, 100, 1, 1)


@pytest.mark.parametrize("factor", [2, 4])
def test_no_tensor_is_larger_than_stated(factor):
    image = make_picture(48, 72)
    with Largest() as largest:
        features = sharp_features(Wide(), image, factor)
    rows, columns = features.shape[-2:]
    assert largest.elements <= features.shape[1] * (rows + 2 * REACH) * (columns + 2 * REACH)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"factor": 3}, "factor is 3"),
        ({"fusion": 1.5}, "fusion is 1.5"),
        ({"image": torch.zeros(1, 1, 9, 9)}, r"expected \[B, 3, H, W\]"),
        ({"image": torch.zeros(1, 3, 0, 9)}, "with pixels"),
    ],
)
def test_wrong_arguments_are_named(arguments, message):
    given_arguments = {"image": torch.zeros(1, 3, 20, 20), "factor": 2, **arguments}
    with pytest.raises(ValueError, match=message):
        sharp_features(SyntheticEncoder(), **given_arguments)


def test_wrong_encoders_are_named():
    encoder = SyntheticEncoder()
    encoder.side = 97
    with pytest.raises(ValueError, match="multiple of patch"):
        sharp_features(encoder, torch.zeros(1, 3, 20, 20), 2)
    encoder = SyntheticEncoder()
    encoder.encode = lambda images: torch.zeros(len(images), 5, 3, 3)
    with pytest.raises(ValueError, match="synthetic gave"):
        sharp_features(encoder, torch.zeros(1, 3, 20, 20), 2)
