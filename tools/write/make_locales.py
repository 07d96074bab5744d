"""Write locales/en/nodeDefs.json from the nodes, and list the translations whose English has changed.

python -m tools.write.make_locales                  (then edit locales/zh and locales/ja)
python -m tools.write.make_locales --translated     (they are up to date: remember the English they were made from)
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
from testing import host_in_process  # noqa: E402

FOLDER = ROOT / "locales"
TRANSLATED_FROM = FOLDER / "translated_from.json"  # beside the languages, where the host does not look
LANGUAGES = ("zh", "ja")
OWN_FILES = ("weights", "vitmatte_model")  # combos whose options, but for the first, are the user's files

Definitions = dict[str, dict[str, Any]]


def english() -> Definitions:
    """All strings of the schema that the page shows, in the host's format of nodeDefs.json."""
    pack = host_in_process.load_pack()
    schemas = [cls.GET_SCHEMA() for cls in sys.modules[pack.__name__ + ".nodes"].NODES]
    return {
        each.node_id: {
            "display_name": each.display_name,
            "description": each.description,
            "inputs": {part.id: _input(part) for part in each.inputs},
            "outputs": {
                str(index): {"name": part.display_name, "tooltip": part.tooltip}
                for index, part in enumerate(each.outputs)
            },
        }
        for each in schemas
    }


def _input(part: Any) -> dict[str, Any]:
    entry = {"name": part.display_name or part.id, "tooltip": part.tooltip}
    options = getattr(part, "options", None)
    if options is None:
        return entry
    return entry | {"options": {each: each for each in (options[:1] if part.id in OWN_FILES else options)}}


def read(language: str) -> Definitions:
    return json.loads((FOLDER / language / "nodeDefs.json").read_text(encoding="utf-8"))


def strings(definitions: dict[str, Any], path: str = "") -> Iterator[tuple[str, str]]:
    """Every string with the names that lead to it, joined by dots."""
    for name, value in definitions.items():
        if isinstance(value, dict):
            yield from strings(value, f"{path}{name}.")
        else:
            yield path + name, value


def hashes(definitions: Definitions) -> dict[str, str]:
    return {path: hashlib.sha256(text.encode()).hexdigest()[:8] for path, text in strings(definitions)}


def stale(definitions: Definitions) -> list[str]:
    """Strings that are new or have changed since they were translated, and translations of what is no more."""
    then, now = json.loads(TRANSLATED_FROM.read_text(encoding="utf-8")), hashes(definitions)
    return sorted(path for path in then.keys() | now.keys() if then.get(path) != now.get(path))


def write(path: Path, content: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--translated", action="store_true", help="all translations are up to date now")
    arguments = parser.parse_args(argv)
    definitions = english()
    write(FOLDER / "en" / "nodeDefs.json", definitions)
    if arguments.translated:
        write(TRANSLATED_FROM, hashes(definitions))
    said = dict(strings(definitions))
    for path in stale(definitions):
        print(f"{path}: {said.get(path, '(gone)')}")
        for language in LANGUAGES:
            print(f"  {language}: {dict(strings(read(language))).get(path, '(missing)')}")


if __name__ == "__main__":
    main()
