"""Makes a timm model and fills it from a safetensors file. timm is imported when it is needed; nothing is downloaded."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

COARSEST_STRIDE = 16  # px


def create_timm_model(model_name: str, weights: Path) -> Any:
    """The model without its classifier, float32 on the CPU, for use only.

    Raises:
        ValueError: see `TimmEncoder`.
    """
    timm = _timm()
    _check_name(timm, model_name)
    with torch.inference_mode(False):  # weights made in inference mode could not be moved outside of it
        net = timm.create_model(model_name, pretrained=False, num_classes=0)
        if not hasattr(net, "forward_intermediates") or not getattr(net, "feature_info", None):
            raise ValueError(f"{model_name} gives no map of features; choose another timm model")
        _fill(net, model_name, weights)
    return net.train(False).requires_grad_(False)


def feature_stage(net: Any) -> tuple[int, int]:
    """Index and stride (px) of the last stage whose stride is at most 16 px, or of the finest if there is none."""
    strides = [stage["reduction"] for stage in net.feature_info]
    stride = max((each for each in strides if each <= COARSEST_STRIDE), default=min(strides))
    return max(index for index, each in enumerate(strides) if each == stride), stride


def _timm() -> Any:
    try:
        import timm
    except (ImportError, RuntimeError) as error:  # RuntimeError: a torchvision that does not fit torch
        raise ValueError(
            f"this node needs the Python package timm (with torchvision), which cannot be used: {error}"
        ) from error
    return timm


def _check_name(timm: Any, model_name: str) -> None:
    """Raise ValueError with close names unless timm knows the model; that keeps out names which mean a download."""
    names = [*timm.list_models(), *timm.list_pretrained()]
    if model_name in names:
        return
    close = difflib.get_close_matches(model_name, names, n=4)
    hint = f"close to it: {', '.join(close)}" if close else "see timm.list_models()"
    raise ValueError(f"model_name is {model_name!r}, which timm {timm.__version__} does not know; {hint}")


def _fill(net: Any, model_name: str, weights: Path) -> None:
    """Copy the file's weights into the model. All must be there and fit; the classifier's may be there too."""
    try:
        found = load_file(weights)
    except (OSError, SafetensorError) as error:
        raise ValueError(f"{weights} cannot be read as safetensors: {error}") from error
    wanted: dict[str, Tensor] = net.state_dict()
    classifier = net.pretrained_cfg.get("classifier") or ()
    heads = tuple(f"{name}." for name in ([classifier] if isinstance(classifier, str) else classifier))
    faults = {
        "missing": [key for key in wanted if key not in found and not key.endswith("num_batches_tracked")],
        "unexpected": [key for key in found if key not in wanted and not key.startswith(heads)],
        "of another shape": [
            f"{key}, {list(found[key].shape)} in the file and {list(value.shape)} in the model"
            for key, value in wanted.items()
            if key in found and found[key].shape != value.shape
        ],
    }
    if any(faults.values()):
        raise ValueError(
            f"model_name {model_name} and weights {weights.name} do not belong together: {_describe(faults)}. "
            "Take the file from timm's own page of that model."
        )
    net.load_state_dict(found, strict=False)


def _describe(faults: Mapping[str, Sequence[str]]) -> str:
    """Count and one example of each kind of fault that occurs."""
    return "; ".join(f"{len(keys)} {kind} (such as {keys[0]})" for kind, keys in faults.items() if keys)
