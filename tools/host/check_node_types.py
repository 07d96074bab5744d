"""mypy over nodes/: as modules of a package, as ComfyUI imports them, with ComfyUI's own types beside.

python -m tools.host.check_node_types
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parents[2]
PACK = "softfocus_pack"  # the folder of a checkout may have a name that is none of Python's


def main() -> int:
    """mypy's exit status."""
    comfyui = Path(os.environ.get("COMFYUI_DIR", ROOT / ".comfyui")).resolve()
    command = [sys.executable, "-m", "mypy", "--config-file", str(ROOT / "pyproject.toml")]
    command += ["--cache-dir", str(ROOT / ".mypy_cache"), "--follow-imports", "silent", "--package", f"{PACK}.nodes"]
    command += ["--disable-error-code", "override"]  # the host's execute takes **kwargs, a node's its own inputs
    with TemporaryDirectory() as folder:
        os.symlink(ROOT, Path(folder) / PACK)
        return subprocess.run(command, cwd=folder, env={**os.environ, "MYPYPATH": str(comfyui)}).returncode


if __name__ == "__main__":
    sys.exit(main())
