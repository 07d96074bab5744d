"""What the shared workflows hold: nodes, links, groups and where they stand; make_workflows.py builds them."""

from __future__ import annotations

from typing import Any

from testing.server.shared_workflows import CHECKPOINT
from tools.graphs.workflow_parts import Link, Node, Workflow, core, group, note, ours
from tools.graphs.workflow_texts import (
    FILTER_NOTE,
    GUIDED_NOTE,
    NEGATIVE,
    ONE_NODE_NOTE,
    PHOTO_NOTE,
    POSITIVE,
    SD15_NOTE,
)

CHECKPOINT_URL = f"https://huggingface.co/Comfy-Org/stable-diffusion-v1-5-archive/resolve/main/{CHECKPOINT}"

NOTE = (40, 600)  # where the note beside a photo stands
BLUE, GREEN, VIOLET = "#3f789e", "#7a9e6d", "#8f77b5"


def look(first_id: int, x: int, source: tuple[int, str], first_group: int, *, through_filter: bool = False) -> Workflow:
    """The five nodes of the look with their results, from x to the right; the bloom may be that of a real filter."""
    mask, shown, blur, bloom, sharpen, save, score = range(first_id, first_id + 7)
    picture, slot = source
    nodes = [
        ours(mask, "SoftFocusFaceDetailMask", (x, 100), (320, 480)),
        core(shown, "PreviewImage", (x, 650), (320, 340), title="Where structure stays"),
        ours(blur, "SoftFocusSelectiveGaussianBlur", (x + 400, 100), (320, 220)),
        filter_node(bloom, (x + 400, 380))
        if through_filter
        else ours(bloom, "SoftFocusLuminanceBloom", (x + 400, 380), (320, 320)),
        ours(sharpen, "SoftFocusFeatureSharpen", (x + 800, 100), (320, 410)),
        core(save, "SaveImage", (x + 1200, 100), (440, 720), widgets={"filename_prefix": "SoftFocus"}),
        ours(score, "SoftFocusQualityScore", (x + 1680, 100), (520, 890)),
    ]
    links: list[Link] = [
        (picture, slot, mask, "image"),
        (mask, "preview", shown, "images"),
        (picture, slot, blur, "image"),
        (mask, "detail_mask", blur, "protect_mask"),
        (blur, "image", bloom, "image"),
        (bloom, "image", sharpen, "image"),
        (mask, "detail_mask", sharpen, "mask"),
        (picture, slot, sharpen, "detail_source"),
        (sharpen, "image", save, "images"),
        (sharpen, "image", score, "image"),
        (picture, slot, score, "reference"),
        (mask, "detail_mask", score, "mask"),
        *((mask, "bboxes", each, "bboxes") for each in (blur, bloom, sharpen, score)),
    ]
    titles = ["The face", "The dream", "Detail returns", "The result"]
    members = [nodes[0:2], nodes[2:4], nodes[4:5], nodes[5:7]]
    colors = [GREEN, VIOLET, GREEN, BLUE]
    groups = [
        group(first_group + index, f"{first_group + index}. {title}", colors[index], members[index])
        for index, title in enumerate(titles)
    ]
    return Workflow("", nodes, links, groups)


def filter_node(node_id: int, pos: tuple[int, int]) -> Node:
    """About as dreamy as Luminance Bloom at its defaults."""
    return ours(node_id, "SoftFocusDiffusionFilter", pos, (320, 300), family="white mist", grade=0.5)


def photo() -> Workflow:
    return of_photo(
        "Dreamy but sharp - your photo", look(3, 460, (1, "IMAGE"), 2), note(2, NOTE, (340, 270), PHOTO_NOTE)
    )


def photo_with_filter() -> Workflow:
    rest = look(3, 460, (1, "IMAGE"), 2, through_filter=True)
    name = "Dreamy but sharp - your photo with Diffusion Filter"
    return of_photo(name, rest, note(2, NOTE, (340, 400), FILTER_NOTE))


def one_node() -> Workflow:
    """The look in one node, with what it says beside the result."""
    look_node = ours(3, "SoftFocusDreamyButSharp", (460, 100), (360, 620))
    save = core(4, "SaveImage", (900, 100), (440, 720), widgets={"filename_prefix": "SoftFocus"})
    links: list[Link] = [(1, "IMAGE", 3, "image"), (3, "image", 4, "images")]
    groups = [group(2, "2. The look", VIOLET, [look_node]), group(3, "3. The result", BLUE, [save])]
    rest = Workflow("", [look_node, save], links, groups)
    return of_photo("Dreamy but sharp - one node", rest, note(2, NOTE, (340, 300), ONE_NODE_NOTE))


def of_photo(name: str, rest: Workflow, words: Node) -> Workflow:
    nodes = [core(1, "LoadImage", (40, 100), (340, 400), widgets={"image": "example.png"}), words]
    return Workflow(name, nodes + rest.nodes, rest.links, [group(1, "1. Your photo", BLUE, nodes), *rest.groups])


def sampling(steps: int, denoise: float) -> dict[str, Any]:
    return {
        "seed": 20240817,
        "control_after_generate": "fixed",
        "steps": steps,
        "cfg": 6,
        "sampler_name": "dpmpp_2m",
        "scheduler": "karras",
        "denoise": denoise,
    }


def first_pass(text: str) -> tuple[list[Node], list[Link]]:
    """Nodes 1 to 8, from the checkpoint (1) over the latent (5) to the picture (6), with a note."""
    model = {"name": CHECKPOINT, "url": CHECKPOINT_URL, "directory": "checkpoints"}
    loader = core(
        1,
        "CheckpointLoaderSimple",
        (40, 100),
        (360, 100),
        widgets={"ckpt_name": CHECKPOINT},
        properties={"models": [model]},
    )
    size = {"width": 512, "height": 768, "batch_size": 1}
    nodes = [
        loader,
        note(8, (40, 270), (360, 330 if text == SD15_NOTE else 620), text),
        core(2, "CLIPTextEncode", (440, 100), (420, 220), title="What you want", widgets={"text": POSITIVE}),
        core(3, "CLIPTextEncode", (440, 390), (420, 140), title="What you do not want", widgets={"text": NEGATIVE}),
        core(4, "EmptyLatentImage", (440, 600), (420, 110), widgets=size),
        core(5, "KSampler", (900, 220), (320, 270), widgets=sampling(26, 1)),
        core(6, "VAEDecode", (900, 100), (320, 50)),
        core(7, "PreviewImage", (900, 560), (320, 340), title="Before"),
    ]
    links: list[Link] = [
        (1, "CLIP", 2, "clip"),
        (1, "CLIP", 3, "clip"),
        (1, "MODEL", 5, "model"),
        (2, "CONDITIONING", 5, "positive"),
        (3, "CONDITIONING", 5, "negative"),
        (4, "LATENT", 5, "latent_image"),
        (5, "LATENT", 6, "samples"),
        (1, "VAE", 6, "vae"),
        (6, "IMAGE", 7, "images"),
    ]
    return nodes, links


def sd15() -> Workflow:
    nodes, links = first_pass(SD15_NOTE)
    rest = look(9, 1300, (6, "IMAGE"), 2)
    groups = [group(1, "1. Stable Diffusion 1.5", BLUE, nodes), *rest.groups]
    return Workflow("Dreamy but sharp - SD1.5", nodes + rest.nodes, links + rest.links, groups)


def guided() -> Workflow:
    first, links = first_pass(GUIDED_NOTE)
    second = [
        ours(9, "SoftFocusFaceDetailMask", (1300, 100), (320, 480)),
        core(10, "PreviewImage", (1300, 650), (320, 340), title="Where detail is guided"),
        ours(11, "SoftFocusDreamGuidance", (1680, 100), (320, 250)),
        core(12, "LatentUpscaleBy", (1680, 420), (320, 100), widgets={"upscale_method": "bislerp", "scale_by": 1.5}),
        core(13, "KSampler", (2060, 220), (320, 270), widgets=sampling(26, 0.5)),
        core(14, "VAEDecode", (2060, 100), (320, 50)),
        core(15, "PreviewImage", (2060, 560), (320, 340), title="After the second pass"),
    ]
    links += [
        (6, "IMAGE", 9, "image"),
        (9, "preview", 10, "images"),
        (1, "MODEL", 11, "model"),
        (9, "detail_mask", 11, "mask"),
        (5, "LATENT", 12, "samples"),
        (11, "model", 13, "model"),
        (2, "CONDITIONING", 13, "positive"),
        (3, "CONDITIONING", 13, "negative"),
        (12, "LATENT", 13, "latent_image"),
        (13, "LATENT", 14, "samples"),
        (1, "VAE", 14, "vae"),
        (14, "IMAGE", 15, "images"),
    ]
    rest = look(16, 2460, (14, "IMAGE"), 3)
    groups = [
        group(1, "1. First pass", BLUE, first),
        group(2, "2. Second pass, guided", GREEN, second),
        *rest.groups,
    ]
    name = "Dreamy but sharp - SD1.5 with Dream Guidance"
    return Workflow(name, first + second + rest.nodes, links + rest.links, groups)


WORKFLOWS = [one_node(), photo(), photo_with_filter(), sd15(), guided()]
