"""A whole CLIP with random weights, narrow and shallow, as files that the host's own loaders take for CLIP-L.

The two halves have different widths, so that no projection can be mistaken for another.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor

from testing.nets import tiny_vision

PROMPT = "a cat, (red hair:1.2), the sea"
TEXT_WIDTH = 48
TEXT = {"hidden_size": TEXT_WIDTH, "intermediate_size": 96, "num_hidden_layers": 2, "num_attention_heads": 4}
MARK = tiny_vision.MARKS["clip"]


def tiny_clip(seed: int = 3) -> Any:
    """transformers' CLIPModel with weights that half precision holds."""
    import transformers

    vision = {key: value for key, value in tiny_vision.config("clip").items() if key != "model_type"}
    text = TEXT | {"vocab_size": 49408, "max_position_embeddings": 77, "hidden_act": "quick_gelu"}
    text |= {"bos_token_id": 49406, "eos_token_id": 49407, "pad_token_id": 49407}
    torch.manual_seed(seed)
    config = transformers.CLIPConfig(text_config=text, vision_config=vision, projection_dim=vision["projection_dim"])
    net = transformers.CLIPModel(config)
    with torch.no_grad():
        for name, weight in net.named_parameters():
            is_norm = "norm" in name and name.endswith("weight")
            spread = 0.05 if "token_embedding" in name else 0.2  # else all texts look alike, or nothing like each other
            weight.normal_(1.0 if is_norm else 0.0, 0.2 if is_norm else spread)
    return net.half().float().train(False)


def save_whole(path: Path, net: Any) -> Path:
    """Both halves in transformers' layout, with the mark by which the host knows the vision model."""
    state = {key: value.half().contiguous() for key, value in net.state_dict().items()}
    state[MARK] = torch.ones(tiny_vision.config("clip")["hidden_size"]).half()
    return _save(path, state)


def save_text_half(path: Path, net: Any) -> Path:
    """The text encoder without projection, as a checkpoint of SD1.5 holds it."""
    state = {key: value for key, value in net.state_dict().items() if key.startswith("text_model.")}
    return _save(path, {key: value.half().contiguous() for key, value in state.items()})


def load_text_half(path: Path) -> Any:
    """The host's CLIP object of that file."""
    import comfy.sd

    # The host fills `model_config` in, and hands it to its SD1ClipModel.
    return comfy.sd.load_clip([str(path)], model_options={"model_config": dict(TEXT)})


def load_vision_half(path: Path, configs: Path, patch: pytest.MonkeyPatch) -> Any:
    """The host's CLIP_VISION object of a file with both halves."""
    import comfy.clip_vision

    patch.setattr(comfy.clip_vision, "__file__", str(tiny_vision.use_configs(configs)))
    return comfy.clip_vision.load(str(path))


def save_head(path: Path, width: int = 32) -> dict[str, Tensor]:
    """An aesthetic head of two layers."""
    state = {"layers.0.weight": torch.randn(5, width), "layers.0.bias": torch.randn(5)}
    state["layers.2.weight"] = torch.ones(1, 5)
    _save(path, state)
    return state


def reference_texts(net: Any, tokenizer: Any, texts: list[str]) -> Tensor:
    """[N, D] by transformers, each text alone."""
    rows = [tokenizer(text, truncation=True, max_length=77, return_tensors="pt")["input_ids"] for text in texts]
    with torch.no_grad():
        return torch.cat([_tensor(net.get_text_features(input_ids=row)) for row in rows])


def reference_pictures(net: Any, squares: Tensor) -> Tensor:
    """[N, D] by transformers, from squares of its size in 8 bits."""
    mean, std = (torch.tensor(values)[:, None, None] for values in tiny_vision.MEANS["clip"])
    with torch.no_grad():
        return _tensor(net.get_image_features(pixel_values=((squares * 255).round() / 255 - mean) / std))


def _tensor(features: Any) -> Tensor:
    """Since transformers 5 the vectors come in an object."""
    return features if isinstance(features, Tensor) else features.pooler_output


def _save(path: Path, state: dict[str, Tensor]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file(state, path)
    return path
