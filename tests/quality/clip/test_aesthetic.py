"""The collapsed head is the net of linear layers, and a file that is no such net is named."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import save_file
from torch import nn
from torch.nn import Linear
from torch.nn.functional import normalize

from softfocus.quality.clip import aesthetic
from softfocus.quality.clip.aesthetic import collapse, load_head


def deep_net(widths: list[int], seed: int, bias: bool = True) -> nn.Sequential:
    """Linear layers with dropout between them, as the second version has: the numbers in their names leave gaps."""
    torch.manual_seed(seed)
    layers: list[nn.Module] = []
    for before, after in zip(widths, widths[1:], strict=False):
        layers += [Linear(before, after, bias=bias), nn.Dropout(0.2)]
    return nn.Sequential(*layers).train(False)


@settings(max_examples=40, deadline=None)
@given(
    widths=st.lists(st.integers(1, 20), min_size=1, max_size=8),
    seed=st.integers(0, 9),
    bias=st.booleans(),
    length=st.floats(0.01, 100),
)
def test_collapsed_head_is_the_net(widths, seed, bias, length):
    net = deep_net([*widths, 1], seed, bias)
    view = torch.rand(widths[0]) - 0.5
    wanted = float(net(normalize(view, dim=0)).detach())
    backwards = dict(reversed(net.state_dict().items()))
    assert collapse(backwards).value(length * view) == pytest.approx(wanted, abs=1e-5)


def test_the_shape_of_the_second_version(tmp_path):
    net = deep_net([768, 1024, 128, 64, 16, 1], 1)
    save_file({f"layers.{name}": value.half() for name, value in net.state_dict().items()}, tmp_path / "v2.safetensors")
    view = torch.randn(768)
    head = load_head(tmp_path / "v2.safetensors")
    assert head.weight.shape == (768,) and head.weight.dtype == torch.float32
    assert head.value(view) == pytest.approx(float(net.half().float()(normalize(view, dim=0)).detach()), abs=1e-5)


def test_the_shape_of_the_first_version(tmp_path):
    net = Linear(768, 1)
    save_file(net.state_dict(), tmp_path / "v1.safetensors")
    head = load_head(tmp_path / "v1.safetensors")
    assert torch.equal(head.weight, net.weight.detach()[0]) and head.bias == float(net.bias.detach())


WRONG = {
    "nothing": ({}, "it holds nothing, not only linear layers"),
    "a norm": ({"norm.weight": torch.ones(8), "norm.bias": torch.ones(8)}, "does not fit the one before"),
    "a norm after": ({"0.weight": torch.ones(8, 4), "1.weight": torch.ones(8)}, "layer 1.weight of shape"),
    "statistics": ({"0.weight": torch.ones(1, 4), "0.running_mean": torch.ones(1)}, "not only linear layers"),
    "a lone bias": ({"0.weight": torch.ones(1, 4), "1.bias": torch.ones(1)}, "not only linear layers"),
    "a gap": ({"0.weight": torch.ones(3, 4), "1.weight": torch.ones(1, 2)}, r"1.weight of shape \(1, 2\) does not fit"),
    "a bias too long": ({"weight": torch.ones(1, 4), "bias": torch.ones(4)}, "does not fit"),
    "two values": ({"weight": torch.ones(2, 4)}, "it gives 2 values, not one"),
    "convolution": ({"0.weight": torch.ones(1, 4, 3, 3)}, "does not fit"),
}


@pytest.mark.parametrize("kind", WRONG)
def test_what_is_no_head_is_named(kind, tmp_path):
    state, reason = WRONG[kind]
    save_file(state, tmp_path / "odd.safetensors")
    with pytest.raises(ValueError, match=f"odd.safetensors cannot be used as an aesthetic head: .*{reason}"):
        load_head(tmp_path / "odd.safetensors")


def test_files_that_cannot_be_read(tmp_path, monkeypatch):
    (tmp_path / "cut.safetensors").write_bytes(b"\x10" * 9)
    for name in ("cut.safetensors", "missing.safetensors"):
        with pytest.raises(ValueError, match=f"{name} cannot be used as an aesthetic head: "):
            load_head(tmp_path / name)
    monkeypatch.setattr(aesthetic, "MOST_BYTES", 8)
    with pytest.raises(ValueError, match="it is far too large for one"):
        load_head(tmp_path / "cut.safetensors")
