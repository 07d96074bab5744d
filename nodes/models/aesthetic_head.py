"""Finds the user's aesthetic head in models/aesthetic/. Nothing is downloaded, and only safetensors are read."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import folder_paths

from ...softfocus.quality.aesthetic import AestheticHead, load_head
from .clip_projection import SUFFIXES, CannotJudge

CATEGORY = "aesthetic"
CLOSED = (".pth", ".pt", ".ckpt", ".bin", ".pkl")
WHAT_TO_PUT = f"put LAION's aesthetic head for CLIP ViT-L/14 as a .safetensors file into models/{CATEGORY}/"


def find_head(width: int) -> tuple[AestheticHead, str]:
    """The first head, by name, that takes embeddings of this width, and its file's name.

    Raises:
        CannotJudge: there is none; the sentence says why, and what to put where.
    """
    folder_paths.add_model_folder_path(CATEGORY, str(Path(folder_paths.models_dir, CATEGORY)))
    names = folder_paths.get_filename_list(CATEGORY)
    reasons = []
    for name in sorted(name for name in names if name.lower().endswith(SUFFIXES)):
        try:
            head = _load(Path(folder_paths.get_full_path_or_raise(CATEGORY, name)))
        except (ValueError, OSError) as error:
            reasons.append(str(error))
            continue
        if len(head.weight) == width:
            return head, name
        reasons.append(f"{name} takes embeddings of {len(head.weight)}, and clip_vision gives {width}")
    if not reasons and any(name.lower().endswith(CLOSED) for name in names):
        reasons.append(
            f"models/{CATEGORY}/ has only files of a kind (.pth, .pt) that can run programs when opened, so they are not"
        )
    raise CannotJudge(f"There is no aesthetic value: {'; '.join([*reasons[:3], WHAT_TO_PUT])}.")


def _load(path: Path) -> AestheticHead:
    state = path.stat()
    return _read(path, state.st_size, state.st_mtime_ns)


@lru_cache(maxsize=8)
def _read(path: Path, size: int, modified: int) -> AestheticHead:
    """Kept until the file changes in size or time."""
    return load_head(path)
