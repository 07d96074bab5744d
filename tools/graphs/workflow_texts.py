"""What the shared workflows say: prompts, and the notes beside them."""

from __future__ import annotations

POSITIVE = (
    "close portrait of a woman with windswept auburn hair in a summer garden, soft focus photograph, dreamy, "
    "ethereal, gentle bloom, halation along the bright edges, pro-mist filter, low sun behind her hair, "
    "pale pastel haze, shallow depth of field, 85mm lens, crisp eyes, fine eyelashes, natural skin texture"
)
NEGATIVE = "harsh shadows, oversharpened, hdr, plastic skin, deformed face, extra fingers, text, watermark"
PHOTO_NOTE = """**Dreamy but sharp: your photo**

1. Choose a portrait in *Load Image*.
2. Press *Run*.

- More dream: raise *intensity* of the bloom and *sigma* of the blur.
- Clearer face: raise *amount* of the sharpening.
- Which parts stay clear: the weights of *Face Detail Mask*.

Every length is relative, so a small preview and a large picture get the same look.
"""
ONE_NODE_NOTE = """**Dreamy but sharp: one node**

1. Choose a portrait in *Load Image*.
2. Press *Run*.

- How soft and glowing: *dream*. How clear eyes and mouth stay: *clarity*.
- The node says which settings it took. In *Dreamy but sharp - your photo* the same numbers give the same picture, and
  every one of them can be changed.
- For clips: *frames*, one setting a shot.
"""
FILTER_NOTE = """**Dreamy but sharp: your photo through a diffusion filter**

1. Choose a portrait in *Load Image*.
2. Press *Run*.

- Which filter: *family* and *grade* of *Diffusion Filter*. *white mist* 1/2 is dreamy, *black mist* 1/4 is gentle and
  keeps the blacks.
- Smaller formats than full frame: raise *size*, to 150 for Super 35.
- Softer around the face: raise *sigma* of the blur; 0 leaves all softness to the filter.
- Clearer face: raise *amount* of the sharpening.
"""
SD15_NOTE = """**Dreamy but sharp: Stable Diffusion 1.5**

Put the checkpoint into *models/checkpoints*; any SD1.5 model will do.

The seed is fixed: while you turn the nodes of the look, the picture is not sampled again.
Set it to *randomize* for a new one.

The prompt asks for soft light and a crisp face.
Words such as *blurry* or *haze* in the negative prompt would work against the look.
"""
GUIDED_NOTE = """**Dreamy but sharp: guided while it is sampled**

1. The first pass finds the composition. *Face Detail Mask* looks for the face in it.
2. The second pass, at 1.5 times the size, draws detail in the mask and softness around it: *Dream Guidance*.
3. The look: blur, bloom, detail back.

Prompts that help:

- The subject first, then the light (soft focus, gentle bloom, pro-mist filter, light from behind), then what must stay
  clear (crisp eyes, fine eyelashes, skin texture).
- Nothing soft in the negative prompt: *blurry*, *bokeh* or *haze* there work against the look.
- cfg 5 to 7, 25 to 30 steps. At cfg 1 (LCM, Flux) the guidance works too.
- A face needs about 160 pixels of the first pass before it can have detail.

*detail_inside* and *detail_outside* at 1: an ordinary second pass.
The more *denoise* the second pass has, the more there is to guide.
"""
DISTRIBUTED_NOTE = """**Dreamy but sharp: on several machines**

Needs *ComfyUI-Distributed* on the master and on each worker, and SoftFocus too.

1. Name the workers in the engine's panel and switch them on.
2. Choose a portrait in *Load Image*.
3. Press *Run*.

- *load_balance* stays on: one machine gets the whole prompt. Off, each makes the same picture.
- What comes back from a worker has 8 bits and no alpha.
- *Quality Score* stands behind the collector, on the master. Before it, it would show nothing.
- For a folder of pictures: `docs/examples/many_pictures.py`.
"""
