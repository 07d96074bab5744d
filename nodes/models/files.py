"""The user's model files: folders under models/, formats that are opened, and what was read, kept until a file changes.

Nothing is downloaded, and nothing that can run a program when it is opened is read.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from pathlib import Path
from typing import TypeVar

import folder_paths

SAFETENSORS = (".safetensors", ".sft")

Read = TypeVar("Read")


def own_folders(category: str) -> list[Path]:
    """models/<category> and the user's own paths for it; the host learns of the category."""
    folder_paths.add_model_folder_path(category, str(Path(folder_paths.models_dir, category)))
    return [Path(folder) for folder in folder_paths.get_folder_paths(category)]


def own_files(category: str, suffixes: tuple[str, ...] = SAFETENSORS) -> list[str]:
    """Names of the files of a category of ours, sorted; "sub/name" in folders below."""
    own_folders(category)
    return files_of_host(category, suffixes)


def files_of_host(category: str, suffixes: tuple[str, ...] = SAFETENSORS) -> list[str]:
    """Names of the files of a category that the host knows, sorted."""
    return sorted(name for name in folder_paths.get_filename_list(category) if name.lower().endswith(suffixes))


def path_of(category: str, name: str) -> Path:
    """Where a file of a category lies; the host raises FileNotFoundError if it is gone."""
    return Path(folder_paths.get_full_path_or_raise(category, name))


def kept_until_changed(most: int) -> Callable[[Callable[[Path], Read]], Callable[[Path], Read]]:
    """Decorates a reader of one file: its last `most` results are kept until their file changes in size or time.

    The reader that comes out raises OSError if the file is gone.
    """

    def decorated(read: Callable[[Path], Read]) -> Callable[[Path], Read]:
        @lru_cache(maxsize=most)
        def kept(path: Path, size: int, modified: int) -> Read:
            return read(path)

        @wraps(read)
        def current(path: Path) -> Read:
            state = path.stat()
            return kept(path, state.st_size, state.st_mtime_ns)

        current.cache_clear = kept.cache_clear  # type: ignore[attr-defined]
        current.cache_info = kept.cache_info  # type: ignore[attr-defined]
        return current

    return decorated
