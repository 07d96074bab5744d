"""LAION's aesthetic heads: one number from CLIP's view of a picture.

The first version is one linear layer. The second looks like a deep net, but has no activation between its layers, so
that all of them together are one linear layer too, and are made into one here.

Source: C. Schuhmann et al., "LAION-5B" (2022), and the releases LAION-Aesthetics v1 and v2.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor
from torch.nn.functional import normalize

MOST_BYTES = 64 << 20  # the largest head of LAION's holds 4 MB


@dataclass(frozen=True)
class AestheticHead:
    """One linear layer on a unit vector.

    Attributes:
        weight: [D] float32, D as wide as CLIP's image embeddings.
        bias: added to the product.
    """

    weight: Tensor
    bias: float

    def value(self, embedding: Tensor) -> float:
        """About 1 (ugly) to 10 (beautiful) for an image embedding [D] of any length."""
        return float(self.weight @ normalize(embedding.float(), dim=-1).to(self.weight.device)) + self.bias


def load_head(path: Path) -> AestheticHead:
    """The head in a safetensors file.

    Raises:
        ValueError: the file cannot be read, or is no such head; the sentence names it.
    """
    try:
        if path.stat().st_size > MOST_BYTES:
            raise ValueError("it is far too large for one")
        return collapse(load_file(path))
    except Exception as error:  # missing, truncated or foreign file: each has its own exception type
        raise ValueError(f"{path.name} cannot be used as an aesthetic head: {error}") from error


def collapse(state: Mapping[str, Tensor]) -> AestheticHead:
    """All linear layers of a state dict, one after the other by the numbers in their names, as one.

    Args:
        state: "<layer>.weight" [out, in], and "<layer>.bias" [out] where a layer has one; "weight" and "bias" for a
            single layer.

    Raises:
        ValueError: something else is in it, a layer does not fit the one before, or the last gives more than one value.
    """
    names = sorted((name for name in state if _kind(name) == "weight"), key=_natural)
    others = [name for name in state if _kind(name) != "weight" and f"{_layer(name)}weight" not in state]
    if not names or others or any(_kind(name) not in ("weight", "bias") for name in state):
        raise ValueError(f"it holds {', '.join(sorted(state)[:4]) or 'nothing'}, not only linear layers")
    weight, bias = torch.empty(0), torch.zeros(())
    for name in names:
        layer = state[name].cpu().double()
        added = state.get(f"{_layer(name)}bias", torch.zeros(len(layer))).cpu().double()
        if layer.ndim != 2 or added.shape != layer.shape[:1] or (weight.numel() and layer.shape[1] != len(weight)):
            raise ValueError(f"its layer {name} of shape {tuple(layer.shape)} does not fit the one before")
        weight, bias = (layer @ weight, layer @ bias + added) if weight.numel() else (layer, added)
    if len(weight) != 1:
        raise ValueError(f"it gives {len(weight)} values, not one")
    return AestheticHead(weight[0].float(), float(bias))


def _kind(name: str) -> str:
    return name.rpartition(".")[2]


def _layer(name: str) -> str:
    return name[: len(name) - len(_kind(name))]


def _natural(name: str) -> list[tuple[bool, int, str]]:
    """Sort key by which layer 10 comes after layer 2."""
    parts = re.split(r"(\d+)", name)
    return [(part.isdigit(), int(part) if part.isdigit() else 0, part) for part in parts]
