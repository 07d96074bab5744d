"""Long runs of a real ComfyUI with the pack; prints what docs/reliability.md holds. Linux.

python -m tools.soak [--prompts 1000] [--kills 20] [--fuzz-minutes 10] [--seed 1]
"""

from __future__ import annotations

import argparse
import time
from random import Random

from testing.server.comfy_server import ComfyServer
from tools.soak.kills import kill_and_start
from tools.soak.preview import fuzz_preview
from tools.soak.prompts import run_prompts


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tools.soak", description=__doc__.splitlines()[0])
    parser.add_argument("--prompts", type=int, default=1000)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--fuzz-minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    start = time.monotonic()
    with ComfyServer(echo=True) as server:
        run_prompts(server, options.prompts, Random(options.seed))
        fuzz_preview(server, options.fuzz_minutes)
    kill_and_start(options.kills, Random(options.seed))
    print(f"{time.monotonic() - start:.0f} s")


if __name__ == "__main__":
    main()
