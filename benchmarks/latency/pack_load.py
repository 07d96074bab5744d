"""What loading the pack adds to a start of ComfyUI, beside the baseline's commit: processor time and modules.

Run by `make bench`, or alone: `python -m benchmarks.latency.pack_load`. Each figure is the smallest of some new
processes, in which the host's own modules are loaded before the pack's.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from benchmarks.baseline import COMMIT, ROOT, unpacked
from benchmarks.rows import Check, Row, show

LIMIT_S = 1.5
RUNS = 5
LOAD = """
import asyncio, importlib.util, sys, time
from pathlib import Path
host, pack = sys.argv[1:]
sys.path.insert(0, host)
from comfy.cli_args import args
args.cpu = True
import aiohttp.web, comfy.model_management, comfy.sd, comfy_api.latest, folder_paths
before, started = set(sys.modules), time.process_time()
spec = importlib.util.spec_from_file_location("pack", Path(pack, "__init__.py"), submodule_search_locations=[pack])
sys.modules["pack"] = module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
asyncio.run(module.comfy_entrypoint().get_node_list())
print(time.process_time() - started, len(set(sys.modules) - before))
"""


def loaded(pack: Path) -> Row:
    """The least processor time in seconds, and the modules that were not there before."""
    host = os.environ.get("COMFYUI_DIR", str(ROOT / ".comfyui"))
    command = [sys.executable, "-c", LOAD, host, str(pack)]
    done = [subprocess.run(command, capture_output=True, text=True, check=True).stdout for _ in range(RUNS)]
    seconds, modules = min((float(first), int(second)) for first, second in (each.split() for each in done))
    return {"processor s": seconds, "modules": modules}


def main() -> list[Check]:
    """Print both rows and the limit; returns the limit."""
    folders = {"now": ROOT, f"{COMMIT:.7}": unpacked(COMMIT)}
    rows = {name: loaded(folder) for name, folder in folders.items() if folder is not None}
    show("Loading the pack into ComfyUI", ({**row, "pack": name} for name, row in rows.items()))
    check = Check("loading the pack: processor time, s", float(rows["now"]["processor s"] or 0), LIMIT_S)
    print(f"\n{check.line()}")
    return [check]


if __name__ == "__main__":
    main()
