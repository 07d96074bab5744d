"""Which module imports which, read from the sources: nothing is imported for it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

TOP = ("softfocus", "nodes", "testing", "tests", "benchmarks", "tools")


def source_files(root: Path) -> list[Path]:
    """The Python files of the rooms, and the pack's own `__init__.py`."""
    found = [path for top in TOP for path in sorted((root / top).rglob("*.py"))]
    return [root / "__init__.py", *found]


def module_name(path: Path, root: Path) -> str:
    """`softfocus.faces.face`; a package has the name of its folder, the pack itself none."""
    parts = path.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def module_imports(root: Path) -> dict[str, set[str]]:
    """By module: the modules of this repository that it imports, anywhere in its source."""
    files = {module_name(path, root): path for path in source_files(root)}
    # pytest puts the folders of the tests on the path, and a script's folder is on it
    bare = {name.rpartition(".")[2]: name for name in files if name.startswith(("tests.", "tools."))}
    found: dict[str, set[str]] = {}
    for name, path in files.items():
        package = name if path.name == "__init__.py" else name.rpartition(".")[0]
        imported = {_known(each, files, bare, name) for each in _imported(path, package)}
        found[name] = {each for each in imported if each is not None and each != name}
    return found


def _imported(path: Path, package: str) -> Iterator[str]:
    """Full dotted names after `import` and `from`; of `from a import b` it is a.b."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            base = ".".join([*filter(None, above), *([node.module] if node.module else [])])
            yield from (f"{base}.{alias.name}" for alias in node.names)


def _known(imported: str, files: dict[str, Path], bare: dict[str, str], importer: str) -> str | None:
    """The module that an imported name is, or belongs to."""
    head, _, rest = imported.partition(".")
    if head in bare and head not in files and importer.startswith(("tests.", "tools.")):
        imported = bare[head] + (f".{rest}" if rest else "")
    while imported and imported not in files:
        imported = imported.rpartition(".")[0]
    return imported or None
