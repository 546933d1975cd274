"""Loads a state dict as strangers do, strictly, into the network that tests/goldens/foreign.py made; prints ok."""
import collections
import sys

import torch

net = torch.nn.Sequential(collections.OrderedDict(conv=torch.nn.ConvTranspose2d(3, 2, 2, bias=False), norm=torch.nn.BatchNorm2d(2)))
expected = torch.load(sys.argv[2], weights_only=True)
for options in ({}, {"mmap": True}):
    state = torch.load(sys.argv[1], weights_only=True, **options)
    net.load_state_dict(state, strict=True)
    assert list(state) == list(expected), list(state)
    for name, tensor in expected.items():
        assert state[name].dtype == tensor.dtype and torch.equal(state[name], tensor), name
print("ok")
