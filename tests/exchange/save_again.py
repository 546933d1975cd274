"""Reads a TorchScript file and saves it again, with the extra file dcgan.json or without: save_again.py FROM TO keep|lose"""
import sys

import torch

extra = {"dcgan.json": ""}
module = torch.jit.load(sys.argv[1], _extra_files=extra)
if sys.argv[3] == "change":
    with torch.no_grad():
        next(module.parameters()).add_(1)
torch.jit.save(module, sys.argv[2], _extra_files={} if sys.argv[3] == "lose" else extra)
print("ok")
