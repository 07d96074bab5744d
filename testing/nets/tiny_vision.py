"""Vision encoders with random weights, as files: in the layout of the published ones, but narrow and shallow.

The host's loader tells models by a few keys and shapes, and then makes the net that one of its own json files
describes. `use_configs` gives it small ones of the same kind; the files hold the marks by which it chooses among them.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from torch import Tensor

SIDES = {"clip": 56, "siglip": 54, "dinov2": 518}  # px that the patches cover
PATCHES = {"clip": 14, "siglip": 2, "dinov2": 14}
MEANS = {
    "clip": ([0.48145466, 0.4578275, 0.40821073], [0.26862954, 0.26130258, 0.27577711]),
    "siglip": ([0.5] * 3, [0.5] * 3),
    "dinov2": ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]),
}
# Where the host keeps the description that each kind of file leads to.
CONFIG_FILES = {
    "clip": "clip_vision_config_vitl.json",
    "siglip": "clip_vision_siglip_384.json",
    "dinov2": "image_encoders/dino2_large.json",
}
MARKS = {
    "clip": "vision_model.encoder.layers.22.layer_norm1.weight",
    "siglip": "vision_model.encoder.layers.22.layer_norm1.weight",
    "dinov2": "encoder.layer.23.layer_scale2.lambda1",
}


def config(kind: str) -> dict[str, Any]:
    """What the host reads: the same fields as in its own files. SigLIP's width and DINOv2's side are told by it."""
    shared: dict[str, Any] = {"num_hidden_layers": 3, "num_attention_heads": 4, "num_channels": 3}
    if kind == "clip":
        shared |= {"hidden_size": 64, "intermediate_size": 128, "projection_dim": 32, "hidden_act": "quick_gelu"}
        return shared | {"image_size": 56, "patch_size": 14, "model_type": "clip_vision_model"}
    mean, std = MEANS[kind]
    shared |= {"image_mean": mean, "image_std": std}
    if kind == "siglip":
        shared |= {"hidden_size": 1152, "intermediate_size": 64, "hidden_act": "gelu_pytorch_tanh"}
        return shared | {"image_size": 55, "patch_size": 2, "model_type": "siglip_vision_model", "num_hidden_layers": 1}
    shared |= {"hidden_size": 32, "layer_norm_eps": 1e-6, "use_swiglu_ffn": False}
    return shared | {"image_size": 518, "patch_size": 14, "model_type": "dinov2"}


def use_configs(folder: Path) -> Path:
    """Write all of them where the host would have them if its clip_vision.py were in `folder`; returns that path."""
    for kind, name in CONFIG_FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(config(kind)))
    return folder / "clip_vision.py"


def reference_net(kind: str) -> Any:
    """The same model by transformers, with weights that half precision holds."""
    import transformers

    names = {"clip": "CLIPVision", "siglip": "SiglipVision", "dinov2": "Dinov2"}
    suffix = {"clip": "ModelWithProjection", "siglip": "Model", "dinov2": "Model"}
    ignored = ("image_mean", "image_std", "model_type", "use_swiglu_ffn")
    fields = {key: value for key, value in config(kind).items() if key not in ignored}
    fields |= {"layer_norm_eps": 1e-5} if kind == "siglip" else {}  # as the host has it
    torch.manual_seed(3)
    net = getattr(transformers, names[kind] + suffix[kind])(getattr(transformers, names[kind] + "Config")(**fields))
    with torch.no_grad():
        for name, weight in net.named_parameters():
            is_norm = "norm" in name and name.endswith("weight")
            weight.normal_(1.0 if is_norm else 0.0, 0.4 / fields["hidden_size"] ** 0.5)
    return net.half().float().train(False)


def reference_features(kind: str, net: Any, images: Tensor) -> Tensor:
    """[N, C, rows, columns]: what `net` says of the patches, put in place one by one."""
    mean, std = (torch.tensor(values)[:, None, None] for values in MEANS[kind])
    with torch.no_grad():
        out = net(pixel_values=(images - mean) / std, output_hidden_states=True)
    tokens = out.hidden_states[-2] if kind == "clip" else out.last_hidden_state
    if kind == "clip":
        tokens = tokens - tokens.mean(-1, keepdim=True)
        tokens = tokens / tokens.square().mean(-1, keepdim=True).sqrt()
    first = 0 if kind == "siglip" else 1
    grid = SIDES[kind] // PATCHES[kind]
    rows = [tokens[:, first + row * grid : first + (row + 1) * grid] for row in range(grid)]
    return torch.stack(rows, 1).movedim(-1, 1)


def save_clip_vision(path: Path, kind: str, net: Any) -> Path:
    """Write `net` as a file of models/clip_vision, with the mark by which the host tells its kind."""
    state = {_published_name(kind, key): value.half().contiguous() for key, value in net.state_dict().items()}
    state[MARKS[kind]] = torch.ones(config(kind)["hidden_size"]).half()
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file(state, path)
    return path


def _published_name(kind: str, key: str) -> str:
    if kind == "siglip":
        return key if key.startswith("vision_model.") else f"vision_model.{key}"
    for new, old in (("q_proj", "query"), ("k_proj", "key"), ("v_proj", "value")):
        if kind == "dinov2":
            key = key.replace(f"attention.{new}", f"attention.attention.{old}")
    return key.replace("attention.o_proj", "attention.output.dense") if kind == "dinov2" else key


def save_timm(path: Path, model_name: str, **options: Any) -> Any:
    """Write a timm model of random weights to `path`; returns the model."""
    import timm

    torch.manual_seed(5)
    net = timm.create_model(model_name, pretrained=False, **options).train(False)
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file({key: value.contiguous() for key, value in net.state_dict().items()}, path)
    return net
