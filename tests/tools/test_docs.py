"""The pages for contributors: every path, module, function, test and link that they name exists."""

from __future__ import annotations

import ast
import doctest
import importlib.util
import re
from pathlib import Path

import pytest

from testing.imports import module_name, source_files

ROOT = Path(__file__).resolve().parents[2]
PAGES = [
    *sorted((ROOT / "docs").glob("*.md")),
    *(ROOT / name for name in ("CONTRIBUTING.md", "SECURITY.md", "README.md", "benchmarks/README.md")),
]
WORKED = re.compile(r"<!-- example -->.*?<!-- /example -->", re.DOTALL)  # names that the reader is to make
FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"\]\(([^)#]+)(?:#[^)]*)?\)")
DOTTED = re.compile(r"(?<![\w./-])[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+(?![\w/(-])")
NAME = re.compile(r"[a-z]+(?:_[a-z0-9]+)+|[A-Z][a-z]+(?:[A-Z][a-z]+)+")  # snake_case or CamelCase
FOLDERS = ("nodes", "softfocus", "tests", "testing", "tools", "benchmarks", "docs", "web", "workflows")
# What others hold: their modules, and files that a user or a tool makes.
FOREIGN = {"torch", "torchvision", "cv2", "io", "np", "math", "pytest", "models", "comfy"}
MADE = re.compile(
    r"^(\.venv|\.comfyui|\.cache|demo_output|ComfyUI|models|custom_nodes|benchmarks/results|path/to|/|http|model\.safetensors$)"
)
FILE = re.compile(r"[\w*./-]+\.(?:py|md|json|js|mjs|toml|txt|yaml|yml|safetensors)|[\w.-]+(?:/[\w*.-]+)+/?|[\w.-]+/")

each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


@pytest.fixture(scope="module")
def defined() -> set[str]:
    """The dotted names of all modules, functions, classes, their members, and constants."""
    names = set()
    for path in source_files(ROOT):
        module = module_name(path, ROOT)
        names.add(module)
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            for name in bound(node):
                names.add(f"{module}.{name}")
                if isinstance(node, ast.ClassDef):
                    names |= {f"{module}.{name}.{each}" for inner in node.body for each in bound(inner)}
    return names


def bound(node: ast.stmt) -> list[str]:
    """What a statement gives a name to."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return [node.name]
    if isinstance(node, ast.ImportFrom):
        return [each.asname or each.name for each in node.names]
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    return [name.id for target in targets for name in ast.walk(target) if isinstance(name, ast.Name)]


@pytest.fixture(scope="module")
def words() -> set[str]:
    """Every word of the sources, widgets and scripts included."""
    files = [
        *(path for path in source_files(ROOT) if path != Path(__file__).resolve()),
        *(ROOT / "docs" / "examples").glob("*.py"),
        *(ROOT / "web").glob("*.*js"),
        ROOT / "Makefile",
    ]
    files += [*ROOT.glob("*.toml"), *(ROOT / "web").glob("*.js"), ROOT / "tests" / "pytest.ini"]
    return {word for path in files for word in re.findall(r"\w+", path.read_text(encoding="utf-8"))}


def known(name: str, defined: set[str]) -> bool:
    """Whether a dotted name is one of those defined, or the end of one."""
    return name in defined or any(each.endswith("." + name) for each in defined)


def named(page: Path) -> tuple[list[str], str]:
    """What stands in code marks outside of examples, and the text of drawings."""
    text = WORKED.sub("", page.read_text(encoding="utf-8"))
    drawings = "\n".join(body for kind, body in FENCE.findall(text) if kind == "text")
    return CODE.findall(FENCE.sub("", text)), drawings


@each_page
def test_paths_and_links_exist(page):
    marks, _ = named(page)
    for mark in filter(FILE.fullmatch, marks):
        if not MADE.match(mark) and (mark.split("/")[0] in FOLDERS or "/" not in mark and mark.count("*") == 0):
            assert list(ROOT.glob(mark.strip("/"))) or list(ROOT.glob(f"**/{mark}")), mark
    for link in LINK.findall(WORKED.sub("", page.read_text(encoding="utf-8"))):
        assert link.startswith("http") or (page.parent / link).exists(), link


@each_page
def test_modules_and_functions_exist(page, defined):
    marks, drawings = named(page)
    found = [each for mark in marks for each in DOTTED.findall(mark) if not FILE.fullmatch(mark)]
    for name in found + DOTTED.findall(drawings):
        if name.partition(".")[0] not in FOREIGN and not FILE.fullmatch(name):
            assert known(name, defined), name


@each_page
def test_names_in_code_are_words_of_the_sources(page, words):
    marks, _ = named(page)
    unknown = {mark for mark in marks if NAME.fullmatch(mark)} - words
    assert not unknown


def test_every_node_has_its_way_drawn():
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    for path in sorted((ROOT / "nodes").glob("*.py")):
        if "(io.ComfyNode)" in path.read_text(encoding="utf-8"):
            parts = [
                each for each in re.split(r"^### ", text, flags=re.MULTILINE)[1:] if f"`nodes/{path.name}`" in each
            ]
            assert parts and "```text" in parts[0], f"docs/architecture.md draws no way through {path.name}"


def test_what_does_not_exist_is_noticed(tmp_path, defined, words):
    assert not known("bloom.luminance_blossom", defined) and known("bloom.luminance_bloom", defined)
    assert not known("luminance_bloom", {"softfocus.bloom.not_luminance_bloom"}) and "luminance_blossom" not in words


def test_the_worked_node_is_python_on_names_that_exist(defined, tmp_path):
    """Its library function runs; what its node imports from this repository is there."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    function, node, *_ = [body for kind, body in FENCE.findall(text) if kind == "python"]
    path = tmp_path / "worked_example.py"
    path.write_text(function)
    spec = importlib.util.spec_from_file_location("softfocus.worked_example", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    (example,) = doctest.DocTestFinder().find(module.mute_color, "mute_color", module=False, globs=vars(module))
    assert doctest.DocTestRunner().run(example) == (0, 1)
    for each in ast.walk(ast.parse(node)):
        if isinstance(each, ast.ImportFrom) and each.level:
            source = (each.module or "") if each.level == 2 else f"nodes.{each.module}"
            for name in {alias.name for alias in each.names} - {"mute_color", "MUTE"}:  # these are made in the example
                assert known(f"{source}.{name}", defined), name
