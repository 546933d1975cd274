"""Reads an exported model as a user of Python's safetensors would: load_model.py MODEL.safetensors STATE.pth FACTS.json

STATE.pth: the same tensors as a state dict. FACTS.json: what the metadata should say, "network" as JSON.
Says what is wrong and ends with 1, or prints "ok".
"""
import hashlib
import json
import pathlib
import sys

import torch
from safetensors import safe_open
from safetensors.torch import load_file

model, state_file, facts_file = sys.argv[1:]
expected = torch.load(state_file, weights_only=True)
with safe_open(model, framework="pt") as file:
    told = dict(file.metadata())
    assert set(file.keys()) == set(expected), set(file.keys()) ^ set(expected)
    for name, tensor in expected.items():
        got = file.get_tensor(name)
        assert got.dtype == tensor.dtype and torch.equal(got, tensor), name
assert told.pop("dcgan"), "it does not say which version wrote it"
digest = hashlib.sha256()
for name in sorted(expected):
    digest.update(name.encode() + expected[name].contiguous().numpy().tobytes())
assert told.pop("sha256") == digest.hexdigest(), "its checksum is not that of its weights"
told["network"] = json.loads(told["network"])
assert told == json.loads(pathlib.Path(facts_file).read_text()), told
assert json.loads(told["value_range"]) == [-1, 1] and int(told["images_seen"]) > 0
for name, tensor in load_file(model).items():
    assert torch.equal(tensor, expected[name]), name
print("ok")
