"""Fixtures of the node tests."""

from __future__ import annotations

import importlib
import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from torch import Tensor

from testing.cases import CASES
from testing.host_in_process import run_node
from testing.nets import tiny_clip
from testing.pictures import make_picture


@contextmanager
def models_folder(category: str, root: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """`root` as the host's models folder, with nothing known of `category` before and after; no way to a network."""

    import folder_paths

    def no_network(*arguments: Any, **options: Any) -> None:
        raise AssertionError("a connection was asked for")

    monkeypatch.setattr(socket.socket, "connect", no_network)
    monkeypatch.setattr(socket, "getaddrinfo", no_network)
    (root / category).mkdir()
    monkeypatch.setattr(folder_paths, "models_dir", str(root))
    known = (folder_paths.folder_names_and_paths, folder_paths.filename_list_cache)
    for each in known:
        monkeypatch.delitem(each, category, raising=False)
    yield
    for each in known:
        each.pop(category, None)


@pytest.fixture
def vitmatte_loader(pack: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The module that loads ViTMatte, with an empty models folder of its own."""
    module = importlib.import_module(pack.__name__ + ".nodes.models.vitmatte_model")
    with models_folder("vitmatte", tmp_path, monkeypatch):
        yield module


@pytest.fixture
def encoder_loader(pack: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The module of Load Vision Encoder, with an empty models folder of its own."""
    module = importlib.import_module(pack.__name__ + ".nodes.load_vision_encoder")
    with models_folder("vision_encoders", tmp_path, monkeypatch):
        yield module


@pytest.fixture(scope="module")
def clip_tower(pack: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The host's CLIP and CLIP_VISION from files of one model, and that model by transformers."""
    folder = tmp_path_factory.mktemp("clip")
    net = tiny_clip.tiny_clip()
    whole = tiny_clip.save_whole(folder / "whole.safetensors", net)
    text = tiny_clip.save_text_half(folder / "text.safetensors", net)
    with pytest.MonkeyPatch.context() as patch, torch.inference_mode():  # as nodes run
        vision = tiny_clip.load_vision_half(whole, folder / "configs", patch)
        return SimpleNamespace(net=net, whole=whole, vision=vision, clip=tiny_clip.load_text_half(text))


@pytest.fixture
def clip_nodes(pack: Any, clip_tower: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The modules of the pack, with a models folder that holds the whole CLIP."""
    known = {
        name: importlib.import_module(f"{pack.__name__}.nodes.models.{name}")
        for name in ("clip_judge", "clip_towers", "clip_projection", "aesthetic_head")
    }
    import folder_paths as paths

    monkeypatch.setattr(paths, "models_dir", str(tmp_path))
    monkeypatch.setattr(paths, "filename_list_cache", {})
    own = {name: ([str(tmp_path / name)], {".safetensors", ".pt"}) for name in ("clip_vision", "text_encoders")}
    monkeypatch.setattr(paths, "folder_names_and_paths", paths.folder_names_and_paths | own)
    paths.folder_names_and_paths.pop("aesthetic", None)
    (tmp_path / "aesthetic").mkdir()
    (tmp_path / "clip_vision").mkdir()
    os.link(clip_tower.whole, tmp_path / "clip_vision" / "whole.safetensors")
    return SimpleNamespace(**known, models=tmp_path)


@pytest.fixture
def ask_clip(clip_nodes: Any, clip_tower: Any) -> Any:
    """`ClipJudge` with the host's objects, two pictures and a prompt unless others are given."""

    @torch.inference_mode()
    def ask(image: Any = None, mask: Any = None, prompt: str = tiny_clip.PROMPT, **other: Any) -> Any:
        given = {"emotion": "auto", "clip": clip_tower.clip, "vision": clip_tower.vision} | other
        image = make_picture(90, 60, frames=2) if image is None else image
        judge = clip_nodes.clip_judge.ClipJudge(prompt, *given.values())
        masks = None if mask is None else mask.expand(len(image), -1, -1, -1)
        return [judge(each) for each in clip_nodes.clip_judge.Measured.frames(image, None, masks)], judge.notes

    return ask


@pytest.fixture(scope="session")
def nodes(pack) -> dict[str, Any]:
    return {cls.GET_SCHEMA().node_id: cls for cls in sys.modules[pack.__name__ + ".nodes"].NODES}


@pytest.fixture
def host(pack) -> Any:
    """The modules of nodes/host."""
    names = ("batch", "frames", "layouts", "memory", "work")
    return SimpleNamespace(**{name: sys.modules[f"{pack.__name__}.nodes.host.{name}"] for name in names})


@pytest.fixture(params=sorted(CASES))
def node_id(request) -> str:
    return request.param


@pytest.fixture
def passes(node_id) -> int:
    return CASES[node_id].passes


@pytest.fixture
def execute(nodes, node_id):
    """Call the node as the executor does: widget defaults from the schema, inference mode, V3 clone."""

    def call(picture: Tensor, /, **changes: Any) -> Any:
        return run_node(nodes[node_id], **{**CASES[node_id].arguments(picture), **changes})

    return call


@pytest.fixture
def run(execute):
    """The node's outputs."""
    return lambda picture, /, **changes: execute(picture, **changes).args


@pytest.fixture
def refine(pack: Any, vitmatte_loader: Any) -> Any:
    """Mask Refine with no ViTMatte folder but what a test makes: alpha, foreground and its text."""
    node = importlib.import_module(pack.__name__ + ".nodes.mask_refine").MaskRefine

    def call(image: Tensor, mask: Tensor, **changes: Any) -> tuple[Tensor, Tensor, str]:
        output = run_node(node, image=image, mask=mask, **changes)
        return *output.args, output.ui["text"][0]

    return call
