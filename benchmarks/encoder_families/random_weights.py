"""timm models with random weights in a second: their own initialisation takes most of the time of a large one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_model
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

BLOCK = 1 << 20  # random values, which are repeated
DRAWS = {Tensor.uniform_, Tensor.normal_, Tensor.erfinv_}


class WithoutDrawing(TorchFunctionMode):
    """First weights are 0, not drawn: for models that are filled from a file afterwards.

    0 and not whatever memory holds, since truncated draws repeat until all values are within bounds.
    """

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Iterable[type],
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        if func in DRAWS:
            return args[0].zero_()
        return func(*args, **(kwargs or {}))


def save_random(path: Path, net: nn.Module) -> None:
    """The complete state of a timm model, as timm saves it, with weights that keep the size of what goes through."""
    block = torch.randn(BLOCK, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        for name, weight in net.named_parameters():
            if weight.ndim < 2:
                weight.fill_(0.0 if name.endswith("bias") else 1.0)
                continue
            values = weight.data.view(-1)
            for piece in values.split(BLOCK):
                piece.copy_(block[: len(piece)])
            values /= max(1, weight[0].numel()) ** 0.5
    save_model(net, str(path))
