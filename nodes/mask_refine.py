"""Mask Refine (Matting): from a rough mask to an alpha that follows hair and soft edges."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from comfy_api.latest import io
from torch import Tensor

from ..softfocus.color import displayable
from ..softfocus.frame_names import name_frames
from ..softfocus.matting import refine_mask
from ..softfocus.matting.vitmatte import vitmatte_alpha
from ..softfocus.units import percent_of_diagonal
from .host.batch import Batch
from .host.frames import Frames
from .host.schema import Schema, number
from .host.work import map_frames
from .models.vitmatte_model import VitMatte, load_vitmatte, model_folders

FLOATS_PER_PIXEL = 60
COLOR_LINES, VITMATTE = "colour lines", "ViTMatte"
AUTOMATIC = "automatic"
UNCHANGED = "The mask is returned as it came, since band or iterations is 0."


class MaskRefine(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return Schema(
            node_id="SoftFocusMaskRefine",
            display_name="Mask Refine (Matting)",
            description="Turns a rough mask into an alpha that follows hair and soft edges, and gives the colours of the "
            "foreground without the background that shines through them. Nothing to download.",
            search_aliases=[
                "alpha matting",
                "matte",
                "trimap",
                "hair mask",
                "refine edge",
                "vitmatte",
                "decontaminate",
            ],
            inputs=[
                io.Image.Input("image", tooltip="Picture or batch that the mask belongs to."),
                io.Mask.Input("mask", tooltip="1 = foreground, roughly. Resized to the picture."),
                number(
                    "band",
                    4,
                    0,
                    20,
                    0.25,
                    "Half the width of the strip along the mask's edge that is solved, in percent of the diagonal; the "
                    "rest of the mask is taken as certain. 0 returns the mask as it came.",
                ),
                io.Int.Input(
                    "iterations",
                    default=3,
                    min=0,
                    max=8,
                    tooltip="Passes of colour lines, each from the pixels that the last one settled. With ViTMatte they serve the foreground's colours only. "
                    "0 returns the mask as it came.",
                ),
                io.Combo.Input(
                    "backend",
                    options=[COLOR_LINES, VITMATTE],
                    default=COLOR_LINES,
                    tooltip="colour lines needs no model. ViTMatte is a net that you place in models/vitmatte/: "
                    "better where colours agree, slower.",
                ),
                io.Combo.Input(
                    "vitmatte_model",
                    options=[AUTOMATIC, *model_folders()],
                    default=AUTOMATIC,
                    tooltip="Folder of models/vitmatte/ with config.json and model.safetensors. automatic: the first. "
                    "Only for ViTMatte.",
                ),
                io.Mask.Input(
                    "other_masks",
                    optional=True,
                    tooltip="Other people in the picture: certain background, so that no hair of theirs is taken along.",
                ),
            ],
            outputs=[
                io.Mask.Output(display_name="alpha", tooltip="1 = foreground, with the shares of its soft edges."),
                io.Image.Output(
                    display_name="foreground", tooltip="The picture with the foreground's own colours along its edge."
                ),
            ],
        )

    @classmethod
    def execute(
        cls,
        image: Tensor,
        mask: Tensor,
        band: float,
        iterations: int,
        backend: str = COLOR_LINES,
        vitmatte_model: str = AUTOMATIC,
        other_masks: Tensor | None = None,
    ) -> io.NodeOutput:
        as_it_came = band == 0 or iterations == 0
        net = None
        if backend == VITMATTE and not as_it_came:
            net = load_vitmatte("" if vitmatte_model == AUTOMATIC else vitmatte_model)
        batch = Batch.of(image, masks={"mask": mask, "other_masks": _merged(other_masks, image)})

        def op(frames: Frames) -> tuple[Tensor, Tensor]:
            rough = frames.masks["mask"]
            assert rough is not None
            return (rough, frames.rgb) if as_it_came else _solve(frames, band, iterations, net)

        alpha, foreground = map_frames(op, batch, outputs=("mask", "picture"), floats_per_pixel=FLOATS_PER_PIXEL)
        return io.NodeOutput(alpha, foreground, ui={"text": (_text(batch, as_it_came, net),)})


def _solve(frames: Frames, band: float, iterations: int, net: VitMatte | None) -> tuple[Tensor, Tensor]:
    """Alpha and foreground of a chunk; with a net, its alpha takes the place of the colour lines' within the band."""
    rough, others = frames.masks["mask"], frames.masks["other_masks"]
    assert rough is not None
    matte = refine_mask(frames.rgb, rough, percent_of_diagonal(frames.rgb, band), iterations, others)
    if net is None:
        return matte.alpha, matte.foreground
    edged = torch.tensor([_kind(mask) == "edge" for mask in rough], device=rough.device)[:, None, None, None]
    trimap = torch.where((matte.band > 0) & edged, 0.5, (matte.alpha >= 0.5).float())
    net.load()
    return vitmatte_alpha(net, frames.rgb, trimap), matte.foreground


def _merged(masks: Tensor | None, image: Tensor) -> Tensor | None:
    """Several masks for one picture, as segmentation nodes give them a person each, as one mask of them all."""
    if masks is None or image.shape[0] != 1 or masks.ndim < 3 or masks.shape[0] < 2:
        return masks
    return masks.amax(0, keepdim=True)


def _kind(mask: Tensor) -> str:
    """Whether the mask of one frame, any shape, has an edge that could be refined: "empty", "full" or "edge"."""
    mask = displayable(mask)
    if mask.amax() < 0.5:
        return "empty"
    return "full" if mask.amin() >= 0.5 else "edge"


def _text(batch: Batch, as_it_came: bool, net: VitMatte | None) -> str:
    """What the node says: of the masks, and of other people's mask if it is empty."""
    mask = batch.masks["mask"]
    assert mask is not None
    if all(batch.empty["mask"]) and len(batch) > 0:
        return "The " + batch.empty_note("mask", "nothing to refine")
    if as_it_came:
        return UNCHANGED
    kinds = [_kind(each) for each in mask]
    kinds = kinds * len(batch) if len(kinds) == 1 else kinds
    others = batch.empty_note("other_masks", "nobody else is kept out of the alpha")
    return "\n".join([_summary(kinds, net), *([others] if others else [])])


def _summary(kinds: Sequence[str], net: VitMatte | None) -> str:
    """A sentence a line: what refined the masks, and the frames whose mask has no edge to refine."""
    if not kinds:
        return "The batch has no frames: nothing to refine."
    lines = []
    if "edge" in kinds:
        lines.append(f"Refined with {COLOR_LINES if net is None else net.title}.")
    for word in ("empty", "full"):
        indices = [index for index, kind in enumerate(kinds, 1) if kind == word]
        if indices:
            where = f" in {name_frames(indices)}" if len(kinds) > 1 else ""
            lines.append(f"The mask is {word}{where}: nothing to refine.")
    return "\n".join(lines)
