#!/usr/bin/env bash
# comfyui-subgraph-blueprints 0.0.13; seen on 2026-11-28.
#
# Expected: in every workflow file of one package last_node_id is a number, as the ids of the
#   nodes themselves are; a tool that adds a node takes last_node_id + 1.
# Behaviour: some blueprints hold it as text, beside numeric node ids and a numeric last_link_id.
#   Python raises TypeError there; JavaScript makes "364" + 1 into "3641" without a word.
# Seen:
#   115 blueprints: last_node_id is a number in 97, text in 18; node ids are all numbers
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet comfyui-subgraph-blueprints==0.0.13
"$work/venv/bin/python" - <<'PY'
import json
import sys
from importlib.resources import files

folder = files("comfyui_subgraph_blueprints") / "blueprints"
graphs = [json.loads(f.read_text("utf-8")) for f in folder.iterdir() if f.name.endswith(".json")]
last = [type(graph["last_node_id"]) for graph in graphs]
ids = {type(node["id"]) for graph in graphs for node in graph["nodes"]}
numbers, texts = last.count(int), last.count(str)
print(f"{len(graphs)} blueprints: last_node_id is a number in {numbers}, text in {texts}; ", end="")
print(f"node ids are all {'numbers' if ids == {int} else ids}")
sys.exit(not (len(graphs) == 115 and texts == 18 and ids == {int}))
PY
