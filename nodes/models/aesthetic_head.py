"""Finds the user's aesthetic head in models/aesthetic/. Nothing is downloaded, and only safetensors are read."""

from __future__ import annotations

from pathlib import Path

from ...softfocus.quality.clip.aesthetic import AestheticHead, load_head
from .clip_projection import CannotJudge
from .files import kept_until_changed, own_files, path_of

CATEGORY = "aesthetic"
CLOSED = (".pth", ".pt", ".ckpt", ".bin", ".pkl")
WHAT_TO_PUT = f"put LAION's aesthetic head for CLIP ViT-L/14 as a .safetensors file into models/{CATEGORY}/"


def find_head(width: int) -> tuple[AestheticHead, str]:
    """The first head, by name, that takes embeddings of this width, and its file's name.

    Raises:
        CannotJudge: there is none; the sentence says why, and what to put where.
    """
    reasons = []
    for name in own_files(CATEGORY):
        try:
            head = _read(path_of(CATEGORY, name))
        except (ValueError, OSError) as error:
            reasons.append(str(error))
            continue
        if len(head.weight) == width:
            return head, name
        reasons.append(f"{name} takes embeddings of {len(head.weight)}, and clip_vision gives {width}")
    if not reasons and own_files(CATEGORY, CLOSED):
        reasons.append(
            f"models/{CATEGORY}/ has only files of a kind (.pth, .pt) that can run programs when opened, so they are not"
        )
    raise CannotJudge(f"There is no aesthetic value: {'; '.join([*reasons[:3], WHAT_TO_PUT])}.")


@kept_until_changed(8)
def _read(path: Path) -> AestheticHead:
    return load_head(path)
