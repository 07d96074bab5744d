"""Loading the user's ViTMatte folder: from its own files only, or a sentence that says what to put where."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch

from testing import host_in_process
from testing.nets.tiny_vitmatte import save_vitmatte, tiny_vitmatte

pytestmark = pytest.mark.host


@pytest.fixture
def loader(vitmatte_loader) -> Any:
    """The loading module as the other tests have it, with no model kept from before."""
    vitmatte_loader._read.cache_clear()
    yield vitmatte_loader
    vitmatte_loader._read.cache_clear()


@pytest.fixture
def folder(tmp_path) -> Path:
    return save_vitmatte(tmp_path / "vitmatte" / "small")


def test_folders_are_listed_by_name(loader, tmp_path, folder):
    (tmp_path / "vitmatte" / "empty").mkdir()
    assert loader.model_folders() == {"small": folder}
    save_vitmatte(tmp_path / "vitmatte" / "base")
    assert list(loader.model_folders()) == ["base", "small"]
    (tmp_path / "vitmatte" / "config.json").write_text("{}")
    assert list(loader.model_folders()) == [".", "base", "small"]
    import folder_paths

    assert folder_paths.get_folder_paths("vitmatte") == [str(tmp_path / "vitmatte")]


def test_folders_of_the_users_own_paths_count(loader, tmp_path):
    elsewhere = save_vitmatte(tmp_path / "elsewhere" / "mine")
    import folder_paths

    folder_paths.add_model_folder_path("vitmatte", str(elsewhere.parent))
    assert loader.model_folders() == {"mine": elsewhere}


@pytest.mark.parametrize("name", ["small", ""])
def test_model_gives_what_its_weights_give(loader, folder, name):
    pixels = torch.rand(1, 4, 64, 96)
    with torch.inference_mode():
        net = loader.load_vitmatte(name)
        net.load()
        got, wanted = net(pixels), tiny_vitmatte()(pixels).alphas
    assert torch.allclose(got, wanted, atol=1e-6)
    assert not net.patcher.model.training
    assert not any(weight.requires_grad for weight in net.patcher.model.parameters())
    assert loader.load_vitmatte(name) is net


def test_half_precision_weights_run_in_float32(loader, tmp_path):
    tiny_vitmatte().half().save_pretrained(tmp_path / "vitmatte" / "half")
    net = loader.load_vitmatte("half")
    net.load()
    assert net(torch.rand(1, 4, 32, 32)).dtype == torch.float32


def test_memory_is_the_hosts(loader, folder, monkeypatch):
    """The weights join the host's loaded models, and come back after the host has unloaded them."""
    import comfy.model_management as mm

    net = loader.load_vitmatte("small")
    net.load()
    assert any(loaded.model is net.patcher for loaded in mm.current_loaded_models)
    mm.unload_all_models()
    net.load()
    assert net(torch.rand(1, 4, 32, 32)).shape == (1, 1, 32, 32)


def test_newer_hosts_patcher_is_taken_when_there_is_one(loader, folder, monkeypatch):
    import comfy.model_patcher

    class Patcher(comfy.model_patcher.ModelPatcher):
        pass

    monkeypatch.setattr(comfy.model_patcher, "CoreModelPatcher", Patcher, raising=False)
    assert isinstance(loader.load_vitmatte("small").patcher, Patcher)


def test_no_folder(loader):
    with pytest.raises(ValueError, match=r"models/vitmatte/ has none: make a folder .*config.json and model.safetens"):
        loader.load_vitmatte("")


def test_unknown_name(loader, folder):
    with pytest.raises(ValueError, match="models/vitmatte/large is not there; found: small"):
        loader.load_vitmatte("large")


def test_weights_in_another_format_are_not_opened(loader, folder):
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    with pytest.raises(ValueError, match="has no model.safetensors, and other weight formats are not opened"):
        loader.load_vitmatte("small")


@pytest.mark.parametrize(
    "change, message",
    [
        ({"model_type": "vit"}, "does not describe a ViTMatte model"),
        ({"use_pretrained_backbone": True}, "asks for a downloaded backbone"),
        ({"hidden_size": 24}, "cannot be read"),
    ],
)
def test_config_of_another_model(loader, folder, change, message):
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, **change}))
    with pytest.raises(ValueError, match=message):
        loader.load_vitmatte("small")


def test_config_that_is_no_json(loader, folder):
    (folder / "config.json").write_text("[")
    with pytest.raises(ValueError, match="config.json cannot be read"):
        loader.load_vitmatte("small")


def test_truncated_weights(loader, folder):
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:2000])
    with pytest.raises(ValueError, match="small cannot be read"):
        loader.load_vitmatte("small")


def test_weights_of_another_net(loader, folder):
    from safetensors.torch import save_file

    save_file({"x": torch.zeros(2)}, folder / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(ValueError, match="lacks .* of the model's weights"):
        loader.load_vitmatte("small")


def test_without_transformers(loader, folder, monkeypatch):
    monkeypatch.setitem(sys.modules, "transformers", None)
    with pytest.raises(ValueError, match="needs the Python package transformers"):
        loader.load_vitmatte("small")


def test_nothing_happens_at_import():
    """Importing the nodes registers no folder and makes no model."""
    host_in_process.comfyui_dir()
    code = (
        "import importlib, sys\n"
        "from testing import host_in_process; pack = host_in_process.load_pack(); import folder_paths\n"
        "module = importlib.import_module(pack.__name__ + '.nodes.models.vitmatte_model')\n"
        "assert 'vitmatte' not in folder_paths.folder_names_and_paths\n"
        "assert module._read.cache_info().currsize == 0\n"
        "assert 'transformers.models.vitmatte.modeling_vitmatte' not in sys.modules\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(host_in_process.ROOT)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
