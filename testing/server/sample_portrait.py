"""Find a real portrait on this machine, without a download.

ComfyUI itself installs template pictures; one of them is an AI portrait of 1024 px. Where that
package is missing, scikit-image's picture of the astronaut Eileen Collins (NASA, public domain) serves.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path

from PIL import Image

PORTRAIT_NAME = "softfocus_portrait.png"
TEMPLATE_PACKAGE = "comfyui_workflow_templates_media_image"
TEMPLATE_PORTRAIT = "templates/flux_fill_inpaint_example-1.webp"


def package_file(package: str, path: str) -> Path | None:
    """A file of an installed package, without importing the package; None if it is not there."""
    spec = importlib.util.find_spec(package)
    for folder in (spec.submodule_search_locations or []) if spec else []:
        if (Path(folder) / path).is_file():
            return Path(folder) / path
    return None


def astronaut() -> Path | None:
    return package_file("skimage", "data/astronaut.png")


def find_portrait() -> Path:
    """The portrait for the demo."""
    found = package_file(TEMPLATE_PACKAGE, TEMPLATE_PORTRAIT) or astronaut()
    if found is None:
        raise FileNotFoundError(f"no sample portrait: install {TEMPLATE_PACKAGE.replace('_', '-')} or scikit-image")
    return found


def copy_portrait(target: Path) -> None:
    """Write the portrait as a PNG."""
    with Image.open(find_portrait()) as picture:
        picture.convert("RGB").save(target)
