"""A master of ComfyUI-Distributed and two workers, on loopback."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from testing.server.comfy_server import ComfyServer, free_port

WORKER_TIMEOUT_SECONDS = 10  # how long a master waits for a worker that is silent; the engine's own default is 60


def master_and_workers(folder: Path, engine: Path) -> list[ComfyServer]:
    """Servers to be entered, the master first; each gets a base in the folder, with a copy of the engine.

    The copies are needed: the engine keeps its settings in its folder, and only the master has workers.
    """
    ports = [free_port() for _ in range(3)]
    # "remote": the master sends a worker the pictures. A "local" one would look for them in the master's folders.
    common = {"host": "127.0.0.1", "type": "remote", "enabled": True}
    workers = [{"id": f"{port}", "name": f"{port}", "port": port, **common} for port in ports[1:]]
    settings = [{"workers": workers, "settings": {"worker_timeout_seconds": WORKER_TIMEOUT_SECONDS}}, {}, {}]
    servers = []
    for index, port in enumerate(ports):
        base = folder / f"base {index}"
        shutil.rmtree(base, ignore_errors=True)
        copy = base / "custom_nodes" / "ComfyUI-Distributed"
        shutil.copytree(engine, copy, ignore=shutil.ignore_patterns(".git", "gpu_config.json"))
        (copy / "gpu_config.json").write_text(json.dumps(settings[index]), encoding="utf-8")
        servers.append(ComfyServer(base, port))
    return servers
