"""timm models as vision encoders, through the node that loads them: right features, or what does not fit."""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from encoder_checks import assert_features_are_in_place, assert_features_are_near, assert_is_well_behaved, pictures
from safetensors.torch import load_file, save_file

from testing import host_in_process
from testing.nets.tiny_vision import save_timm

pytestmark = pytest.mark.host
VIT, CONVNET = "test_vit", "test_efficientnet"
CLASS = "SoftFocusLoadVisionEncoder"


@pytest.fixture
def encoders(pack: Any) -> Any:
    return importlib.import_module(pack.__name__ + ".nodes.models.vision_encoders")


@pytest.fixture
def timm_model(pack: Any) -> Any:
    return importlib.import_module(pack.__name__ + ".nodes.models.timm_model")


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    return tmp_path / "vision_encoders" / "mine.safetensors"


def execute(encoder_loader: Any, model_name: str, weights: str) -> Any:
    return host_in_process.run_node(encoder_loader.LoadVisionEncoder, model_name=model_name, weights=weights)


@pytest.mark.parametrize("model_name", [VIT, VIT + ".r160_in1k", CONVNET, "test_convnext", "test_resnet"])
def test_timm_models_through_the_node(encoder_loader, weights, model_name):
    save_timm(weights, model_name.split(".")[0])
    result = execute(encoder_loader, f" {model_name}", weights.name)
    (encoder,) = result.args
    assert encoder.name == f"timm {model_name} with mine.safetensors"
    assert (encoder.patch, encoder.side) == (16, 160)
    assert result.ui["text"] == (f"{encoder.name}: 10 x 10 features, one each 16 px, from 160 px.",)
    assert_is_well_behaved(encoder)
    (assert_features_are_in_place if VIT in model_name else assert_features_are_near)(encoder)


def test_timm_vit_gives_what_its_weights_give(encoder_loader, weights):
    net = save_timm(weights, VIT, num_classes=7)
    assert any(key.startswith("head.") for key in load_file(weights))  # a classifier, which is not needed
    (encoder,) = execute(encoder_loader, VIT, weights.name).args
    images = pictures(encoder)
    mean, std = (torch.tensor(net.pretrained_cfg[key])[:, None, None] for key in ("mean", "std"))
    with torch.no_grad():
        wanted = net.forward_features((images - mean) / std)[:, 1:].reshape(2, 10, 10, 64).movedim(-1, 1)
    assert torch.allclose(encoder.encode(images), wanted, atol=1e-5)


@pytest.mark.parametrize(
    "strides, wanted",
    [
        ([2, 4, 8, 16, 32], (3, 16)),
        ([4, 8, 16, 16, 32], (3, 16)),
        ([14] * 12, (11, 14)),
        ([32] * 3, (2, 32)),
        ([8, 12, 24], (1, 12)),
        ([16, 32, 64], (0, 16)),
    ],
)
def test_last_stage_of_no_more_than_16_px(timm_model, strides, wanted):
    net = SimpleNamespace(feature_info=[{"reduction": stride} for stride in strides])
    assert timm_model.feature_stage(net) == wanted


def vit_of_45_px(*arguments: Any) -> Any:
    """A ViT of fixed size whose patches leave 5 px at the right and at the bottom, as SigLIP's leave 6 of 384."""
    from timm.models.vision_transformer import VisionTransformer

    torch.manual_seed(0)
    net = VisionTransformer(img_size=45, patch_size=8, embed_dim=32, depth=2, num_heads=2, num_classes=0)
    net.pretrained_cfg = {"input_size": (3, 45, 45), "fixed_input_size": True, "mean": [0.5] * 3, "std": [0.5] * 3}
    return net.train(False).requires_grad_(False)


def test_timm_model_whose_patches_do_not_fill_its_input(encoders, monkeypatch):
    monkeypatch.setattr(encoders, "create_timm_model", vit_of_45_px)
    encoder = encoders.TimmEncoder("x", Path("x.safetensors"))
    assert (encoder.patch, encoder.side) == (8, 40)
    assert_is_well_behaved(encoder)
    assert_features_are_in_place(encoder)


def test_timm_model_whose_strides_are_not_as_declared(encoders, monkeypatch):
    net = vit_of_45_px()
    for stage in net.feature_info:
        stage["reduction"] = 10
    monkeypatch.setattr(encoders, "create_timm_model", lambda *arguments: net)
    encoder = encoders.TimmEncoder("x", Path("x.safetensors"))
    with pytest.raises(ValueError, match=r"timm x with x.safetensors gave features of \(5, 5\); expected 4 x 4"):
        encoder.encode(pictures(encoder))


def test_timm_memory_is_the_hosts(encoder_loader, encoders, weights):
    save_timm(weights, VIT)
    (encoder,) = execute(encoder_loader, VIT, weights.name).args
    images = pictures(encoder)
    wanted = encoder.encode(images)
    assert any(loaded.model is encoder._patcher for loaded in encoders.mm.current_loaded_models)
    encoders.mm.unload_all_models()
    with torch.inference_mode():
        assert torch.equal(encoder.encode(images), wanted)
    assert not encoder._patcher.model.training


def test_timm_runs_in_half_precision_where_the_host_says_so(encoder_loader, encoders, weights, monkeypatch):
    save_timm(weights, VIT)
    (full,) = execute(encoder_loader, VIT, weights.name).args
    monkeypatch.setattr(encoders.mm, "should_use_fp16", lambda device=None, **options: True)
    (half,) = execute(encoder_loader, VIT, weights.name).args
    assert {weight.dtype for weight in half._patcher.model.parameters()} == {torch.float16}
    got, wanted = half.encode(pictures(half)), full.encode(pictures(full))
    assert got.dtype == torch.float32
    for encoder in (half, full):  # weights made in inference mode could not be moved outside of it
        assert not any(weight.is_inference() for weight in encoder._patcher.model.parameters())
    assert 0 < (got - wanted).abs().max() < 0.05 * wanted.std()


def test_newer_hosts_patcher_is_taken_when_there_is_one(encoder_loader, weights, monkeypatch):
    import comfy.model_patcher

    class Patcher(comfy.model_patcher.ModelPatcher):
        pass

    monkeypatch.setattr(comfy.model_patcher, "CoreModelPatcher", Patcher, raising=False)
    save_timm(weights, VIT)
    assert isinstance(execute(encoder_loader, VIT, weights.name).args[0]._patcher, Patcher)


def test_only_safetensors_are_listed(encoder_loader, weights, tmp_path):
    for name in ("a.safetensors", "B.SAFETENSORS", "c.sft", "d.bin", "e.pt", "put_here"):
        (weights.parent / name).write_bytes(b"")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "mine.safetensors").write_bytes(b"")
    import folder_paths

    folder_paths.add_model_folder_path("vision_encoders", str(elsewhere))
    assert encoder_loader.own_files("vision_encoders") == [
        "B.SAFETENSORS",
        "a.safetensors",
        "c.sft",
        "mine.safetensors",
    ]
    (combo,) = [each for each in encoder_loader.LoadVisionEncoder.define_schema().inputs if each.id == "weights"]
    assert combo.options == ["none", *encoder_loader.own_files("vision_encoders")] and combo.default == "none"


def test_no_weights_chosen(encoder_loader):
    with pytest.raises(ValueError, match=r"weights is none: put the weights of test_vit .* into models/vision_encode"):
        execute(encoder_loader, VIT, "none")


def test_weights_that_are_gone(encoder_loader, weights):
    save_timm(weights, VIT)
    for name in ("gone.safetensors", "../vision_encoders/mine.safetensors"):
        with pytest.raises(ValueError, match="is not there; found: mine.safetensors"):
            execute(encoder_loader, VIT, name)


@pytest.mark.parametrize(
    "wrong, close",
    [
        ("vit_smal_patch14_dinov2.lvd142m", "vit_small_patch14_dinov2.lvd142m"),
        ("vit_small_patch14_dinov2.lvd142", "vit_small_patch14_dinov2.lvd142m"),
        ("resnet_50", "resnet50"),
        ("hf-hub:timm/test_vit.r160_in1k", "test_vit.r160_in1k"),
        ("", "see timm.list_models"),
    ],
)
def test_unknown_model_name(encoder_loader, weights, wrong, close):
    save_timm(weights, VIT)
    with pytest.raises(ValueError, match=f"model_name is '{wrong}', which timm .* does not know; .*{close}"):
        execute(encoder_loader, wrong, weights.name)


def test_default_model_is_known_to_timm(encoder_loader, timm_model):
    import timm

    timm_model._check_name(timm, encoder_loader.DEFAULT_MODEL)


def test_weights_of_another_model(encoder_loader, weights):
    save_timm(weights, CONVNET)
    with pytest.raises(ValueError) as error:
        execute(encoder_loader, VIT, weights.name)
    text = str(error.value)
    assert text.startswith("model_name test_vit and weights mine.safetensors do not belong together: ")
    assert "missing (such as cls_token)" in text and "unexpected (such as " in text


def test_each_kind_of_fault_is_counted_with_an_example(encoder_loader, weights):
    save_timm(weights, VIT)
    state = load_file(weights)
    del state["norm.weight"], state["norm.bias"]
    state["pos_embed"] = torch.zeros(1, 50, 64)
    state |= {"head.weight": torch.zeros(1), "x.y": torch.zeros(1)}
    save_file(state, weights)
    with pytest.raises(ValueError) as error:
        execute(encoder_loader, VIT, weights.name)
    wanted = "2 missing (such as norm.weight); 1 unexpected (such as x.y); 1 of another shape "
    assert wanted + "(such as pos_embed, [1, 50, 64] in the file and [1, 101, 64] in the model)" in str(error.value)


@pytest.mark.parametrize("size", [0, 7, 2000])
def test_truncated_weights(encoder_loader, weights, size):
    save_timm(weights, VIT)
    weights.write_bytes(weights.read_bytes()[:size])
    with pytest.raises(ValueError, match=r"mine.safetensors cannot be read as safetensors"):
        execute(encoder_loader, VIT, weights.name)


@pytest.mark.parametrize("missing", ["timm", "torchvision"])
def test_without_timm_or_torchvision(encoder_loader, weights, monkeypatch, missing):
    save_timm(weights, VIT)
    for name in [name for name in sys.modules if name.split(".")[0] == "timm"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(ValueError, match=rf"needs the Python package timm \(with torchvision\), .*{missing}"):
        execute(encoder_loader, VIT, weights.name)


def test_nothing_happens_at_import():
    """Importing the nodes registers no folder and imports no timm."""
    host_in_process.comfyui_dir()
    code = (
        "import sys\n"
        "from testing import host_in_process; pack = host_in_process.load_pack(); import folder_paths\n"
        "assert 'vision_encoders' not in folder_paths.folder_names_and_paths\n"
        "assert 'timm' not in sys.modules\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(host_in_process.ROOT)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_node_is_recorded_as_one_without_a_picture(encoder_loader):
    """The contract test calls every other node with a picture."""
    from testing.cases import CASES, WITHOUT_PICTURE

    golden = json.loads((Path(__file__).resolve().parent.parent / "schema.json").read_text())
    assert CLASS in WITHOUT_PICTURE and not WITHOUT_PICTURE & set(CASES)
    assert not any(each["type"] == "IMAGE" for each in golden[CLASS]["inputs"])
