"""What CLIP's part of Quality Score misses, or cannot use, is said in a sentence, and no number is made up."""

from __future__ import annotations

import os
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from testing.nets import tiny_clip

pytestmark = pytest.mark.host

MISSING_HEAD = "There is no aesthetic value: put LAION's aesthetic head"


def test_projection_inside_the_clip_is_never_used(ask_clip, clip_tower, monkeypatch):
    """The host leaves it unfilled for SD1.5, so it may hold anything; some text encoders use it unless told not to."""
    model = clip_tower.clip.cond_stage_model.clip_l
    monkeypatch.setattr(model, "options_default", (*model.options_default[:2], True))
    layer = model.transformer.text_projection
    found = []
    for value in (7, float("nan")):
        with torch.inference_mode():
            layer.weight.fill_(value)
        found.append(ask_clip())
    assert found[0] == found[1] and found[0][0][0].clarity is not None


def test_missing_projection_is_said(ask_clip, clip_nodes):
    (clip_nodes.models / "clip_vision" / "whole.safetensors").unlink()
    scores, notes = ask_clip(emotion="awe")
    assert scores == [None, None]
    assert notes[0].startswith(
        "No text projection was found, and SD1.5 checkpoints hold none: put model.safetensors of"
    )
    assert "models/clip_vision/" in notes[0]


@pytest.mark.parametrize("folder", ["clip_vision", "text_encoders"])
@pytest.mark.parametrize("layout", ["transformers", "openai"])
def test_projection_is_found_in_both_folders_and_layouts(ask_clip, clip_nodes, folder, layout):
    wanted = ask_clip()
    source = clip_nodes.models / "clip_vision" / "whole.safetensors"
    state = load_file(source)
    source.unlink()
    if layout == "openai":
        names = clip_nodes.clip_projection
        for new, old in (names.PROJECTION, names.VISUAL):
            state[old] = state.pop(new).T.contiguous()
        state[names.LAST_NORM[1]] = state.pop(names.LAST_NORM[0])
    (clip_nodes.models / folder / "sub").mkdir(parents=True)
    save_file(state, clip_nodes.models / folder / "sub" / "any name.safetensors")
    (clip_nodes.models / folder / "aaa.safetensors").write_bytes(b"not one at all")
    (clip_nodes.models / folder / "aab.pt").write_bytes(b"nor this")
    assert ask_clip() == wanted


def test_projection_of_another_model_is_refused(ask_clip, clip_nodes):
    path = clip_nodes.models / "clip_vision" / "whole.safetensors"
    path.unlink()
    tiny_clip.save_whole(path, tiny_clip.tiny_clip(seed=4))
    scores, notes = ask_clip()
    assert scores == [None, None]
    assert notes[0].startswith(
        "The text projections found (whole.safetensors) belong to other vision models than clip_vision"
    )


@pytest.mark.parametrize(("dtype", "moved", "fits"), [(torch.bfloat16, 0, True), (torch.float16, 0.02, False)])
def test_a_rounded_copy_is_the_same_model_and_one_trained_further_is_not(ask_clip, clip_nodes, dtype, moved, fits):
    path = clip_nodes.models / "clip_vision" / "whole.safetensors"
    state = load_file(path)
    path.unlink()
    name = clip_nodes.clip_projection.VISUAL[0]
    state[name] = state[name] + moved * state[name].std() * torch.randn(state[name].shape)
    save_file({key: value.to(dtype) for key, value in state.items()}, path)
    scores, _ = ask_clip()
    assert (scores[0] is not None) == fits


def test_projection_of_a_text_half_alone_is_not_trusted(ask_clip, clip_nodes):
    path = clip_nodes.models / "clip_vision" / "whole.safetensors"
    state = {key: value for key, value in load_file(path).items() if not key.startswith(("vision", "visual"))}
    path.unlink()
    save_file(state, path)
    assert ask_clip()[1][0].startswith("No text projection was found")


def test_a_changed_file_is_read_again(ask_clip, clip_nodes, clip_tower):
    wanted = ask_clip()
    path = clip_nodes.models / "clip_vision" / "whole.safetensors"
    path.unlink()
    tiny_clip.save_whole(path, tiny_clip.tiny_clip(seed=4))
    os.utime(path, (1, 1))
    assert ask_clip()[0] == [None, None]
    path.unlink()
    os.link(clip_tower.whole, path)
    assert ask_clip() == wanted


def test_a_text_encoder_trained_further_is_said(ask_clip, tmp_path):
    other = tiny_clip.load_text_half(tiny_clip.save_text_half(tmp_path / "tuned.safetensors", tiny_clip.tiny_clip(5)))
    scores, notes = ask_clip(clip=other)
    assert scores[0].clarity is not None
    assert any(note.startswith("The text encoder of clip is not the one in whole.safetensors") for note in notes)
    assert not any("trained further" in note for note in ask_clip()[1])


def fake_clip(parts: Any, width: int = 48) -> Any:
    return SimpleNamespace(
        tokenize=lambda text: parts,
        encode_from_tokens=lambda tokens, return_pooled: (None, torch.zeros(1, width)),
        get_sd=dict,
    )


CLIPS = {
    "SDXL": (fake_clip({"l": [[0]], "g": [[0]]}), r"clip is not one CLIP-L text encoder (its parts: g, l)"),
    "SD2": (fake_clip({"h": [[0]]}), "clip is not one CLIP-L text encoder (its parts: h)"),
    "other": (fake_clip([[0]]), "clip is not one CLIP-L text encoder (its parts: unknown)"),
    "wide": (fake_clip({"l": [[0]]}, 1280), "The text encoder of clip is 1280 wide, that of whole.safetensors 48"),
    "no clip": ("clip", "clip is no CLIP"),
}


@pytest.mark.parametrize("kind", CLIPS)
def test_text_encoders_that_do_not_fit_are_said(ask_clip, kind):
    clip, said = CLIPS[kind]
    scores, notes = ask_clip(clip=clip)
    assert scores == [None, None] and notes[0].startswith(said)


def test_the_hosts_sdxl_tokens_are_known(pack, ask_clip):
    from comfy.sdxl_clip import SDXLTokenizer

    clip = fake_clip({})
    clip.tokenize = SDXLTokenizer().tokenize_with_weights
    assert "(its parts: g, l)" in ask_clip(clip=clip)[1][0]


@pytest.mark.parametrize("vision", ["vision", SimpleNamespace(model=torch.nn.Identity())])
def test_what_is_no_clip_vision_is_said(ask_clip, vision):
    scores, notes = ask_clip(vision=vision)
    assert scores == [None, None] and len(notes) == 1 and notes[0].startswith("clip_vision is no CLIP (SigLIP")


def test_sockets_left_open(ask_clip, clip_nodes):
    assert ask_clip(prompt="", clip=None, vision=None) == ([None, None], [])
    for prompt, emotion in (("a cat", "auto"), ("", "awe")):
        scores, notes = ask_clip(prompt=prompt, emotion=emotion, clip=None, vision=None)
        assert (scores, notes) == ([None, None], [clip_nodes.clip_judge.NOT_CONNECTED])
    assert ask_clip(vision=None) == ([None, None], [clip_nodes.clip_judge.NO_VISION])
    scores, notes = ask_clip(clip=None)
    assert scores == [None, None] and notes[0] == clip_nodes.clip_judge.NO_TEXTS and notes[1].startswith(MISSING_HEAD)


def test_aesthetic_heads_that_do_not_fit_are_said(ask_clip, clip_nodes):
    folder = clip_nodes.models / "aesthetic"
    (folder / "sac.pth").write_bytes(b"pickle")
    assert (
        "only files of a kind (.pth, .pt) that can run programs when opened, so they are not; put LAION's"
        in ask_clip()[1][0]
    )
    tiny_clip.save_head(folder / "wide.safetensors", 40)
    (folder / "bad.safetensors").write_bytes(b"x")
    note = ask_clip()[1][0]
    assert "bad.safetensors cannot be used" in note
    assert "wide.safetensors takes embeddings of 40, and clip_vision gives 32" in note
    tiny_clip.save_head(folder / "z.safetensors")
    scores, notes = ask_clip()
    assert notes == ["The aesthetic value is by z.safetensors."] and scores[0].aesthetic is not None
