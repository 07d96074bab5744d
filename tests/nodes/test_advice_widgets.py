"""Advice names widgets and sockets that the nodes have."""

from __future__ import annotations

import dataclasses
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from softfocus.quality import Effect
from softfocus.quality.report.diagnosis import DIAGNOSES

pytestmark = pytest.mark.host

MEASURED = [field.name for field in dataclasses.fields(Effect) if field.name not in ("note", "referenced")]


@pytest.fixture(scope="module")
def inputs(pack) -> dict[str, dict[str, bool]]:
    """By display name and input: whether it is a widget, and no socket."""
    schemas = [each.GET_SCHEMA() for each in sys.modules[pack.__name__ + ".nodes"].NODES]
    return {each.display_name: {one.id: hasattr(one, "default") for one in each.inputs} for each in schemas}


@settings(max_examples=200, deadline=None)
@given(values=st.fixed_dictionaries({name: st.none() | st.floats(-1, 12) for name in MEASURED}))
def test_every_diagnosis_names_what_is_there(inputs, values):
    effect = Effect(note="", referenced=True, **values)
    for find in DIAGNOSES.values():
        turn = find(effect)
        is_widget = inputs[turn.node][turn.widget]
        assert is_widget == (turn.direction not in ("connect", "disconnect"))
