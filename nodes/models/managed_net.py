"""A net of ours under the host's memory management: loaded when it is needed, made room for, and moved away again."""

from __future__ import annotations

from typing import Any

import comfy.model_management as mm
import comfy.model_patcher
from torch import nn


def managed_net(net: nn.Module) -> Any:
    """The host's patcher around a net. The host sets attributes on the net, which must let it."""
    patcher = getattr(comfy.model_patcher, "CoreModelPatcher", comfy.model_patcher.ModelPatcher)
    return patcher(
        net, load_device=mm.get_torch_device(), offload_device=mm.unet_offload_device(), size=mm.module_size(net)
    )


def load_net(patcher: Any, working_bytes: float) -> None:
    """Bring the weights to the compute device, with room for `working_bytes` beside them; cheap when they are there."""
    mm.load_models_gpu([patcher], memory_required=working_bytes, force_full_load=True)
    # Parameters of modules that also have children (position tables) are not moved on every host.
    patcher.model.to(patcher.load_device)
