"""Loads the pack into the real ComfyUI inside the test process, without starting a server, and runs its nodes."""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import torch

from testing.node_defaults import node_defaults

ROOT = Path(__file__).resolve().parent.parent
PACK = "softfocus_pack"


def comfyui_dir() -> Path:
    """The ComfyUI under test.

    Raises:
        FileNotFoundError: there is none; no test is skipped for that.
    """
    folder = Path(os.environ.get("COMFYUI_DIR", ROOT / ".comfyui"))
    if not (folder / "main.py").exists():
        raise FileNotFoundError(f"no ComfyUI in {folder}: run `make setup`, or set COMFYUI_DIR to a ComfyUI checkout")
    return folder


def load_pack() -> ModuleType:
    """Import the pack as custom_nodes would (package name not ours, relative imports only)."""
    if PACK in sys.modules:
        return sys.modules[PACK]
    sys.path.insert(0, str(comfyui_dir()))
    from comfy.cli_args import args

    args.cpu = True
    spec = importlib.util.spec_from_file_location(PACK, ROOT / "__init__.py", submodule_search_locations=[str(ROOT)])
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[PACK] = module
    spec.loader.exec_module(module)
    importlib.import_module(PACK + ".nodes")
    return module


def run_node(cls: Any, hidden: dict[Any, Any] | None = None, **inputs: Any) -> Any:
    """The NodeOutput of a node run as the executor runs it; inputs that are not given are at their defaults."""
    hidden = hidden or {}
    clone = cls.PREPARE_CLASS_CLONE({**hidden, "hidden_inputs": hidden})  # 0.3.75 looks there, a current host here
    with torch.inference_mode():
        return clone.execute(**{**node_defaults(cls), **inputs})
