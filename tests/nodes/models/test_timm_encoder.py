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
from safetensors.torch import load_file, save_file, save_model
from torch import Tensor, nn
from torch.nn import Conv2d

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
    text, *guessed = result.ui["text"][0].split("\n")
    assert text == f"{encoder.name}: 10 x 10 features, one each 16 px, from 160 px."
    taken = f"Mean, std and size are those of {model_name}.r160_in1k."
    assert guessed == ([] if "." in model_name else [taken])
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


@pytest.mark.parametrize("model_name", ["levit_128s", "repvit_m0_9", "shvit_s1"])
def test_a_classifier_with_a_norm_of_its_own_may_be_in_the_file(encoder_loader, weights, model_name):
    """It has parts beside those that timm names as its layers."""
    save_timm(weights, model_name)
    named = timm_names_of_classifier(model_name)
    without = set(timm_state(model_name, num_classes=0))
    beside = [key for key in load_file(weights) if key not in without and not key.startswith(named)]
    assert beside
    (encoder,) = execute(encoder_loader, model_name, weights.name).args
    assert encoder.encode(pictures(encoder, 1)).shape[-2:] == (14, 14)
    state = load_file(weights)
    save_file({key: value for key, value in state.items() if key in without}, weights)
    execute(encoder_loader, model_name, weights.name)  # nor need it be there
    save_file({**state, beside[0] + "x": torch.zeros(1)}, weights)
    with pytest.raises(ValueError, match=rf"do not belong together: 1 unexpected \(such as {beside[0]}x\)"):
        execute(encoder_loader, model_name, weights.name)


def timm_state(model_name: str, **options: Any) -> dict[str, Tensor]:
    import timm

    with torch.device("meta"):
        state: dict[str, Tensor] = timm.create_model(model_name, **options).state_dict()
    return state


def timm_names_of_classifier(model_name: str) -> tuple[str, ...]:
    import timm

    named = timm.models.get_pretrained_cfg(model_name).classifier
    return tuple(f"{name}." for name in ([named] if isinstance(named, str) else named))


def test_buffers_that_older_timm_saved_may_be_in_the_file(encoder_loader, weights):
    """timm 0.9.2 wrote Swin's relative_position_index; the model of today computes it."""
    name = "swin_tiny_patch4_window7_224"
    net = save_timm(weights, name)
    (today,) = execute(encoder_loader, name, weights.name).args
    wanted = today.encode(pictures(today, 1))
    state = load_file(weights)
    computed = {key: value.contiguous() for key, value in net.named_buffers() if key not in state}
    assert any(key.endswith("relative_position_index") for key in computed)
    save_file({**state, **computed}, weights)
    (older,) = execute(encoder_loader, name, weights.name).args
    assert torch.equal(older.encode(pictures(older, 1)), wanted)


def test_a_tensor_with_several_names_may_be_in_the_file_once(encoder_loader, weights):
    """As safetensors saves models that share layers, such as CoaT, whose blocks have one position encoding."""
    import timm

    name = "coat_tiny"
    torch.manual_seed(5)
    net = timm.create_model(name)
    weights.parent.mkdir(parents=True, exist_ok=True)
    save_file({key: value.clone() for key, value in net.state_dict().items()}, weights)
    (whole,) = execute(encoder_loader, name, weights.name).args
    wanted = whole.encode(pictures(whole, 1))
    save_model(net, str(weights))
    once = load_file(weights)
    assert len(once) < len(net.state_dict())
    (short,) = execute(encoder_loader, name, weights.name).args
    assert torch.equal(short.encode(pictures(short, 1)), wanted)
    gone = next(key for key in once if key.startswith("serial_blocks1.0.cpe") or key.startswith("cpe1"))
    del once[gone]
    save_file(once, weights)
    with pytest.raises(ValueError, match=r"do not belong together: \d+ missing"):
        execute(encoder_loader, name, weights.name)


@pytest.mark.parametrize(
    "model_name, taken, others",
    [
        ("vit_base_patch16_224", "augreg2_in21k_ft_in1k", {"dino", "mae"}),
        ("vit_small_patch14_dinov2", "lvd142m", set()),
        ("resnet18", "a1_in1k", {"a3_in1k"}),
    ],
)
def test_what_a_name_without_tag_takes_is_said(timm_model, model_name, taken, others):
    note = timm_model.tag_note(model_name)
    assert note.startswith(f"Mean, std and size are those of {model_name}.{taken}.")
    said = set(note.partition("yours are of ")[2].rstrip(".").split(", ")) - {""}
    assert others <= said and bool(said) == bool(others)
    assert timm_model.tag_note(f"{model_name}.{taken}") == "" == timm_model.tag_note("no_such_model")


def test_tags_that_differ_are_named_for_every_name(timm_model):
    import timm
    from timm.models import get_pretrained_cfg

    for model_name in {name.partition(".")[0] for name in timm.list_pretrained("vit_*")}:
        said = timm_model.tag_note(model_name).partition("yours are of ")[2].rstrip(".").split(", ")
        default = get_pretrained_cfg(model_name)
        for name in timm.list_pretrained(f"{model_name}.*"):
            other = get_pretrained_cfg(name)
            same = all(
                list(getattr(other, key)) == list(getattr(default, key)) for key in ("mean", "std", "input_size")
            )
            assert (name.partition(".")[2] in said) is not same


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


def test_timm_model_whose_strides_are_not_as_declared(encoders, timm_model, monkeypatch):
    net = vit_of_45_px()
    for stage in net.feature_info:
        stage["reduction"] = 10
    monkeypatch.setattr(encoders, "create_timm_model", lambda *arguments: net)
    with pytest.raises(ValueError, match="model_name x gives 5 x 5 features from 45 px, not one each 10 px"):
        encoders.TimmEncoder("x", Path("x.safetensors"))
    monkeypatch.setattr(timm_model, "grid_of", lambda *arguments: None)  # shapes that ask for values
    encoder = encoders.TimmEncoder("x", Path("x.safetensors"))
    with pytest.raises(ValueError, match=r"timm x with x.safetensors gave features of \(5, 5\); expected 4 x 4"):
        encoder.encode(pictures(encoder))


def test_convolutions_without_padding_are_refused_at_loading(encoder_loader, weights):
    save_timm(weights, "inception_v3")
    with pytest.raises(
        ValueError, match="model_name inception_v3 gives 16 x 16 features from 288 px, not one each 16 px"
    ):
        execute(encoder_loader, "inception_v3", weights.name)


class AsksForValues(nn.Module):
    def forward(self, pixels: Tensor) -> Tensor:
        return pixels if float(pixels.mean()) > 0 else -pixels


def test_grid_by_shapes_alone(timm_model):
    strided = Conv2d(3, 2, 4, stride=4)
    before = strided.weight.clone()
    assert timm_model.grid_of(strided, 30) == (7, 7)
    assert torch.equal(strided.weight, before)
    assert timm_model.grid_of(AsksForValues(), 30) is None


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
