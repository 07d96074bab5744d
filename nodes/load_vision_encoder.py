"""Load Vision Encoder (timm): a timm model with the user's weights, for Feature Sharpen."""

from __future__ import annotations

from pathlib import Path

from comfy_api.latest import io

from .faces.notes import notes
from .host.schema import Schema
from .models.files import own_files, path_of
from .models.vision_encoders import TimmEncoder

CATEGORY = "vision_encoders"
NONE = "none"
DEFAULT_MODEL = "vit_small_patch14_dinov2.lvd142m"


class LoadVisionEncoder(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return Schema(
            node_id="SoftFocusLoadVisionEncoder",
            display_name="Load Vision Encoder (timm)",
            description="Loads a vision model of the Python package timm with a weights file from "
            f"models/{CATEGORY}/, so that Feature Sharpen can tell structure by its features. Nothing is downloaded.",
            search_aliases=["timm", "dinov2", "dinov3", "vision encoder", "features", "backbone", "siglip"],
            inputs=[
                io.String.Input(
                    "model_name",
                    default=DEFAULT_MODEL,
                    tooltip="timm's name of the model, with or without the tag of its weights, such as "
                    f"{DEFAULT_MODEL}. A small one is enough.",
                ),
                io.Combo.Input(
                    "weights",
                    options=[NONE, *own_files(CATEGORY)],
                    default=NONE,
                    tooltip=f"File of models/{CATEGORY}/ with the weights of that very model: model.safetensors of "
                    "timm's page of the model, under any name. Other formats are not opened.",
                ),
            ],
            outputs=[
                io.Custom("SOFTFOCUS_ENCODER").Output(
                    display_name="encoder", tooltip="For the input encoder of Feature Sharpen."
                )
            ],
        )

    @classmethod
    def execute(cls, model_name: str, weights: str) -> io.NodeOutput:
        encoder = TimmEncoder(model_name.strip(), _path_of(weights, model_name))
        grid = encoder.side // encoder.patch
        text = f"{encoder.name}: {grid} x {grid} features, one each {encoder.patch} px, from {encoder.side} px."
        return io.NodeOutput(encoder, ui={"text": (notes(text, encoder.note),)})


def _path_of(weights: str, model_name: str) -> Path:
    """The file that `weights` names; ValueError that says what to put where if there is none."""
    if weights == NONE:
        raise ValueError(
            f"weights is {NONE}: put the weights of {model_name} as a .safetensors file (model.safetensors of timm's "
            f"page of the model) into models/{CATEGORY}/, reload the page and choose it"
        )
    files = own_files(CATEGORY)
    if weights not in files:
        raise ValueError(f"models/{CATEGORY}/{weights} is not there; found: {', '.join(files) or 'nothing'}")
    return path_of(CATEGORY, weights)
