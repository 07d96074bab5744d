"""Vision encoders: the host's CLIP_VISION and timm models give each feature at its place, or say what does not fit."""

from __future__ import annotations

import importlib
import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import host_in_process
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import load_file, save_file
from tiny_vision import (
    PATCHES,
    SIDES,
    reference_features,
    reference_net,
    save_clip_vision,
    save_timm,
    use_configs,
)
from torch import Tensor
from torch.nn.functional import pad

pytestmark = pytest.mark.host
KINDS = list(SIDES)
VIT, CONVNET = "test_vit", "test_efficientnet"
CLASS = "SoftFocusLoadVisionEncoder"


@pytest.fixture
def encoders(pack: Any) -> Any:
    return importlib.import_module(pack.__name__ + ".nodes.vision_encoders")


@pytest.fixture
def timm_model(pack: Any) -> Any:
    return importlib.import_module(pack.__name__ + ".nodes.timm_model")


@pytest.fixture
def loader(pack: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The node's module with an empty models/vision_encoders of its own, and no way to a network."""
    module = importlib.import_module(pack.__name__ + ".nodes.load_vision_encoder")
    (tmp_path / "vision_encoders").mkdir()
    monkeypatch.setattr(module.folder_paths, "models_dir", str(tmp_path))
    monkeypatch.delitem(module.folder_paths.folder_names_and_paths, "vision_encoders", raising=False)

    def no_network(*arguments: Any, **options: Any) -> None:
        raise AssertionError("a connection was asked for")

    monkeypatch.setattr(socket.socket, "connect", no_network)
    monkeypatch.setattr(socket, "getaddrinfo", no_network)
    yield module
    module.folder_paths.folder_names_and_paths.pop("vision_encoders", None)


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    return tmp_path / "vision_encoders" / "mine.safetensors"


def execute(loader: Any, model_name: str, weights: str) -> Any:
    """Run the node as the executor does."""
    with torch.inference_mode():
        return loader.LoadVisionEncoder.PREPARE_CLASS_CLONE({}).execute(model_name=model_name, weights=weights)


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
    module = importlib.import_module(pack.__name__ + ".nodes.vision_encoders")
    return SimpleNamespace(kind=request.param, net=net, encoder=module.ClipVisionEncoder(clip_vision))


def pictures(encoder: Any, count: int = 2) -> Tensor:
    generator = torch.Generator().manual_seed(2)
    return torch.rand(count, 3, encoder.side, encoder.side, generator=generator)


def change_maps(encoder: Any, cells: list[tuple[int, int]]) -> Tensor:
    """[len(cells), rows, columns]: how far a bright square over each of the cells moves the features of a picture."""
    patch = encoder.patch
    grey = 0.2 + 0.2 * pictures(encoder, 1)
    bright = grey.repeat(len(cells), 1, 1, 1)
    for picture, (row, column) in zip(bright, cells, strict=True):
        picture[:, row * patch : (row + 1) * patch, column * patch : (column + 1) * patch] = 1
    return (encoder.encode(bright) - encoder.encode(grey)).norm(dim=1)


def assert_features_are_in_place(encoder: Any) -> None:
    """A bright square over one cell changes the feature of that cell most."""
    grid = encoder.side // encoder.patch
    cells = [(0, 0), (0, grid - 1), (grid - 1, 0), (1, grid - 2), (grid - 2, grid // 2)]
    assert [divmod(int(change.argmax()), grid) for change in change_maps(encoder, cells)] == cells


def assert_features_are_near(encoder: Any) -> None:
    """The same for convolutions, which look beyond the cell and half a cell aside: by the middle of the change."""
    steps = torch.arange(encoder.side // encoder.patch).float()
    cells = [(3, 3), (3, 6), (6, 3), (4, 6)]
    for change, cell in zip(change_maps(encoder, cells), cells, strict=True):
        weight = change.square() / change.square().sum()
        middle = torch.stack([(weight.sum(1) * steps).sum(), (weight.sum(0) * steps).sum()])
        assert (middle - torch.tensor(cell)).abs().max() < 0.75


def assert_is_well_behaved(encoder: Any) -> None:
    """Shape, dtype, finite values; frame k of a batch is frame k alone; the pictures stay as they are."""
    images = pictures(encoder)
    before = images.clone()
    features = encoder.encode(images)
    grid = encoder.side // encoder.patch
    assert encoder.side % encoder.patch == 0
    assert features.shape[0] == 2 and features.shape[-2:] == (grid, grid)
    assert features.dtype == torch.float32 and features.is_contiguous() and not features.requires_grad
    assert torch.isfinite(features).all() and features.std() > 1e-4
    assert torch.equal(images, before)
    scale = features.std()
    for index in range(2):
        alone = encoder.encode(images[index : index + 1])
        assert torch.allclose(features[index : index + 1] / scale, alone / scale, atol=1e-4)


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


@pytest.mark.parametrize("config", NAMES)
def test_every_model_that_the_host_describes(encoders, config):
    """The nets in full size; their memory is never touched."""
    import comfy.clip_vision

    path = Path(comfy.clip_vision.__file__).parent / config
    if not path.exists():
        pytest.skip("newer than this host")
    encoder = encoders.ClipVisionEncoder(comfy.clip_vision.ClipVisionModel(str(path)))
    assert (encoder.name, encoder.patch, encoder.side) == NAMES[config]


@pytest.mark.parametrize("kind", ["siglip2_vision_model", "dinov3"])
def test_models_of_newer_hosts(encoders, kind):
    """SigLIP2 takes any size and embeds by a linear layer; DINOv3 has register tokens and no intermediate state."""
    import comfy.clip_vision

    config = newer_config(kind)
    if kind not in comfy.clip_vision.IMAGE_ENCODERS:
        pytest.skip("newer than this host")
    clip_vision = comfy.clip_vision.ClipVisionModel(config)
    torch.manual_seed(0)
    for name, weight in clip_vision.model.named_parameters():
        is_norm = "norm" in name and name.endswith("weight")
        weight.data.normal_(1.0 if is_norm else 0.0, 0.1)
    encoder = encoders.ClipVisionEncoder(clip_vision)
    assert (encoder.patch, encoder.side) == (16, 64)
    assert_is_well_behaved(encoder)
    assert_features_are_in_place(encoder)


def newer_config(kind: str) -> dict[str, Any]:
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
    module = sys.modules[pack.__name__ + ".nodes.vision_encoders"]
    tokens = torch.rand(2, prefix + grid**2, channels)
    made = module.tokens_to_map(tokens, grid, "x")
    for row in range(grid):
        for column in range(grid):
            assert torch.equal(made[:, :, row, column], tokens[:, prefix + row * grid + column])


@pytest.mark.parametrize("count", [1, 255, 256 + 17, 289])
def test_tokens_that_fit_no_grid_are_named(encoders, count):
    with pytest.raises(ValueError, match=f"the net gave {count} tokens; expected 16 x 16, and up to 16 before them"):
        encoders.tokens_to_map(torch.zeros(1, count, 8), 16, "the net")


@pytest.mark.parametrize("model_name", [VIT, VIT + ".r160_in1k", CONVNET, "test_convnext", "test_resnet"])
def test_timm_models_through_the_node(loader, weights, model_name):
    save_timm(weights, model_name.split(".")[0])
    result = execute(loader, f" {model_name}", weights.name)
    (encoder,) = result.args
    assert encoder.name == f"timm {model_name} with mine.safetensors"
    assert (encoder.patch, encoder.side) == (16, 160)
    assert result.ui["text"] == (f"{encoder.name}: 10 x 10 features, one each 16 px, from 160 px.",)
    assert_is_well_behaved(encoder)
    (assert_features_are_in_place if VIT in model_name else assert_features_are_near)(encoder)


def test_timm_vit_gives_what_its_weights_give(loader, weights):
    net = save_timm(weights, VIT, num_classes=7)
    assert any(key.startswith("head.") for key in load_file(weights))  # a classifier, which is not needed
    (encoder,) = execute(loader, VIT, weights.name).args
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


def test_timm_memory_is_the_hosts(loader, encoders, weights):
    save_timm(weights, VIT)
    (encoder,) = execute(loader, VIT, weights.name).args
    images = pictures(encoder)
    wanted = encoder.encode(images)
    assert any(loaded.model is encoder._patcher for loaded in encoders.mm.current_loaded_models)
    encoders.mm.unload_all_models()
    with torch.inference_mode():
        assert torch.equal(encoder.encode(images), wanted)
    assert not encoder._patcher.model.training


def test_timm_runs_in_half_precision_where_the_host_says_so(loader, encoders, weights, monkeypatch):
    save_timm(weights, VIT)
    (full,) = execute(loader, VIT, weights.name).args
    monkeypatch.setattr(encoders.mm, "should_use_fp16", lambda device=None, **options: True)
    (half,) = execute(loader, VIT, weights.name).args
    assert {weight.dtype for weight in half._patcher.model.parameters()} == {torch.float16}
    got, wanted = half.encode(pictures(half)), full.encode(pictures(full))
    assert got.dtype == torch.float32
    for encoder in (half, full):  # weights made in inference mode could not be moved outside of it
        assert not any(weight.is_inference() for weight in encoder._patcher.model.parameters())
    assert 0 < (got - wanted).abs().max() < 0.05 * wanted.std()


def test_newer_hosts_patcher_is_taken_when_there_is_one(loader, encoders, weights, monkeypatch):
    class Patcher(encoders.comfy.model_patcher.ModelPatcher):  # type: ignore[name-defined]
        pass

    monkeypatch.setattr(encoders.comfy.model_patcher, "CoreModelPatcher", Patcher, raising=False)
    save_timm(weights, VIT)
    assert isinstance(execute(loader, VIT, weights.name).args[0]._patcher, Patcher)


def test_only_safetensors_are_listed(loader, weights, tmp_path):
    for name in ("a.safetensors", "B.SAFETENSORS", "c.sft", "d.bin", "e.pt", "put_here"):
        (weights.parent / name).write_bytes(b"")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "mine.safetensors").write_bytes(b"")
    loader.folder_paths.add_model_folder_path("vision_encoders", str(elsewhere))
    assert loader.weight_files() == ["B.SAFETENSORS", "a.safetensors", "c.sft", "mine.safetensors"]
    (combo,) = [each for each in loader.LoadVisionEncoder.define_schema().inputs if each.id == "weights"]
    assert combo.options == ["none", *loader.weight_files()] and combo.default == "none"


def test_no_weights_chosen(loader):
    with pytest.raises(ValueError, match=r"weights is none: put the weights of test_vit .* into models/vision_encode"):
        execute(loader, VIT, "none")


def test_weights_that_are_gone(loader, weights):
    save_timm(weights, VIT)
    for name in ("gone.safetensors", "../vision_encoders/mine.safetensors"):
        with pytest.raises(ValueError, match="is not there; found: mine.safetensors"):
            execute(loader, VIT, name)


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
def test_unknown_model_name(loader, weights, wrong, close):
    save_timm(weights, VIT)
    with pytest.raises(ValueError, match=f"model_name is '{wrong}', which timm .* does not know; .*{close}"):
        execute(loader, wrong, weights.name)


def test_default_model_is_known_to_timm(loader, timm_model):
    import timm

    timm_model._check_name(timm, loader.DEFAULT_MODEL)


def test_weights_of_another_model(loader, weights):
    save_timm(weights, CONVNET)
    with pytest.raises(ValueError) as error:
        execute(loader, VIT, weights.name)
    text = str(error.value)
    assert text.startswith("model_name test_vit and weights mine.safetensors do not belong together: ")
    assert "missing (such as cls_token)" in text and "unexpected (such as " in text


def test_each_kind_of_fault_is_counted_with_an_example(loader, weights):
    save_timm(weights, VIT)
    state = load_file(weights)
    del state["norm.weight"], state["norm.bias"]
    state["pos_embed"] = torch.zeros(1, 50, 64)
    state |= {"head.weight": torch.zeros(1), "x.y": torch.zeros(1)}
    save_file(state, weights)
    with pytest.raises(ValueError) as error:
        execute(loader, VIT, weights.name)
    wanted = "2 missing (such as norm.weight); 1 unexpected (such as x.y); 1 of another shape "
    assert wanted + "(such as pos_embed, [1, 50, 64] in the file and [1, 101, 64] in the model)" in str(error.value)


@pytest.mark.parametrize("size", [0, 7, 2000])
def test_truncated_weights(loader, weights, size):
    save_timm(weights, VIT)
    weights.write_bytes(weights.read_bytes()[:size])
    with pytest.raises(ValueError, match=r"mine.safetensors cannot be read as safetensors"):
        execute(loader, VIT, weights.name)


@pytest.mark.parametrize("missing", ["timm", "torchvision"])
def test_without_timm_or_torchvision(loader, weights, monkeypatch, missing):
    save_timm(weights, VIT)
    for name in [name for name in sys.modules if name.split(".")[0] == "timm"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(ValueError, match=rf"needs the Python package timm \(with torchvision\), .*{missing}"):
        execute(loader, VIT, weights.name)


def test_nothing_happens_at_import():
    """Importing the nodes registers no folder and imports no timm."""
    host_in_process.comfyui_dir()
    code = (
        "import host_in_process, sys; pack = host_in_process.load_pack(); import folder_paths\n"
        "assert 'vision_encoders' not in folder_paths.folder_names_and_paths\n"
        "assert 'timm' not in sys.modules\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(host_in_process.ROOT / "tests")}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_node_is_recorded_as_one_without_a_picture(loader):
    """The contract test calls every other node with a picture."""
    from cases import CASES, WITHOUT_PICTURE

    golden = json.loads(Path(__file__).with_name("schema.json").read_text())
    assert CLASS in WITHOUT_PICTURE and not WITHOUT_PICTURE & set(CASES)
    assert not any(each["type"] == "IMAGE" for each in golden[CLASS]["inputs"])
