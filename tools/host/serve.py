"""Run ComfyUI in the foreground with the pack and the sample portrait; Ctrl-C ends it.

python -m tools.host.serve [PORT]       (default: 8188, or a free one if that is taken)

Pictures, settings and models stay in .cache/base between runs.
"""

from __future__ import annotations

import socket
import sys

from testing.server.comfy_server import ROOT, ComfyServer, end_on_sigterm
from testing.server.sample_portrait import PORTRAIT_NAME

USUAL_PORT = 8188


def usual_port() -> int | None:
    """8188 if nothing listens there."""
    with socket.socket() as probe:
        return USUAL_PORT if probe.connect_ex(("127.0.0.1", USUAL_PORT)) else None


def main() -> None:
    end_on_sigterm()
    base = ROOT / ".cache" / "base"
    port = int(sys.argv[1]) if len(sys.argv) > 1 else usual_port()
    with ComfyServer(base, port, echo=True) as server:
        print(f"\n  {server.client.url}\n")
        print("  Templates > ComfyUI-SoftFocus has the workflows; in Load Image choose", PORTRAIT_NAME)
        print(f"  Checkpoints go into {base / 'models' / 'checkpoints'}; the log is {server.log}")
        print("  Ctrl-C ends it.", flush=True)
        try:
            server.wait()
        except KeyboardInterrupt:
            print("\nStopping.")


if __name__ == "__main__":
    main()
