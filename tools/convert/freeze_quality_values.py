"""Write testing/quality/quality_values.json: what the reference packages say of real pictures and of worse versions.

Run once, by hand: `python -m tools.convert.freeze_quality_values [--packages FOLDER]`. brisque 0.2.0 and pypiqe 1.2
run in a virtual environment of their own with a numpy below 2, made in FOLDER (default `.cache`): brisque stops with
an error on numpy 2.4. NIQE is basicsr 1.4.2's niqe.py, taken from its sdist and run here without the rest of that
package. Every picture is stored with the sha256 of its pixels, so that a test knows whether it has the same one.

Two values of NIQE and BRISQUE each. "as_is" is what the package returns. There a flat area's luma less its own mean is
1e-16 or so rather than 0, and the sign of that rounding decides on which side of zero the area counts. The other value
is the same code with that noise set to 0, which is the value that does not depend on the order of a sum.
"""

from __future__ import annotations

import argparse
import importlib
import json
import subprocess
import sys
import tarfile
import types
from pathlib import Path

import numpy as np

from testing.quality.frozen import OUT, ROOT, digest, pictures

sys.path.insert(0, str(ROOT))

REQUIREMENTS = (
    ["numpy==1.26.4", "scipy==1.13.1", "scikit-image==0.26.0", "opencv-python-headless==4.10.0.84"]
    + ["libsvm-official==3.35.0", "requests", "brisque==0.2.0", "pypiqe==1.2"]
)  # fmt: skip
ROUNDING = 1e-12  # above the rounding of float64, far below what any contrast of 8-bit pictures leaves


def reference_python(folder: Path) -> Path:
    """The interpreter of the environment with the old numpy, made if it is not there."""
    python = folder / "quality_references" / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(python.parent.parent)], check=True)
        # Without dependencies for the two, which would bring an OpenCV of their own choice.
        subprocess.run([python, "-m", "pip", "install", "-q", *REQUIREMENTS[:-2]], check=True)
        subprocess.run([python, "-m", "pip", "install", "-q", "--no-deps", *REQUIREMENTS[-2:]], check=True)
    return python


def score_saved(folder: Path) -> dict[str, dict[str, float]]:
    """BRISQUE and PIQE of the .npy pictures in a folder, by file name; runs in the environment with the old numpy."""
    from brisque import BRISQUE
    from pypiqe import piqe

    class Settled(BRISQUE):
        def calculate_mscn_coefficients(self, image, kernel_size=7, sigma=7 / 6):
            normal = super().calculate_mscn_coefficients(image, kernel_size, sigma)
            return np.where(np.abs(normal) < ROUNDING, 0, normal)

    judge, settled = BRISQUE(url=False), Settled(url=False)
    scores = {}
    for path in sorted(folder.glob("*.npy")):
        pixels = np.load(path)
        blue_first = np.ascontiguousarray(pixels[..., ::-1])  # pypiqe converts as OpenCV orders the channels
        scores[path.stem] = {
            "brisque": float(settled.score(pixels)),
            "brisque_as_is": float(judge.score(pixels)),
            "piqe": float(piqe(blue_first)[0]),
        }
    return scores


def reference_niqe(folder: Path) -> types.ModuleType:
    """basicsr's niqe.py, with empty packages where its own would import a whole training framework."""
    import scipy.ndimage

    from tools.convert.convert_quality_weights import BASICSR, fetch

    with tarfile.open(fetch(*BASICSR, folder)) as sdist:
        sdist.extractall(folder, filter="data")
    root = folder / "basicsr-1.4.2"
    for name in ("basicsr", "basicsr.metrics", "basicsr.utils"):
        sys.modules[name] = types.ModuleType(name)
        sys.modules[name].__path__ = [str(root.joinpath(*name.split(".")))]
    sys.modules["basicsr.utils"].bgr2ycbcr = None  # type: ignore[attr-defined]  # imported there, not used here
    sys.modules["scipy.ndimage.filters"] = scipy.ndimage  # the old name
    return importlib.import_module("basicsr.metrics.niqe")


def half_size(image: np.ndarray, scale: float, antialiasing: bool) -> np.ndarray:
    """What basicsr's imresize does at this scale, in float64; its own float32 makes noise in flat areas."""
    from scipy.ndimage import correlate1d

    distance = np.abs(np.arange(8) - 3.5) * scale
    near = 1.5 * distance**3 - 2.5 * distance**2 + 1
    far = -0.5 * distance**3 + 2.5 * distance**2 - 4 * distance + 2
    taps = scale * np.where(distance <= 1, near, far)
    for axis in (0, 1):
        image = correlate1d(image, taps, axis, mode="reflect", origin=-1)
    return image[::2, ::2]


def niqe_values(pixels: np.ndarray, module: types.ModuleType) -> dict[str, float]:
    """NIQE of the grey picture that OpenCV makes in 8 bits: in float64 without the noise, and as it is."""
    import cv2
    from scipy.ndimage import convolve

    imresize = module.imresize

    def settled(image: np.ndarray, window: np.ndarray, mode: str) -> np.ndarray:
        mean = convolve(image, window, mode=mode)
        return np.where(np.abs(mean - image) < ROUNDING * image.max(), image, mean)

    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    as_is = module.calculate_niqe(grey, 0, input_order="HW")
    parameters = np.load(Path(str(module.__file__)).with_name("niqe_pris_params.npz"))
    names = ("mu_pris_param", "cov_pris_param", "gaussian_window")
    module.convolve, module.imresize = settled, half_size  # type: ignore[attr-defined]
    value = module.niqe(grey.astype(np.float64), *(parameters[name] for name in names))
    module.convolve, module.imresize = convolve, imresize  # type: ignore[attr-defined]
    return {"niqe": float(value), "niqe_as_is": float(as_is)}


def freeze(folder: Path) -> list[dict]:
    """All reference values, one entry a picture."""
    saved = folder / "quality_pictures"
    saved.mkdir(parents=True, exist_ok=True)
    module = reference_niqe(folder)
    entries: list[dict] = []
    for name, version, pixels in pictures():
        np.save(saved / f"{len(entries):03}.npy", pixels)
        values = niqe_values(pixels, module)
        entries.append({"name": name, "version": version, "sha256": digest(pixels), **values})
    command = [str(reference_python(folder)), __file__, "--score", str(saved)]
    scores = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return [{**entry, **scores[f"{index:03}"]} for index, entry in enumerate(entries)]


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--packages", type=Path, default=ROOT / ".cache", help="folder of packages and environment")
    parser.add_argument("--score", type=Path, help="used by the script itself in the other environment")
    arguments = parser.parse_args(argv)
    if arguments.score:
        print(json.dumps(score_saved(arguments.score)))
        return
    rows = [json.dumps(entry) for entry in freeze(arguments.packages)]
    OUT.write_text("[\n" + ",\n".join(rows) + "\n]\n")
    print(f"{OUT}: {len(rows)} pictures")


if __name__ == "__main__":
    main()
