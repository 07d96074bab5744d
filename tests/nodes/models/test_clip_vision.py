"""The host's CLIP_VISION as a vision encoder: each feature at its place, or a sentence about what does not fit."""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from encoder_checks import assert_features_are_in_place, assert_is_well_behaved, pictures
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import save_file
from torch.nn.functional import pad

from testing.nets.tiny_vision import PATCHES, SIDES, reference_features, reference_net, save_clip_vision, use_configs

pytestmark = pytest.mark.host
KINDS = list(SIDES)


@pytest.fixture
def encoders(pack: Any) -> Any:
    return importlib.import_module(pack.__name__ + ".nodes.models.vision_encoders")


@pytest.fixture(scope="module", params=KINDS)
def stock(request: Any, pack: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A file of models/clip_vision, loaded by the host's own loader and wrapped, with the net that it was made from."""
    import comfy.clip_vision
    import folder_paths

    folder = tmp_path_factory.mktemp("models")
    net = reference_net(request.param)
    save_clip_vision(folder / "clip_vision" / "tiny.safetensors", request.param, net)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(comfy.clip_vision, "__file__", str(use_configs(folder / "configs")))
        patch.setitem(
            folder_paths.folder_names_and_paths, "clip_vision", ([str(folder / "clip_vision")], {".safetensors"})
        )
        path = folder_paths.get_full_path_or_raise("clip_vision", "tiny.safetensors")
        with torch.inference_mode():
            clip_vision = comfy.clip_vision.load(path)
    module = importlib.import_module(pack.__name__ + ".nodes.models.vision_encoders")
    return SimpleNamespace(kind=request.param, net=net, encoder=module.ClipVisionEncoder(clip_vision))


def test_stock_encoders_behave(stock):
    assert (stock.encoder.patch, stock.encoder.side) == (PATCHES[stock.kind], SIDES[stock.kind])
    assert_is_well_behaved(stock.encoder)


def test_stock_features_are_in_place(stock):
    assert_features_are_in_place(stock.encoder)


def test_stock_features_are_those_of_transformers(stock):
    images = pictures(stock.encoder)
    margin = (0, 1, 0, 1) if stock.kind == "siglip" else (0, 0)  # pixels that fill no patch
    wanted = reference_features(stock.kind, stock.net, pad(images, margin))
    assert torch.allclose(stock.encoder.encode(images), wanted, atol=1e-4)


def test_stock_pictures_of_another_size_are_named(stock):
    side = stock.encoder.side
    with pytest.raises(ValueError, match=rf"images has shape .*expected \[N, 3, {side}, {side}\]"):
        stock.encoder.encode(torch.zeros(1, 3, side + 1, side))


def test_stock_memory_is_the_hosts(stock, encoders):
    mm = encoders.mm
    wanted = stock.encoder.encode(pictures(stock.encoder, 1))
    assert any(loaded.model is stock.encoder._patcher for loaded in mm.current_loaded_models)
    mm.unload_all_models()
    assert torch.equal(stock.encoder.encode(pictures(stock.encoder, 1)), wanted)


NAMES = {
    "clip_vision_config_vitl.json": ("CLIP vision (ViT-L/14, 224 px)", 14, 224),
    "clip_vision_config_vitl_336.json": ("CLIP vision (ViT-L/14, 336 px)", 14, 336),
    "clip_vision_config_h.json": ("CLIP vision (ViT-H/14, 224 px)", 14, 224),
    "clip_vision_config_g.json": ("CLIP vision (ViT-bigG/14, 224 px)", 14, 224),
    "clip_vision_siglip_384.json": ("CLIP vision (SigLIP ViT-SO400M/14, 378 px)", 14, 378),
    "clip_vision_siglip_512.json": ("CLIP vision (SigLIP ViT-SO400M/16, 512 px)", 16, 512),
    "clip_vision_siglip2_base_naflex.json": ("CLIP vision (SigLIP ViT-SO400M/16, 256 px)", 16, 256),
    "image_encoders/dino2_large.json": ("CLIP vision (DINOv2 ViT-L/14, 518 px)", 14, 518),
    "image_encoders/dino2_giant.json": ("CLIP vision (DINOv2 ViT-g/14, 518 px)", 14, 518),
}
DESCRIBED_BY_ALL = 8  # of these, by ComfyUI 0.3.75


def test_every_model_that_the_host_describes(encoders):
    """The nets in full size; their memory is never touched. A newer host describes more of them."""
    import comfy.clip_vision

    folder = Path(comfy.clip_vision.__file__).parent
    described = [config for config in NAMES if (folder / config).exists()]
    assert len(described) >= DESCRIBED_BY_ALL
    for config in described:
        encoder = encoders.ClipVisionEncoder(comfy.clip_vision.ClipVisionModel(str(folder / config)))
        assert (encoder.name, encoder.patch, encoder.side) == NAMES[config]


def test_models_of_a_size_that_no_file_describes(encoders, tmp_path):
    """On a newer host SigLIP2 and DINOv3 too.

    SigLIP2 takes any size and embeds by a linear layer; DINOv3 has register tokens and no intermediate state.
    """
    import comfy.clip_vision

    kinds = ("clip_vision_model", "siglip2_vision_model", "dinov3")
    known = [kind for kind in kinds if kind in comfy.clip_vision.IMAGE_ENCODERS]
    assert known[0] == kinds[0]
    for kind in known:
        config = tmp_path / f"{kind}.json"
        config.write_text(json.dumps(small_config(kind)))
        clip_vision = comfy.clip_vision.ClipVisionModel(str(config))
        torch.manual_seed(0)
        for name, weight in clip_vision.model.named_parameters():
            is_norm = "norm" in name and name.endswith("weight")
            weight.data.normal_(1.0 if is_norm else 0.0, 0.1)
        encoder = encoders.ClipVisionEncoder(clip_vision)
        assert (encoder.patch, encoder.side) == (16, 64), kind
        assert_is_well_behaved(encoder)
        assert_features_are_in_place(encoder)


def small_config(kind: str) -> dict[str, Any]:
    shared: dict[str, Any] = {
        "model_type": kind,
        "hidden_size": 32,
        "intermediate_size": 64,
        "num_hidden_layers": 2,
        "patch_size": 16,
    }
    shared |= {"num_attention_heads": 2, "num_channels": 3, "layer_norm_eps": 1e-5}
    if kind == "dinov3":
        extra = {"image_size": 64, "num_register_tokens": 4, "rope_theta": 100.0, "mlp_bias": True}
        return shared | extra | {"use_gated_mlp": True, "hidden_act": "silu"}
    if kind == "clip_vision_model":
        return shared | {"image_size": 64, "projection_dim": 32, "hidden_act": "quick_gelu"}
    return shared | {"image_size": -1, "num_patches": 16, "hidden_act": "gelu_pytorch_tanh"}


@pytest.mark.slow
def test_clip_l_in_full_size(encoders, tmp_path):
    """The untouched host takes a file with the shapes of CLIP-L (0.6 GB) for one."""
    import comfy.clip_vision

    described = Path(comfy.clip_vision.__file__).with_name("clip_vision_config_vitl.json")
    shapes = comfy.clip_vision.ClipVisionModel(str(described)).model.state_dict()
    generator = torch.Generator().manual_seed(1)
    state = {key: torch.empty(value.shape, dtype=torch.float16) for key, value in shapes.items()}
    for key, value in state.items():
        value.uniform_(-0.03, 0.03, generator=generator).add_(1.0 if "norm" in key and "weight" in key else 0.0)
    save_file(state, tmp_path / "clip_l.safetensors")
    encoder = encoders.ClipVisionEncoder(comfy.clip_vision.load(str(tmp_path / "clip_l.safetensors")))
    (tmp_path / "clip_l.safetensors").unlink()
    assert encoder.name == "CLIP vision (ViT-L/14, 224 px)"
    assert encoder.encode(pictures(encoder)).shape == (2, 1024, 16, 16)
    assert_features_are_in_place(encoder)
    encoders.mm.unload_all_models()


def test_an_object_that_is_no_clip_vision(encoders):
    with pytest.raises(ValueError, match="clip_vision is a str; connect the output of Load CLIP Vision"):
        encoders.ClipVisionEncoder("clip")
    hollow = SimpleNamespace(model=torch.nn.Identity(), patcher=object(), image_mean=[0], image_std=[1])
    with pytest.raises(ValueError, match="clip_vision holds a Identity without patches"):
        encoders.ClipVisionEncoder(hollow)


@settings(max_examples=30, deadline=None)
@given(grid=st.integers(1, 9), prefix=st.integers(0, 16), channels=st.integers(1, 4))
def test_tokens_go_to_their_places(pack, grid, prefix, channels):
    module = sys.modules[pack.__name__ + ".nodes.models.vision_encoders"]
    tokens = torch.rand(2, prefix + grid**2, channels)
    made = module.tokens_to_map(tokens, grid, "x")
    for row in range(grid):
        for column in range(grid):
            assert torch.equal(made[:, :, row, column], tokens[:, prefix + row * grid + column])


@pytest.mark.parametrize("count", [1, 255, 256 + 17, 289])
def test_tokens_that_fit_no_grid_are_named(encoders, count):
    with pytest.raises(ValueError, match=f"the net gave {count} tokens; expected 16 x 16, and up to 16 before them"):
        encoders.tokens_to_map(torch.zeros(1, count, 8), 16, "the net")
