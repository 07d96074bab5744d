"""What is made of a picture: our look with the face's box and without, the sharp face pasted, an earlier commit's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from benchmarks.baseline import Checkout
from softfocus.look import make_look
from testing.face_size.sitters import Sitter

OURS, WITHOUT, PASTED, EARLIER = "ours", "no boxes", "pasted", "1aad9f5"
EARLIER_LOOK = "benchmarks.look:make_look"  # of (image, mask), in the baseline's commit


@dataclass(frozen=True)
class Made:
    """A result and the soft picture that detail returned to, each [1, 3, H, W] sRGB."""

    way: str
    image: Tensor
    dream: Tensor


def ways(one: Sitter, earlier: Checkout | None) -> Iterator[Made]:
    """One after the other, since pictures are large. The sharp face is pasted over the soft picture of ours."""
    look = make_look(one.image, one.mask, faces=[[one.box]])
    yield Made(OURS, look.image, look.bloomed)
    yield Made(PASTED, torch.lerp(look.bloomed, one.image, one.mask), look.bloomed)
    del look
    look = make_look(one.image, one.mask)
    yield Made(WITHOUT, look.image, look.bloomed)
    del look
    if earlier is not None:
        then = earlier.run(EARLIER_LOOK, image=one.image, mask=one.mask)
        yield Made(EARLIER, then["ours"], then["bloomed"])
