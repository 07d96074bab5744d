"""How much the matte of a still subject shimmers in a clip, beside commit 406c420.

    python -m benchmarks.matting.flicker [--seeds tuning|reported] [--clip codec|intra|noise] [--frames N]

A still picture becomes FRAMES frames, each with noise of its own, through H.264 and back; the mask stays, and every
frame is solved alone, at the node's defaults. The flicker of a pixel is the standard deviation of its alpha over the
frames; what is printed is its mean over the band, its root mean square there, and the mean change from one frame to the
next, in 1/255. Drawn portraits, and three photographs of those that constants were chosen on where SOFTFOCUS_MATTING
names them.

"codec" is a clip as players get it: the encoder holds a still picture nearly still, so that the frames hardly differ.
"intra" encodes every frame by itself, "noise" none: there the frames differ as much as the noise.
"""

from __future__ import annotations

import argparse
import io
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import pad

from benchmarks.baseline import Checkout, baseline
from benchmarks.matting.methods import BAND, EARLIER
from benchmarks.rows import Check, Row, ratio, show, show_limits, values
from softfocus.matting import refine_mask
from softfocus.units import percent_of_diagonal
from testing.matting.photographs import folder, made_mask, photographs
from testing.matting.truth import REPORTED_SEEDS, TUNING_SEEDS, make_scene, rough_mask

TITLE = f"Flicker of alpha in a still clip, over the band, 1/255; {EARLIER}: that commit's; {{}}"
NO_ENCODER = "PyAV with libx264 is not installed: the frames have noise alone and went through no codec."
DRAWN = (("smooth", "fine"), ("busy", "curly"), ("low contrast", "fine"))
PHOTOGRAPHS = ("GT01", "GT05", "GT08")
CLIPS = ("codec", "intra", "noise")
FRAMES = 8
NOISE = 2 / 255  # standard deviation, sRGB
CRF = 23
LIMIT = 0.5  # of the earlier commit's flicker


@dataclass(frozen=True)
class Still:
    """image [1, 3, H, W] sRGB; mask [1, 1, H, W]."""

    name: str
    image: Tensor
    mask: Tensor


def drawn_stills(seeds: Sequence[int]) -> Iterator[Still]:
    """The first seed of each kind of DRAWN, another one for each kind."""
    for seed, (background, hair) in zip(seeds, DRAWN, strict=False):
        scene = make_scene(seed, background, hair)
        yield Still(scene.name, scene.image, rough_mask(scene.alpha, "downsampled", seed))


def photographed_stills() -> Iterator[Still]:
    if folder() is not None:
        for each in photographs(PHOTOGRAPHS):
            yield Still(each.name, each.image, made_mask(each.alpha, "coarse"))


def noisy_frames(image: Tensor, seed: int, count: int = FRAMES) -> Tensor:
    """Frames [count, 3, H, W] uint8 of a picture [1, 3, H, W], each with noise of its own."""
    random = torch.Generator().manual_seed(seed)
    noise = NOISE * torch.randn(count, *image.shape[1:], generator=random)
    return ((image + noise) * 255).round().clamp(0, 255).byte()


def through_codec(frames: Tensor, intra: bool = False) -> Tensor:
    """Frames [F, 3, H, W] uint8 as H.264 of CRF, 4:2:0, gives them back; `intra`: each encoded by itself.

    Raises:
        ImportError: PyAV is not installed.
        ValueError: it has no encoder for H.264.
    """
    import av

    height, width = frames.shape[-2:]
    even = pad(frames.float(), (0, width % 2, 0, height % 2), mode="replicate").byte()
    file = io.BytesIO()
    with av.open(file, "w", "mp4") as clip:
        stream = clip.add_stream(
            "libx264", 25, options={"crf": str(CRF), "threads": "1"} | ({"g": "1"} if intra else {})
        )
        stream.height, stream.width = even.shape[-2:]
        stream.pix_fmt = "yuv420p"
        for frame in even.movedim(1, -1).numpy():
            picture = av.VideoFrame.from_ndarray(np.ascontiguousarray(frame), "rgb24")
            clip.mux(stream.encode(picture))
        clip.mux(stream.encode(None))
    file.seek(0)
    with av.open(file, mode="r") as written:
        back = [torch.from_numpy(frame.to_ndarray(format="rgb24")) for frame in written.decode(video=0)]
    return torch.stack(back).movedim(-1, 1)[..., :height, :width]


def clip_of(still: Still, seed: int, kind: str, count: int) -> Tensor:
    """Frames [count, 3, H, W] in 0..1 of a kind of CLIPS."""
    frames = noisy_frames(still.image, seed, count)
    return (frames if kind == "noise" else through_codec(frames, kind == "intra")).float() / 255


def flicker(alphas: Tensor, band: Tensor) -> dict[str, float]:
    """Of alphas [F, 1, H, W] where the band [1, 1, H, W] is 1, in 1/255.

    flicker: mean over pixels of the standard deviation over the frames; rms: root mean square, in which few large
    jumps weigh more than much small noise; change: mean absolute difference of a frame and the next.
    """
    inside = 255 * alphas[:, band[0] > 0.5]
    deviation = inside.std(0, correction=0)
    found = {
        "flicker": deviation.mean(),
        "rms": deviation.square().mean().sqrt(),
        "change": inside.diff(dim=0).abs().mean(),
    }
    return {name: float(value) for name, value in found.items()}


def table(stills: Iterator[Still], earlier: Checkout | None, kind: str, count: int) -> Iterator[Row]:
    for number, still in enumerate(stills):
        frames = clip_of(still, number, kind, count)
        width = percent_of_diagonal(still.image, BAND)
        mattes = [refine_mask(frame[None], still.mask, width) for frame in frames]
        band = mattes[0].band
        ours = flicker(torch.cat([each.alpha for each in mattes]), band)
        theirs: dict[str, float] = {}
        if earlier is not None:
            theirs = flicker(_earlier_alphas(earlier, frames, still.mask, width), band)
        row: Row = {"picture": still.name.ljust(22), "frames": 255 * float(frames.std(0, correction=0).mean())}
        for name, value in ours.items():
            before = theirs.get(name)
            row |= {name: value, f"{EARLIER} {name}": before, f"/{name}": ratio(value, before)}
        yield row


def _earlier_alphas(earlier: Checkout, frames: Tensor, mask: Tensor, width: float) -> Tensor:
    function = "softfocus.matting:refine_mask"
    return torch.cat([earlier.run(function, image=frame[None], mask=mask, band_px=width)["alpha"] for frame in frames])


def checks(rows: Sequence[Row]) -> list[Check]:
    """Flicker of all pictures together, against the earlier commit's; none where its history is not there."""
    theirs = values(rows, f"{EARLIER} flicker")
    return [Check(f"flicker / {EARLIER}", sum(values(rows, "flicker")) / sum(theirs), LIMIT)] if theirs else []


def can_encode() -> bool:
    """Whether H.264 can be written here."""
    try:
        through_codec(torch.zeros(2, 3, 64, 64, dtype=torch.uint8))
    except (ImportError, ValueError):
        return False
    return True


def main(arguments: Sequence[str] | None = None) -> list[Check]:
    """Print table and limit; returns the limit."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.matting.flicker", description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", choices=("tuning", "reported"), default="tuning", help="of the drawn portraits")
    parser.add_argument("--clip", choices=CLIPS, default=CLIPS[0], help="how the frames are encoded")
    parser.add_argument("--frames", type=int, default=FRAMES, help=f"of a clip, {FRAMES} where not given")
    options = parser.parse_args(arguments)
    torch.set_num_threads(1)
    start = time.perf_counter()
    kind = options.clip if options.clip == "noise" or can_encode() else "noise"
    if kind != options.clip:
        print(NO_ENCODER)
    seeds = TUNING_SEEDS if options.seeds == "tuning" else REPORTED_SEEDS
    encoded = {"codec": f"H.264 at crf {CRF}", "intra": f"H.264 at crf {CRF}, each alone", "noise": "no codec"}[kind]
    said = f"{options.frames} frames, noise {255 * NOISE:g}/255, {encoded}"
    with torch.inference_mode(), baseline(EARLIER) as earlier:
        found = show(TITLE.format(said), table(_stills(seeds), earlier, kind, options.frames))
    limits = checks(found)
    show_limits(limits, start)
    return limits


def _stills(seeds: Sequence[int]) -> Iterator[Still]:
    yield from drawn_stills(seeds)
    yield from photographed_stills()


if __name__ == "__main__":
    main()
