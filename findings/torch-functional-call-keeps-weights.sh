#!/usr/bin/env bash
# torch 2.14.1, numpy 2.4.6 (installs about 6 GB); seen on 2026-11-30. Reported as pytorch issue 164759.
#
# Expected: torch.func.functional_call runs a module with other weights and leaves the module as it
#   was, whatever the weights of that call were.
# Behaviour: where one submodule is reachable under two names (shared layers, as in timm's CoaT) and
#   weights are tied, which is the default, the module keeps the weights of the call for good, as
#   plain tensors in place of its parameters. With meta tensors, a usual way to learn shapes without
#   computing, it cannot be moved any more. With tie_weights=False it is as it was.
# Seen, a linear layer under two names called with zeros: tied, the weight afterwards is 0 and no
#   Parameter; not tied, it is the Parameter that it was.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet torch==2.14.1 numpy==2.4.6
"$work/venv/bin/python" - <<'PY'
import sys

import torch
from torch import nn
from torch.func import functional_call


class Shared(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Linear(2, 2)
        self.second = self.first

    def forward(self, values):
        return self.second(self.first(values))


seen = []
for tied in (True, False):
    net = Shared()
    before = net.first.weight
    zeros = {name: torch.zeros_like(value) for name, value in net.named_parameters()}
    functional_call(net, zeros, (torch.ones(1, 2),), tie_weights=tied)
    after = net.first.weight
    seen.append((after is before, isinstance(after, nn.Parameter), bool((after == 0).all())))
    print(f"tie_weights={tied}: same {seen[-1][0]}, a Parameter {seen[-1][1]}, all 0 {seen[-1][2]}")
sys.exit(seen != [(False, False, True), (True, True, False)])
PY
