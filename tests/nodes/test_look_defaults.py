"""One definition of the look: the schemas have its defaults, and the library makes what the nodes make."""

from __future__ import annotations

import sys
from dataclasses import fields, replace
from typing import Any

import pytest
import torch
from skimage.data import astronaut
from torch import Tensor
from torch.nn.functional import interpolate

from softfocus import face_detail_mask, make_look
from softfocus.settings import BLOOM, BLUR, MASK, SHARPEN
from testing.host_in_process import run_node
from testing.node_defaults import node_defaults

pytestmark = pytest.mark.host
MASK_ID, BLUR_ID = "SoftFocusFaceDetailMask", "SoftFocusSelectiveGaussianBlur"
BLOOM_ID, SHARPEN_ID = "SoftFocusLuminanceBloom", "SoftFocusFeatureSharpen"
# By node: the settings, and the widgets that are no part of them since they say nothing of the look of one picture.
SETTINGS = {
    MASK_ID: (MASK, {"missing_frames", "people", "first_frame"}),
    BLUR_ID: (BLUR, {"unit"}),
    BLOOM_ID: (BLOOM, set()),
    SHARPEN_ID: (SHARPEN, {"upsample"}),
}


@pytest.fixture(scope="module")
def run(pack: Any) -> Any:
    """The outputs of a node; inputs that are not given are at their defaults."""
    nodes = {cls.GET_SCHEMA().node_id: cls for cls in sys.modules[pack.__name__ + ".nodes"].NODES}

    def call(node_id: str, **inputs: Any) -> tuple[Any, ...]:
        return run_node(nodes[node_id], **inputs).args

    call.nodes = nodes  # type: ignore[attr-defined]
    return call


@pytest.mark.parametrize("node_id", SETTINGS)
def test_schemas_have_the_defaults_of_the_look(run, node_id):
    settings, others = SETTINGS[node_id]
    defaults = node_defaults(run.nodes[node_id])
    assert {field.name for field in fields(settings)} == defaults.keys() - others
    for field in fields(settings):
        wanted = getattr(settings, field.name)
        assert defaults[field.name] == wanted and isinstance(wanted, type(defaults[field.name])), field.name


@pytest.mark.parametrize("node_id", SETTINGS)
def test_settings_take_what_the_widgets_allow(run, node_id):
    settings, _ = SETTINGS[node_id]
    widgets = {each.id: each for each in run.nodes[node_id].GET_SCHEMA().inputs if hasattr(each, "max")}
    names = [field.name for field in fields(settings) if field.name in widgets]
    for end in ("min", "max"):
        ends = {name: getattr(widgets[name], end) for name in names}
        assert vars(replace(settings, **ends)).items() >= ends.items()


def portrait(size: int = 384) -> Tensor:
    """NASA's astronaut (public domain), [1, 3, size, size]."""
    pixels = torch.from_numpy(astronaut()).movedim(-1, 0)[None].float() / 255
    return interpolate(pixels, (size, size), mode="bilinear", antialias=True)


@pytest.fixture(scope="module")
def detail_mask() -> Tensor:
    return face_detail_mask(portrait())


def test_the_mask_is_that_of_the_node(run, detail_mask):
    made = run(MASK_ID, image=portrait().movedim(1, -1))[0]
    assert detail_mask.max() == 1 and (made - detail_mask[:, 0]).abs().max() <= 1 / 255


@pytest.mark.parametrize("with_alpha", [False, True])
def test_the_look_is_that_of_the_nodes(run, detail_mask, with_alpha):
    planes = portrait()
    ramp = torch.linspace(-0.5, 1.5, planes.shape[-1]).clamp(0, 1)  # the face lies where it rises
    alpha = ramp.expand_as(planes[:, :1]) if with_alpha else None
    image = (planes if alpha is None else torch.cat([planes, alpha], 1)).movedim(1, -1)
    mask = detail_mask[:, 0]
    (soft,) = run(BLUR_ID, image=image, protect_mask=mask)
    bloomed = run(BLOOM_ID, image=soft)[0]
    finished = run(SHARPEN_ID, image=bloomed, detail_source=image, mask=mask)[0]
    look = make_look(planes, detail_mask, alpha=alpha)
    for ours, made in ((look.soft, soft), (look.bloomed, bloomed), (look.image, finished)):
        assert (ours.movedim(1, -1) - made[..., :3]).abs().max() <= 1 / 255
    assert (look.image - planes).abs().mean() > 0.01
