"""Fixtures of the node tests."""

from __future__ import annotations

import importlib
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest


@contextmanager
def models_folder(module: Any, category: str, root: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """`root` as the host's models folder, with nothing known of `category` before and after; no way to a network."""

    def no_network(*arguments: Any, **options: Any) -> None:
        raise AssertionError("a connection was asked for")

    monkeypatch.setattr(socket.socket, "connect", no_network)
    monkeypatch.setattr(socket, "getaddrinfo", no_network)
    (root / category).mkdir()
    monkeypatch.setattr(module.folder_paths, "models_dir", str(root))
    known = (module.folder_paths.folder_names_and_paths, module.folder_paths.filename_list_cache)
    for each in known:
        monkeypatch.delitem(each, category, raising=False)
    yield
    for each in known:
        each.pop(category, None)


@pytest.fixture
def vitmatte_loader(pack: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The module that loads ViTMatte, with an empty models folder of its own."""
    module = importlib.import_module(pack.__name__ + ".nodes.vitmatte_model")
    with models_folder(module, "vitmatte", tmp_path, monkeypatch):
        yield module


@pytest.fixture
def encoder_loader(pack: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The module of Load Vision Encoder, with an empty models folder of its own."""
    module = importlib.import_module(pack.__name__ + ".nodes.load_vision_encoder")
    with models_folder(module, "vision_encoders", tmp_path, monkeypatch):
        yield module
