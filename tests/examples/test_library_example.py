"""docs/examples/folder_with_the_library.py: real pictures in a folder, the look's files in another."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from skimage.data import astronaut

pytestmark = pytest.mark.slow
SCRIPT = Path(__file__).resolve().parents[2] / "docs" / "examples" / "folder_with_the_library.py"


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(SCRIPT), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=True)


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pictures")
    portrait = Image.fromarray(astronaut()).resize((256, 256))
    portrait.save(folder / "portrait.jpg", quality=95)
    cutout = portrait.copy()
    cutout.putalpha(Image.linear_gradient("L"))
    cutout.save(folder / "cut-out.png")
    (folder / "notes.txt").write_text("no picture")
    return folder


def test_each_picture_has_its_look_and_its_alpha(source, tmp_path):
    told = run(source, tmp_path / "out").stdout
    assert told == "cut-out.png: a face\nportrait.jpg: a face\n"
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"portrait.png", "cut-out.png"}
    before, after = (
        np.asarray(Image.open(path), float) for path in (source / "portrait.jpg", tmp_path / "out/portrait.png")
    )
    slopes = [np.abs(np.diff(each.mean(-1), axis=1)) for each in (before, after)]
    face, rest = (slice(35, 85), slice(90, 132)), (slice(150, 256), slice(0, 256))
    kept = [slopes[1][part].mean() / slopes[0][part].mean() for part in (face, rest)]
    assert kept[0] > 1.2 * kept[1] and kept[1] < 0.75, kept
    given, made = (np.asarray(Image.open(folder / "cut-out.png")) for folder in (source, tmp_path / "out"))
    assert np.array_equal(given[..., 3], made[..., 3])


def test_a_setting_counts(source, tmp_path):
    for glow in (0, 0.9):
        run(source, tmp_path / str(glow), "--glow", glow)
    one, other = (np.asarray(Image.open(tmp_path / name / "portrait.png"), float) for name in ("0", "0.9"))
    assert np.abs(one - other).mean() > 3
