"""Print what the rooms hold: files per folder, imports between rooms, cycles of modules, longest function.

python -m tools.write.rooms_table [CHECKOUT]       (default: this one)
"""

from __future__ import annotations

import ast
import sys
from collections import Counter
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from testing.imports import TOP, module_imports, source_files

ROOT = Path(__file__).resolve().parents[2]
LISTED = 5  # longest functions


def files_per_folder(root: Path) -> Counter[str]:
    return Counter(str(path.parent.relative_to(root)) for path in source_files(root))


def imports_between(root: Path) -> Counter[tuple[str, str]]:
    """Imports of one top-level room's modules by another's, counted by pairs of modules."""
    return Counter(
        (module.split(".")[0], other.split(".")[0])
        for module, others in module_imports(root).items()
        for other in others
        if module.split(".")[0] != other.split(".")[0]
    )


def first_cycle(root: Path) -> str:
    try:
        TopologicalSorter(module_imports(root)).prepare()
    except CycleError as error:
        return " <- ".join(error.args[1])
    return "none"


def longest_functions(root: Path) -> list[tuple[int, str]]:
    """Lines with decorators, and where."""
    found = []
    for path in source_files(root):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                start = min([node.lineno, *(each.lineno for each in node.decorator_list)])
                found.append(((node.end_lineno or start) - start + 1, f"{path.relative_to(root)}: {node.name}"))
    return sorted(found, reverse=True)[:LISTED]


def main(arguments: list[str]) -> None:
    root = Path(arguments[0]).resolve() if arguments else ROOT
    print("files  folder")
    for folder, count in sorted(files_per_folder(root).items()):
        print(f"{count:5}  {folder}")
    counts = imports_between(root)
    print("\nimports of the column's room by the row's" + "\n" + " " * 11 + "".join(f"{name:>11}" for name in TOP))
    for room in TOP:
        print(f"{room:11}" + "".join(f"{counts[room, other] or '-':>11}" for other in TOP))
    print(f"\nfirst cycle of modules: {first_cycle(root)}")
    print("\nlines  longest functions")
    for lines, where in longest_functions(root):
        print(f"{lines:5}  {where}")


if __name__ == "__main__":
    main(sys.argv[1:])
