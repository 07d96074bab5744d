"""What the blueprints in subgraphs/ hold: one look each, as a single node; make_blueprints.py builds them."""

from __future__ import annotations

from softfocus.settings import EVEN_SKIN, KEPT_OF_SKIN, MASK, SHARPEN
from tools.graphs.blueprint_parts import COLUMN, INPUT, OUTPUT, ROW, Blueprint, changed, step
from tools.graphs.workflow_parts import Link, Node, core


def face_look(mask: Node, blur: Node, bloom: Node, sharpen: Node) -> tuple[list[Node], list[Link]]:
    """Soften the picture outside the mask, let it bloom, and bring detail back inside."""
    links: list[Link] = [
        (INPUT, "image", mask.id, "image"),
        (INPUT, "subject_mask", mask.id, "subject_mask"),
        (INPUT, "image", blur.id, "image"),
        (mask.id, "detail_mask", blur.id, "protect_mask"),
        (blur.id, "image", bloom.id, "image"),
        (bloom.id, "image", sharpen.id, "image"),
        (mask.id, "detail_mask", sharpen.id, "mask"),
        (INPUT, "image", sharpen.id, "detail_source"),
        (sharpen.id, "image", OUTPUT, "image"),
        (mask.id, "detail_mask", OUTPUT, "detail_mask"),
        *((mask.id, "bboxes", each.id, "bboxes") for each in (blur, bloom, sharpen)),
    ]
    return [mask, blur, bloom, sharpen], links


MASK_SIZE, BLUR_SIZE, BLOOM_SIZE, SHARPEN_SIZE = (320, 520), (320, 440), (320, 540), (320, 540)
FILTER_SIZE = (320, 500)
PORTRAIT_INPUTS = [("image", "IMAGE"), ("subject_mask", "MASK")]
PORTRAIT_OUTPUTS = [("image", "IMAGE"), ("detail_mask", "MASK")]


def dreamy() -> Blueprint:
    links: list[Link] = [
        (INPUT, "image", 11, "image"),
        (INPUT, "mask", 11, "mask"),
        *((11, name, OUTPUT, name) for name in ("image", "mask", "settings")),
    ]
    return Blueprint(
        "Dreamy but sharp",
        "SoftFocus/Portrait",
        "The whole picture blooms and softens, eyes and mouth stay clear: two sliders, tuned to the picture. Finds the "
        "faces by itself; a mask says instead what stays.",
        ["soft focus", "dreamy", "portrait", "bloom"],
        [step(11, "DreamyButSharp", 0, (360, 620))],
        links,
        [("image", "IMAGE"), ("mask", "MASK")],
        [("image", "IMAGE"), ("mask", "MASK"), ("settings", "STRING")],
        [(11, "dream", "dream"), (11, "clarity", "clarity"), (11, "tint", "tint"), (11, "frames", "frames")],
    )


def skin_safe() -> Blueprint:
    """Little blur that stops at edges: pores soften, but cheeks and nose keep as much texture as each other."""
    nodes, links = face_look(
        step(21, "FaceDetailMask", 0, MASK_SIZE, nose=0.4),
        step(22, "SelectiveGaussianBlur", 1, BLUR_SIZE, sigma=0.3, max_delta=0.12),
        step(23, "LuminanceBloom", 2, BLOOM_SIZE, intensity=0.2),
        step(24, "FeatureSharpen", 3, SHARPEN_SIZE),
    )
    return Blueprint(
        "Skin-safe soft focus",
        "SoftFocus/Portrait",
        "Gentle soft focus for close portraits: blotches soften while edges, eyes, brows and lips stay, and skin "
        "keeps some of its texture.",
        ["skin smoothing", "retouch", "soft focus", "portrait"],
        nodes,
        links,
        PORTRAIT_INPUTS,
        PORTRAIT_OUTPUTS,
        [
            (22, "sigma", "smoothing"),
            (22, "max_delta", "edge limit"),
            (21, "face", "skin texture"),
            (23, "intensity", "bloom"),
        ],
    )


def filter_look(
    name: str, description: str, aliases: list[str], bloom: Node, shown: list[tuple[int, str, str]]
) -> Blueprint:
    """A look made by the bloom alone, as a filter before the lens or the film makes it."""
    links: list[Link] = [
        (INPUT, "image", bloom.id, "image"),
        (INPUT, "protect_mask", bloom.id, "protect_mask"),
        (bloom.id, "image", OUTPUT, "image"),
    ]
    inputs = [("image", "IMAGE"), ("protect_mask", "MASK")]
    return Blueprint(
        name, "SoftFocus/Filter", description, aliases, [bloom], links, inputs, [("image", "IMAGE")], shown
    )


def pro_mist() -> Blueprint:
    return filter_look(
        "Pro-Mist 1-4",  # a file's name cannot hold 1/4
        "Pro-Mist 1/4: all light scatters a little and far, so shadows lift and lights glow while edges stay crisp. "
        "No light is added where protect_mask is 1.",
        ["pro-mist", "mist filter", "diffusion filter", "glow"],
        step(31, "LuminanceBloom", 0, BLOOM_SIZE, intensity=0.25, radius=4),
        [(31, "intensity", "strength"), (31, "radius", "radius"), (31, "tint", "tint")],
    )


def halation() -> Blueprint:
    """A tight glow of the brightest light alone, so that what the film gives back is the rim."""
    film = {"intensity": 1, "threshold": 0.8, "radius": 1, "falloff": 1, "highlight_boost": 2, "halation": 1}
    return filter_look(
        "Halation",
        "The warm rim that film draws around bright lights and backlit edges, nearly white beside them and redder "
        "further out; the rest stays as it is. No light is added where protect_mask is 1.",
        ["halation", "film", "red glow"],
        step(41, "LuminanceBloom", 0, BLOOM_SIZE, **film),
        [
            (41, "halation", "halation"),
            (41, "threshold", "threshold"),
            (41, "intensity", "strength"),
            (41, "radius", "radius"),
        ],
    )


def orton() -> Blueprint:
    nodes = [
        step(51, "SelectiveGaussianBlur", 0, BLUR_SIZE, sigma=0.3),
        step(52, "LuminanceBloom", 1, BLOOM_SIZE, intensity=0.5, radius=2, falloff=0.4, highlight_boost=1),
        step(53, "FeatureSharpen", 2, SHARPEN_SIZE),
    ]
    links: list[Link] = [
        (INPUT, "image", 51, "image"),
        (51, "image", 52, "image"),
        (52, "image", 53, "image"),
        (INPUT, "mask", 53, "mask"),
        (INPUT, "image", 53, "detail_source"),
        (53, "image", OUTPUT, "image"),
    ]
    return Blueprint(
        "Orton",
        "SoftFocus/Filter",
        "A strongly glowing copy mixed with the picture, whose structure is kept: everywhere, or where mask is 1. "
        "For landscapes as well as portraits.",
        ["orton effect", "glow", "dreamy landscape"],
        nodes,
        links,
        [("image", "IMAGE"), ("mask", "MASK")],
        [("image", "IMAGE")],
        [(52, "intensity", "glow"), (52, "radius", "radius"), (51, "sigma", "softness"), (53, "amount", "structure")],
    )


def even_skin() -> Blueprint:
    """Blotches of the skin soften, pores and the form of the face stay: the sharpening alone, by the face's width."""
    mask = step(71, "FaceDetailMask", 0, MASK_SIZE, **changed(KEPT_OF_SKIN, MASK))
    skin = core(72, "MaskComposite", (COLUMN, ROW), (320, 160), widgets={"operation": "subtract"}, title="Skin")
    sharpen = step(73, "FeatureSharpen", 2, SHARPEN_SIZE, **changed(EVEN_SKIN, SHARPEN))
    links: list[Link] = [
        (INPUT, "image", 71, "image"),
        (INPUT, "subject_mask", 71, "subject_mask"),
        (71, "face_mask", 72, "destination"),
        (71, "detail_mask", 72, "source"),
        (INPUT, "image", 73, "image"),
        (72, "MASK", 73, "mask"),
        (71, "bboxes", 73, "bboxes"),
        (73, "image", OUTPUT, "image"),
        (72, "MASK", OUTPUT, "skin_mask"),
    ]
    return Blueprint(
        "Even skin, pores kept",
        "SoftFocus/Portrait",
        "Blotches and lines of the skin soften while its pores, the form of the face, and eyes, brows and lips stay. "
        "Nothing else changes. For faces of 320 pixels and more.",
        ["skin retouch", "frequency separation", "even skin", "portrait"],
        [mask, skin, sharpen],
        links,
        PORTRAIT_INPUTS,
        [("image", "IMAGE"), ("skin_mask", "MASK")],
        [
            (73, "amount", "strength"),
            (73, "fine", "pores"),
            (73, "medium", "blotches"),
            (73, "coarse", "form"),
        ],
    )


def black_mist() -> Blueprint:
    """A real filter's glow over everything, and the structure of faces back."""
    mask = step(81, "FaceDetailMask", 0, MASK_SIZE)
    glow = step(82, "DiffusionFilter", 1, FILTER_SIZE)
    sharpen = step(83, "FeatureSharpen", 2, SHARPEN_SIZE)
    links: list[Link] = [
        (INPUT, "image", 81, "image"),
        (INPUT, "subject_mask", 81, "subject_mask"),
        (INPUT, "image", 82, "image"),
        (82, "image", 83, "image"),
        (81, "detail_mask", 83, "mask"),
        (INPUT, "image", 83, "detail_source"),
        (83, "image", OUTPUT, "image"),
        (81, "detail_mask", OUTPUT, "detail_mask"),
        *((81, "bboxes", each, "bboxes") for each in (82, 83)),
    ]
    return Blueprint(
        "Black mist 1-4",
        "SoftFocus/Portrait",
        "As through a black mist filter 1/4, or another family and grade: a small soft glow over the whole picture "
        "that keeps the blacks. The structure of faces stays clear.",
        ["black mist", "black pro-mist", "diffusion filter", "glimmer", "portrait"],
        [mask, glow, sharpen],
        links,
        PORTRAIT_INPUTS,
        PORTRAIT_OUTPUTS,
        [
            (82, "grade", "grade"),
            (82, "family", "family"),
            (82, "size", "size"),
            (83, "amount", "face detail"),
            (81, "face", "skin detail"),
        ],
    )


BLUEPRINTS = [dreamy(), skin_safe(), even_skin(), black_mist(), pro_mist(), orton(), halation()]
