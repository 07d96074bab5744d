"""A node's help in the page: the text in the page's language, and its picture."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from testing.server.browser import CHROMIUM, comfy_page
from testing.server.shared_workflows import ROOT

pytestmark = [
    pytest.mark.server,
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason=f"no {CHROMIUM}"),
]
ADD_AND_SELECT = """(type) => {
  app.graph.clear();
  const node = LiteGraph.createNode(type);
  app.graph.add(node);
  app.canvas.ds.scale = 1;
  app.canvas.ds.offset = [700, 300];
  app.canvas.selectNode(node);
  app.canvas.setDirty(true, true);
}"""
PICTURES = "(panel) => [...panel.querySelectorAll('img')].map((one) => one.complete && one.naturalWidth > 0)"
NODE = "SoftFocusFaceDetailMask"


@pytest.fixture(params=["en", "zh", "ja"])
def page_in_language(request: pytest.FixtureRequest, server) -> Iterator[tuple[Page, str]]:
    """A page in a language; the server's setting is English again afterwards."""
    with comfy_page(server.client.url, settings={"Comfy.Locale": request.param}) as page:
        yield page, request.param
        page.request.post(f"{server.client.url}/api/settings", data={"Comfy.Locale": "en"})


def title_of(node_type: str, language: str) -> str:
    path = ROOT / "locales" / language / "nodeDefs.json"
    return json.loads(path.read_text(encoding="utf-8"))[node_type]["display_name"]


def test_help_is_shown_with_its_picture(page_in_language: tuple[Page, str]):
    page, language = page_in_language
    page.evaluate(ADD_AND_SELECT, NODE)
    page.locator(".selection-toolbox button:has(i[class*='info']), [data-testid=info-button]").first.click()
    panel = page.locator(".node-help-content")
    expect(panel.locator("h1")).to_have_text(title_of(NODE, language))
    page.wait_for_function(f"() => ({PICTURES})(document.querySelector('.node-help-content')).includes(true)")
    assert panel.evaluate(PICTURES) == [True]
    assert panel.evaluate("(panel) => panel.scrollWidth <= panel.clientWidth"), "wider than the panel"


def test_translations_reach_the_page(server):
    sent = server.client.get_json("/i18n")
    for language in ("en", "zh", "ja"):
        assert sent[language]["nodeDefs"][NODE]["display_name"] == title_of(NODE, language)
