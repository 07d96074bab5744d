"""Draw web/docs/pictures/, the pictures of the help pages, from NASA's astronaut picture (public domain).

python -m tools.write.make_help_pictures [PAGE ...]       (default: all)

Every cell is what a node itself makes, run on the real host; its caption names the widgets that are not at their
default. The encoder's page needs a real net, torchvision's MobileNetV2, which is fetched once.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from PIL import Image
from torch import Tensor

from softfocus.settings import FILTER_FAMILIES
from testing.server.sample_portrait import astronaut
from tools.write.captioned_pictures import Cells, as_values, compose, grey, over_backdrop, stack

ROOT = Path(__file__).resolve().parents[2]
from testing import host_in_process  # noqa: E402

FOLDER = ROOT / "web" / "docs" / "pictures"
FACE = (slice(10, 260), slice(115, 365))  # rows and columns of the astronaut picture
QUALITY = 84
CHARTS = ("quality_score", "match_filter")  # pages of what a node draws, not of pictures

Settings = tuple[dict[str, float], ...]


def run(node_id: str, **inputs: Any) -> tuple[Any, ...]:
    """The outputs of a node, with its defaults for what is not given."""
    pack = host_in_process.load_pack()
    nodes = sys.modules[pack.__name__ + ".nodes"].NODES
    (node,) = [each for each in nodes if each.GET_SCHEMA().node_id == node_id]
    return host_in_process.run_node(node, **inputs).args


def portrait() -> Tensor:
    """IMAGE [1, 512, 512, 3]."""
    path = astronaut()
    if path is None:
        raise FileNotFoundError("the pictures need the package scikit-image for NASA's astronaut picture")
    with Image.open(path) as picture:
        return as_values(picture)[None]


def face_detail_mask() -> Cells:
    image = portrait()
    mask, _, _, preview, _ = run("SoftFocusFaceDetailMask", image=image)
    with_hair = run("SoftFocusFaceDetailMask", image=image, hair=0.6)[0]
    return {"image": image, "preview": preview, "detail_mask": grey(mask), "hair 0.6": grey(with_hair)}


def mask_refine() -> Cells:
    from softfocus.filters.gaussian import gaussian_blur

    image = portrait()
    whole = dict.fromkeys(("brows", "nose", "face", "hair"), 1)
    head = run("SoftFocusFaceDetailMask", image=image, **whole, refine=0)[0]
    rough = (gaussian_blur(head[:, None], 8.0)[:, 0] > 0.5).float()  # as round as one drawn by hand
    alpha, foreground = run("SoftFocusMaskRefine", image=image, mask=rough)
    return {
        "mask, rough": grey(rough),
        "alpha": grey(alpha),
        "image through mask": over_backdrop(image, rough),
        "foreground through alpha": over_backdrop(foreground, alpha),
    }


def selective_gaussian_blur() -> Cells:
    image = portrait()
    mask = run("SoftFocusFaceDetailMask", image=image)[0]
    settings: Settings = ({}, {"sigma": 1.0}, {"sigma": 1.0, "max_delta": 0.12})
    return {"image": image} | {
        caption(setting, "protect_mask"): run(
            "SoftFocusSelectiveGaussianBlur", image=image, protect_mask=mask, **setting
        )[0]
        for setting in settings
    }


def luminance_bloom() -> Cells:
    image = portrait()
    settings: Settings = (
        {},
        {"intensity": 0.8, "threshold": 0.3},
        {"intensity": 0.8, "threshold": 0.3, "halation": 1.0},
    )
    return {"image": image} | {
        caption(setting): run("SoftFocusLuminanceBloom", image=image, **setting)[0] for setting in settings
    }


def diffusion_filter() -> Cells:
    image = portrait()
    filters = [("black mist", 0.25), *((family, 1.0) for family in FILTER_FAMILIES)]
    return {"image": image} | {
        f"{family}, grade {grade:g}": run("SoftFocusDiffusionFilter", image=image, family=family, grade=grade)[0]
        for family, grade in filters
    }


def match_filter() -> Cells:
    image = portrait()
    through = run("SoftFocusDiffusionFilter", image=image, family="white mist", grade=0.5)[0]
    return {"plot": run("SoftFocusMatchFilter", image_without=image, image_with=through)[2]}


def dreamy_but_sharp() -> Cells:
    image = portrait()
    settings: Settings = ({}, {"dream": 1.0}, {"dream": 1.0, "clarity": 1.0})
    return {"image": image} | {
        caption(setting): run("SoftFocusDreamyButSharp", image=image, **setting)[0] for setting in settings
    }


def feature_sharpen() -> Cells:
    image = portrait()
    mask = run("SoftFocusFaceDetailMask", image=image)[0]
    soft = dreamy(image, mask)
    settings: Settings = ({}, {"amount": 2.0})
    return {"detail_source": image, "image": soft} | {
        caption(setting): run("SoftFocusFeatureSharpen", image=soft, mask=mask, detail_source=image, **setting)[0]
        for setting in settings
    }


def load_vision_encoder() -> Cells:
    from testing.features.backbone import MobileNet

    image, encoder = portrait(), MobileNet(14)
    features = {
        upsample: run("SoftFocusFeatureSharpen", image=image, upsample=upsample, encoder=encoder)[1:]
        for upsample in ("1", "4")
    }
    return {
        "gain, no encoder": grey(run("SoftFocusFeatureSharpen", image=image)[1]),
        "gain, encoder, upsample 4": grey(features["4"][0]),
        "features, upsample 1": features["1"][1],
        "features, upsample 4": features["4"][1],
    }


def dream_guidance() -> Cells:
    """The shaping itself, with the picture (16 px of it a split of 2 latent pixels) in the place of the guidance."""
    from softfocus.dream_guidance import Gains, shape_guidance

    image = portrait()
    mask = run("SoftFocusFaceDetailMask", image=image, face=1)[0]
    planes = image.movedim(-1, 1)
    mean = planes.mean((-1, -2), keepdim=True).expand_as(planes)

    def shaped(**gains: float) -> Tensor:
        return shape_guidance(planes, mean, mask[:, None], Gains(**gains), 16.0).movedim(1, -1)

    return {
        "all gains 1": image,
        "mask": grey(mask),
        "inside 1.4, outside 0.3": shaped(detail_inside=1.4, detail_outside=0.3),
        "inside 1, outside 0": shaped(detail_outside=0.0),
    }


def quality_score() -> Cells:
    image = portrait()
    mask = run("SoftFocusFaceDetailMask", image=image)[0]
    soft = dreamy(image, mask)
    sharp = run("SoftFocusFeatureSharpen", image=soft, mask=mask, detail_source=image)[0]
    return {
        "one": run("SoftFocusQualityScore", image=sharp, reference=image, mask=mask)[3],
        "batch": run("SoftFocusQualityScore", image=torch.cat([image, soft, sharp]), reference=image, mask=mask)[3],
    }


def dreamy(image: Tensor, mask: Tensor) -> Tensor:
    """Blur and bloom at their defaults."""
    soft = run("SoftFocusSelectiveGaussianBlur", image=image, protect_mask=mask)[0]
    return run("SoftFocusLuminanceBloom", image=soft)[0]


def track_faces() -> Cells:
    """A pan over the portrait, with a disc that hides the face at the seam of two parts."""
    from fractions import Fraction

    host_in_process.load_pack()  # which knows where the host is
    from comfy_api.input_impl import VideoFromComponents
    from comfy_api.util import VideoComponents

    count, seam, hidden, shown = 20, 10, range(6, 18), 11
    clip = torch.cat([portrait().roll(6 * (index - shown), 2) for index in range(count)])
    rows, columns = torch.arange(512)[:, None], torch.arange(512)
    for index in hidden:
        disc = (rows - 112) ** 2 + (columns - 222 - 6 * (index - shown)) ** 2 < 78**2
        clip[index, disc] = torch.tensor((0.45, 0.4, 0.36))
    video = VideoFromComponents(VideoComponents(images=clip, frame_rate=Fraction(24)))
    (tracks,) = run("SoftFocusTrackFaces", video=video)
    second = clip[seam:]
    alone = run("SoftFocusFaceDetailMask", image=second, missing_frames="interpolate", refine=0)[0]
    tracked = run("SoftFocusFaceDetailMask", image=second, tracks=tracks, refine=0)[0]
    return {
        "before the seam": clip[hidden.start - 1 : hidden.start],
        "part 2, second frame": second[shown - seam :][:1],
        "the part alone": grey(alone[shown - seam :][:1]),
        "with tracks": grey(tracked[shown - seam :][:1]),
    }


def caption(setting: dict[str, float], also: str = "") -> str:
    changed = ", ".join(f"{name} {value:g}" for name, value in setting.items())
    return changed or ", ".join(filter(None, ("defaults", also)))


PAGES: dict[str, Callable[[], Cells]] = {
    each.__name__: each
    for each in (
        face_detail_mask,
        mask_refine,
        selective_gaussian_blur,
        luminance_bloom,
        diffusion_filter,
        match_filter,
        feature_sharpen,
        load_vision_encoder,
        dream_guidance,
        quality_score,
        dreamy_but_sharp,
        track_faces,
    )
}


def draw_page(name: str) -> bytes:
    """The picture of a help page, a WebP file."""
    with torch.inference_mode():
        cells = PAGES[name]()
    page = stack(list(cells.values())) if name in CHARTS else compose(cells, *FACE)
    file = io.BytesIO()
    page.save(file, "WEBP", quality=QUALITY, method=6)
    return file.getvalue()


def main(names: list[str]) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in names or list(PAGES):
        path = FOLDER / f"{name}.webp"
        path.write_bytes(draw_page(name))
        print(f"{path.relative_to(ROOT)}: {path.stat().st_size // 1024} KB")


if __name__ == "__main__":
    main(sys.argv[1:])
