"""Compares a safetensors file that was written here with one of the package's own: load_safetensors.py OURS THEIRS

Says what differs and ends with 1, or prints "ok".
"""
import sys

import torch
from safetensors import safe_open

with safe_open(sys.argv[1], framework="pt") as got, safe_open(sys.argv[2], framework="pt") as expected:
    assert set(got.keys()) == set(expected.keys()), got.keys()
    assert got.metadata() == expected.metadata(), got.metadata()
    for name in expected.keys():
        ours, theirs = got.get_tensor(name), expected.get_tensor(name)
        assert ours.dtype == theirs.dtype and torch.equal(ours, theirs), name
print("ok")
