"""Peak memory of this process, on Linux. What a process has freed may serve it again unseen: measure in a fresh one."""

from __future__ import annotations

import re
from pathlib import Path


def restarted_peak_bytes() -> int:
    """Let the peak start again from what is held now: making the pictures has taken memory that is free again."""
    Path("/proc/self/clear_refs").write_text("5")
    return peak_bytes()


def peak_bytes() -> int:
    """VmHWM, since ru_maxrss starts from the parent's."""
    found = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())
    if found is None:
        raise RuntimeError("this system does not tell a process's peak memory")
    return int(found[1]) * 1024
