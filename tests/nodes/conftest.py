"""Fixtures of the node tests."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from typing import Any

import pytest


@pytest.fixture
def loader(pack, tmp_path, monkeypatch) -> Iterator[Any]:
    """The module that loads ViTMatte, with an empty models folder of its own."""
    module = importlib.import_module(pack.__name__ + ".nodes.vitmatte_model")
    monkeypatch.setattr(module.folder_paths, "models_dir", str(tmp_path))
    monkeypatch.delitem(module.folder_paths.folder_names_and_paths, "vitmatte", raising=False)
    yield module
    module.folder_paths.folder_names_and_paths.pop("vitmatte", None)
