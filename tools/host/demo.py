"""Send a real portrait through the photo workflow on a real ComfyUI; before, mask, after and report as files.

python -m tools.host.demo [FOLDER]       (default: demo_output/)
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from testing.server.comfy_server import ROOT, ComfyServer, end_on_sigterm
from testing.server.photo_run import run_demo


def print_table(report: str) -> None:
    """The parts of the score, from the report's last line, which is JSON."""
    best = json.loads(report.strip().splitlines()[-1])[0]
    print(f"\n{'part of the score':<24}{'value':>10} {'unit':<8}{'score':>6}")
    for part in best["parts"]:
        print(f"{part['name']:<24}{part['value']:>10.2f} {part['unit']:<8}{100 * part['score']:>6.0f}")
    print(f"{'total':<43}{best['total']:>6.0f}")


def main() -> None:
    end_on_sigterm()
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "demo_output").resolve()
    started = time.monotonic()
    with ComfyServer(echo=True) as server:
        report = run_demo(server, folder)
    print_table(report)
    print(f"\nDone in {time.monotonic() - started:.0f} s. Files in {folder}:")
    for path in sorted(folder.iterdir()):
        print(f"  {path.name:<12}{path.stat().st_size / 1024:>8.0f} KB")


if __name__ == "__main__":
    main()
