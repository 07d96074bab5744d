"""CLIP's part of Quality Score on the host's CLIP and CLIP_VISION: cosines of transformers, any prompt and mask."""

from __future__ import annotations

import sys

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from torch.nn.functional import normalize

from testing.nets import tiny_clip
from testing.pictures import make_picture

pytestmark = pytest.mark.host

SIDE = 56


def face(height: int = 90, width: int = 60) -> torch.Tensor:
    mask = torch.zeros(1, 1, height, width)
    mask[..., 10:40, 15:40] = 1
    return mask


TEXTS = ["a photo of a cat", "", "a \U0001f431 on the <b>sea</b>", "very " * 200, "x" * 300, "\u5c11\u5973" * 60]


def test_cosines_are_those_of_transformers(clip_nodes, clip_tower):
    """Texts by the host's tokenizer and SD1 text encoder, whose own projection is not used, and pictures."""
    images = clip_nodes.clip_towers.ImageTower(clip_tower.vision)
    texts = clip_nodes.clip_towers.TextTower(clip_tower.clip, images)
    squares = torch.rand(4, 3, SIDE, SIDE)
    seen, said = images.embed(squares), texts.embed(TEXTS)
    tokenizer = clip_tower.clip.tokenizer.clip_l.tokenizer
    wanted_said = tiny_clip.reference_texts(clip_tower.net, tokenizer, TEXTS)
    wanted_seen = tiny_clip.reference_pictures(clip_tower.net, squares)
    assert torch.allclose(said, wanted_said, atol=1e-4) and torch.allclose(seen, wanted_seen, atol=1e-4)
    cosines, wanted = (
        normalize(a, dim=1) @ normalize(b, dim=1).T for a, b in ((said, seen), (wanted_said, wanted_seen))
    )
    assert (cosines - wanted).abs().max() < 1e-5 and wanted.std() > 0.05
    longer = sum(len(tokenizer(text)["input_ids"]) > 77 for text in TEXTS)
    assert longer > 1 and texts.notes[0].startswith(f"{longer} of the prompt's phrases are longer than the 75 tokens")


def test_scores_are_those_of_transformers(ask_clip, clip_nodes, clip_tower):
    """From the picture to the report's numbers, without a mask: every step but the scores' own arithmetic."""
    picture = make_picture(SIDE, SIDE)
    (scores,), notes = ask_clip(picture, prompt="a cat")
    assert len(notes) == 1 and notes[0].startswith("There is no aesthetic value")
    view = tiny_clip.reference_pictures(clip_tower.net, picture)
    pairs = sys.modules[clip_nodes.clip_judge.embed_texts.__module__].PAIRS
    tokenizer = clip_tower.clip.tokenizer.clip_l.tokenizer
    wanted = []
    for pair in pairs:
        cosines = torch.cosine_similarity(tiny_clip.reference_texts(clip_tower.net, tokenizer, list(pair)), view)
        wanted.append(float(torch.softmax(100 * cosines, 0)[0]))
    assert scores.clarity.whole == pytest.approx(sum(wanted) / len(wanted), abs=1e-4)
    cat = tiny_clip.reference_texts(clip_tower.net, tokenizer, ["a photo of a cat"])
    assert scores.phrases[0].cosine >= float(torch.cosine_similarity(cat, view)) - 1e-5


def test_aesthetic_value_needs_no_texts(ask_clip, clip_nodes, clip_tower):
    state = tiny_clip.save_head(clip_nodes.models / "aesthetic" / "v2.safetensors")
    picture = make_picture(70, SIDE)
    (alone,), notes = ask_clip(picture, clip=None)
    (both,), _ = ask_clip(picture)
    assert alone.clarity is None and alone.aesthetic == pytest.approx(both.aesthetic, abs=1e-5)
    assert notes == [clip_nodes.clip_judge.NO_TEXTS, "The aesthetic value is by v2.safetensors."]
    view = normalize(tiny_clip.reference_pictures(clip_tower.net, picture[:, :, 7:63]), dim=1)[0]
    wanted = (state["layers.0.weight"] @ view + state["layers.0.bias"]).sum()
    assert alone.aesthetic == pytest.approx(float(wanted), abs=1e-3)


PROMPTS = [
    "",
    " ,\n",
    "<p>a <b>cat</b> &amp; tea</p>",
    "\U0001f600\U0001f431",
    "x" * 10_000,
    "a cat, " * 1500,
    "\ud83d",
]
PROMPTS += ["<|endoftext|>", "((((", "embedding:none, " + "\u5c11\u5973" * 5000, ", ".join(map(str, range(500)))]


@pytest.mark.parametrize("prompt", PROMPTS)
def test_any_prompt(ask_clip, prompt):
    (scores,), notes = ask_clip(make_picture(60, 60), prompt=prompt)
    assert scores.clarity is not None and (scores.coverage is None) == (not scores.phrases)
    assert any("only the first 24 were looked for" in note for note in notes) == prompt.startswith("0, 1")


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(height=st.integers(1, 150), width=st.integers(1, 150), count=st.integers(1, 3), seed=st.integers(0, 9))
def test_frame_of_a_batch_is_the_frame_alone(ask_clip, height, width, count, seed):
    images = make_picture(height, width, frames=count, seed=seed)
    masks = (torch.rand(count, 1, height, width, generator=torch.Generator().manual_seed(seed)) > 0.9).float()
    batch, _ = ask_clip(images, masks, emotion="fear")
    for frame in range(count):
        assert ask_clip(images[frame : frame + 1], masks[frame : frame + 1], emotion="fear")[0] == [batch[frame]]


def test_masks(ask_clip):
    images = make_picture(90, 60, frames=2)
    before = images.clone()
    (with_face, same), _ = ask_clip(images, face())
    assert with_face.clarity.face is not None and with_face.clarity.background is not None
    assert same.clarity.face is not None
    for mask in (None, torch.zeros(1, 1, 90, 60), torch.ones(2, 1, 90, 60)):
        (scores, _), _ = ask_clip(images, mask)
        assert scores.clarity.face is None and scores.clarity.background is None
        assert scores.clarity.whole == pytest.approx(with_face.clarity.whole, abs=1e-5)
    assert torch.equal(images, before)
    assert ask_clip(images[:0])[0] == []


def test_a_judge_serves_many_pictures(ask_clip, clip_nodes, clip_tower):
    images = make_picture(60, 90, frames=3)
    whole, notes = ask_clip(images)
    judged = clip_nodes.clip_judge.ClipJudge(tiny_clip.PROMPT, "auto", clip_tower.clip, clip_tower.vision)
    frames = clip_nodes.clip_judge.Measured.frames(images)
    assert [judged(each) for each in frames] == whole and judged.notes == notes


def test_interruption_and_memory_are_the_hosts(ask_clip, clip_nodes, clip_tower):
    mm = clip_nodes.clip_judge.mm
    wanted = ask_clip()
    assert any(loaded.model is clip_tower.vision.patcher for loaded in mm.current_loaded_models)
    mm.unload_all_models()
    assert ask_clip() == wanted
    judged = clip_nodes.clip_judge.ClipJudge(tiny_clip.PROMPT, "auto", clip_tower.clip, clip_tower.vision)
    for step in (
        lambda: ask_clip(make_picture(90, 60)[:0]),
        lambda: judged(clip_nodes.clip_judge.Measured.of(make_picture(90, 60))),
    ):  # texts, pictures
        mm.interrupt_current_processing()
        with pytest.raises(mm.InterruptProcessingException):
            step()
    assert ask_clip() == wanted


def test_an_emotion_of_no_such_name(ask_clip):
    with pytest.raises(ValueError, match="emotion is 'joy'"):
        ask_clip(emotion="joy", clip=None, vision=None)
