"""Live preview: what a request may ask, and from where."""

from __future__ import annotations

import json
import sys
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytestmark = pytest.mark.host


@pytest.fixture(scope="module")
def request_module(pack: Any) -> Any:
    return sys.modules[pack.__name__ + ".nodes.preview.request"]


@pytest.mark.parametrize(
    "changes, part",
    [
        ({"sigma": 401}, "sigma is not within"),
        ({"sigma": 10**400}, "sigma is not within"),
        ({"sigma": float("nan")}, "sigma is not within"),
        ({"sigma": float("inf")}, "sigma is not within"),
        ({"sigma": "1"}, "sigma is not a number"),
        ({"sigma": True}, "sigma is not a number"),
        ({"sigma": None}, "sigma is not a number"),
        ({"unit": "metres"}, "unit is none of"),
        ({"unit": ["pixels"]}, "unit is none of"),
        ({"linear_light": 1}, "neither true nor false"),
        ({"image": "/etc/passwd"}, "image is no widget"),
        ({"op": 1}, "has no input 'op'"),
    ],
)
def test_settings_are_held_against_the_schema(pack, request_module, changes, part):
    schema = sys.modules[pack.__name__ + ".nodes"].SelectiveGaussianBlur.define_schema()
    with pytest.raises(request_module.Refused, match=part) as refused:
        request_module.check_settings(schema, changes)
    assert refused.value.status == 400


json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=300),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(
    body=st.binary(max_size=200)
    | st.fixed_dictionaries(
        {}, optional={name: json_values for name in ("workflow", "node_id", "class", "inputs", "draft")}
    ).map(lambda value: json.dumps(value).encode())
)
@settings(max_examples=200, deadline=None)
def test_any_body_is_read_or_refused(request_module, body):
    try:
        asked = request_module.read_body(body)
    except request_module.Refused as refused:
        assert refused.status == 400
    else:
        assert isinstance(asked.inputs, dict) and isinstance(asked.draft, bool)
        assert all(isinstance(part, str) for part in (*asked.key, asked.node_class))


@pytest.mark.parametrize("draft", [None, 0, 1, "true", [True], {}])
def test_draft_is_true_or_false(request_module, draft):
    body = {"node_id": "7", "class": "c"}
    assert request_module.read_body(json.dumps(body).encode()).draft is False
    assert request_module.read_body(json.dumps(body | {"draft": True}).encode()).draft is True
    with pytest.raises(request_module.Refused, match="draft is neither true nor false") as refused:
        request_module.read_body(json.dumps(body | {"draft": draft}).encode())
    assert refused.value.status == 400


def test_deep_and_long_bodies_are_refused(request_module):
    for body, status in ((b"[" * request_module.MOST_BYTES, 400), (b" " * (request_module.MOST_BYTES + 1), 413)):
        with pytest.raises(request_module.Refused) as refused:
            request_module.read_body(body)
        assert refused.value.status == status


@pytest.mark.parametrize(
    "headers, served",
    [
        ({"Host": "a:1"}, True),
        ({"Host": "a:1", "Origin": "http://A:1"}, True),
        ({"Host": "a:1", "Origin": "http://a:2"}, False),
        ({"Host": "a:1", "Origin": "null"}, False),
        ({"Host": "a:1", "Sec-Fetch-Site": "same-origin", "Origin": "https://proxy"}, True),
        ({"Host": "a:1", "Sec-Fetch-Site": "same-site", "Origin": "http://a:1"}, False),
        ({"Host": "a:1", "Sec-Fetch-Site": "cross-site"}, False),
    ],
)
def test_only_the_own_page_is_served(request_module, headers, served):
    if served:
        request_module.check_origin(headers)
        return
    with pytest.raises(request_module.Refused) as refused:
        request_module.check_origin(headers)
    assert refused.value.status == 403
