"""Makes a timm model and fills it from a safetensors file. timm is imported when it is needed; nothing is downloaded."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.func import functional_call

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
        _fill(net, timm, model_name, weights)
    return net.train(False).requires_grad_(False)


def feature_stage(net: Any) -> tuple[int, int]:
    """Index and stride (px) of the last stage whose stride is at most 16 px, or of the finest if there is none."""
    strides = [stage["reduction"] for stage in net.feature_info]
    stride = max((each for each in strides if each <= COARSEST_STRIDE), default=min(strides))
    return max(index for index, each in enumerate(strides) if each == stride), stride


def check_grid(stage: nn.Module, model_name: str, side: int, patch: int) -> None:
    """Raise ValueError where a picture of `side` px does not come out as one feature each `patch` px."""
    made, grid = grid_of(stage, side), side // patch
    if made is not None and made != (grid, grid):
        raise ValueError(
            f"model_name {model_name} gives {made[0]} x {made[1]} features from {side} px, not one each {patch} px, so "
            "that their places are not known; choose another timm model"
        )


def grid_of(stage: nn.Module, side: int) -> tuple[int, int] | None:
    """Rows and columns of the features of a picture of `side` px, by shapes alone; None where the net asks for values."""
    shapes = {name: value.to("meta") for name, value in (*stage.named_parameters(), *stage.named_buffers())}
    pixels = torch.empty(1, 3, side, side, device="meta")
    try:
        with torch.no_grad():
            # Tied, torch leaves the shapes in a module of several names, as in CoaT (pytorch issue 164759).
            rows, columns = functional_call(stage, shapes, (pixels,), tie_weights=False).shape[-2:]
    except Exception:  # whatever a net does that has no meaning without values
        return None
    return rows, columns


def tag_note(model_name: str) -> str:
    """Whose normalisation and size were taken where the name has no tag, and which tags have others; else ""."""
    if "." in model_name:
        return ""
    timm = _timm()
    default = timm.models.get_pretrained_cfg(model_name)
    if default is None or not default.tag:
        return ""
    known = {name: timm.models.get_pretrained_cfg(name) for name in timm.list_pretrained(f"{model_name}.*")}
    others = [config.tag for config in known.values() if _input_of(config) != _input_of(default)]
    note = f"Mean, std and size are those of {model_name}.{default.tag}."
    if others:
        note += f" Other weights want others: name the tag too if yours are of {', '.join(others)}."
    return note


def _input_of(config: Any) -> tuple[Any, ...]:
    """What a net expects of a picture: mean, std, size; lists and tuples alike."""
    return tuple(config.mean), tuple(config.std), tuple(config.input_size)


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


def _fill(net: Any, timm: Any, model_name: str, weights: Path) -> None:
    """Copy the file's weights into the model. All must be there and fit; those of its classifier may be there too."""
    try:
        found = load_file(weights)
    except (OSError, SafetensorError) as error:
        raise ValueError(f"{weights} cannot be read as safetensors: {error}") from error
    wanted: dict[str, Tensor] = net.state_dict()
    others = [key for key in found if key not in wanted]
    held = {value.data_ptr() for key, value in wanted.items() if key in found}  # one tensor may have several names
    faults = {
        "missing": [
            key
            for key, value in wanted.items()
            if key not in found and value.data_ptr() not in held and not key.endswith("num_batches_tracked")
        ],
        "unexpected": _unexpected(others, net, timm, model_name) if others else [],
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


def _unexpected(keys: Sequence[str], net: Any, timm: Any, model_name: str) -> list[str]:
    """Those of the keys that are neither the classifier's nor buffers that the model computes, as older timm saved them.

    What the classifier holds besides the layers that timm names (a norm of its own) only the whole model knows.
    """
    named = net.pretrained_cfg.get("classifier") or ()
    heads = tuple(f"{name}." for name in ([named] if isinstance(named, str) else named))
    computed = {name for name, _ in net.named_buffers()}
    rest = [key for key in keys if key not in computed and not key.startswith(heads)]
    if not rest:
        return []
    whole = timm.create_model(model_name, pretrained=False).state_dict()
    return [key for key in rest if key not in whole]


def _describe(faults: Mapping[str, Sequence[str]]) -> str:
    """Count and one example of each kind of fault that occurs."""
    return "; ".join(f"{len(keys)} {kind} (such as {keys[0]})" for kind, keys in faults.items() if keys)
