"""Hair against outlines made by hand in real pictures: a veil, a cap of wool, neon light, dark clothes, long curls."""

from __future__ import annotations

import statistics

from softfocus.faces import find_faces, hair_mask
from softfocus.faces.nets.weights import load_hair_net
from testing.faces.hair_outlines import figures, outlined
from testing.faces.portrait import nets
from testing.portraits import TEMPLATES


def test_hair_is_what_a_person_outlines_and_a_hat_is_none():
    net = load_hair_net()
    made = {
        each.name: figures(each, hair_mask(net, each.image, find_faces(nets(), each.image))[0, 0])
        for each in outlined("tuning", {TEMPLATES})
    }
    assert len(made) == 6
    overlap, hat, leak = (
        [value for each in made.values() if (value := each[name]) is not None] for name in ("IoU", "hat", "leak")
    )
    assert statistics.median(overlap) > 0.8, made
    assert max(hat) < 0.1 and max(leak) < 0.02, made
    veiled = made["hidream_i1_dev-1"]["IoU"]
    assert veiled is not None and veiled > 0.85, made
