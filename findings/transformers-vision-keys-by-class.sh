#!/usr/bin/env bash
# transformers 5.23.0 with torch 2.14.1, safetensors 0.8.0, numpy 2.4.6 (installs about 6 GB);
# seen on 2026-11-28.
#
# Expected: the vision tower of one family is saved under the same names, whichever class saved
#   it: "vision_model.embeddings...", as in the published CLIP and SigLIP files.
# Behaviour: CLIPVisionModelWithProjection and CLIPModel write that prefix, CLIPVisionModel and
#   SiglipVisionModel of the same release leave it out. A loader that recognises a tower by its
#   prefix, as ComfyUI's CLIP vision loader does, finds none in such a file.
# Seen, models of one layer with random weights, "vision_model." in the keys:
#   CLIPModel True, CLIPVisionModelWithProjection True, CLIPVisionModel False,
#   SiglipVisionModel False
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet transformers==5.23.0 torch==2.14.1 safetensors==0.8.0 numpy==2.4.6
export WORK=$work HF_HUB_OFFLINE=1
"$work/venv/bin/python" - <<'PY'
import os
import sys

import transformers as tf
from safetensors import safe_open

tf.logging.disable_progress_bar()
size = {
    "hidden_size": 16,
    "intermediate_size": 16,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
}
vision = {**size, "image_size": 16, "patch_size": 8}
text = {**size, "vocab_size": 50, "bos_token_id": 0, "eos_token_id": 1, "pad_token_id": 2}
models = (
    tf.CLIPModel(tf.CLIPConfig(text_config=text, vision_config=vision)),
    tf.CLIPVisionModelWithProjection(tf.CLIPVisionConfig(**vision)),
    tf.CLIPVisionModel(tf.CLIPVisionConfig(**vision)),
    tf.SiglipVisionModel(tf.SiglipVisionConfig(**vision)),
)


def has_prefix(model):
    folder = os.path.join(os.environ["WORK"], type(model).__name__)
    model.save_pretrained(folder)
    with safe_open(os.path.join(folder, "model.safetensors"), "np") as file:
        return any(key.startswith("vision_model.") for key in file.keys())


seen = {type(model).__name__: has_prefix(model) for model in models}
print(", ".join(f"{name} {found}" for name, found in seen.items()))
sys.exit(list(seen.values()) != [True, True, False, False])
PY
