"""Writes pytorch_example.json: the losses of twenty steps of DCGAN as PyTorch's example trains it (BCELoss on sigmoid
outputs, Adam with lr 0.0002 and beta1 0.5, fp32), from the initial weights, pictures and latents that dcgan draws.

Run: .venv/bin/python3 tests/goldens/pytorch_example.py
"""
import json
import pathlib

import numpy as np
import torch
from torch import nn

SEED, BATCH, LATENT, CHANNELS, SIZE, STEPS = 7, 8, 16, 8, 64, 20
INITIAL_WEIGHTS, TRAINING_LATENT, FLIP = 1, 2, 6  # purposes in core/random.hpp


def philox(seed: int, purpose: int, index: int, words: int) -> np.ndarray:
    """The first words of a draw: Philox4x32-10 (Salmon et al. 2011)."""
    blocks = (words + 3) // 4
    full = np.uint64(0xFFFFFFFF)
    counter = [np.arange(blocks, dtype=np.uint64)] + [np.full(blocks, word, dtype=np.uint64)
                                                      for word in (purpose, index & 0xFFFFFFFF, index >> 32)]
    key = [np.uint64(seed & 0xFFFFFFFF), np.uint64(seed >> 32)]
    for _ in range(10):
        a, b = np.uint64(0xD2511F53) * counter[0], np.uint64(0xCD9E8D57) * counter[2]
        counter = [(b >> np.uint64(32)) ^ counter[1] ^ key[0], b & full, (a >> np.uint64(32)) ^ counter[3] ^ key[1], a & full]
        key = [(key[0] + np.uint64(0x9E3779B9)) & full, (key[1] + np.uint64(0xBB67AE85)) & full]
    return np.stack(counter, axis=1).reshape(-1)[:words]


def normal(purpose: int, index: int, count: int) -> torch.Tensor:
    """N(0, 1) by Box and Muller."""
    unit = (philox(SEED, purpose, index, 2 * ((count + 1) // 2)).astype(np.float64) + 0.5) / 2**32
    radius, angle = np.sqrt(-2 * np.log(unit[0::2])), 2 * np.pi * unit[1::2]
    pairs = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1).reshape(-1)[:count]
    return torch.from_numpy(pairs.astype(np.float32))


def initialise(net: nn.Module, role: int) -> None:
    with torch.no_grad():
        for number, (name, parameter) in enumerate(net.named_parameters()):
            if name.endswith("bias"):
                parameter.zero_()
                continue
            values = normal(INITIAL_WEIGHTS, role << 32 | number, parameter.numel()).reshape(parameter.shape)
            parameter.copy_((1.0 if parameter.dim() == 1 else 0.0) + np.float32(0.02) * values)


def pictures(first: int) -> torch.Tensor:
    rows = [philox(5, FLIP, first + i, SIZE * SIZE * 3) >> np.uint64(24) for i in range(BATCH)]
    pixels = torch.from_numpy(np.stack(rows).astype(np.float32)).reshape(BATCH, SIZE, SIZE, 3)
    return pixels.permute(0, 3, 1, 2).contiguous() / 127.5 - 1


def networks() -> tuple[nn.Module, nn.Module]:
    g, d, width = [], [], [CHANNELS * 8, CHANNELS * 4, CHANNELS * 2, CHANNELS]
    g += [nn.ConvTranspose2d(LATENT, width[0], 4, 1, 0, bias=False), nn.BatchNorm2d(width[0]), nn.ReLU()]
    for a, b in zip(width, width[1:]):
        g += [nn.ConvTranspose2d(a, b, 4, 2, 1, bias=False), nn.BatchNorm2d(b), nn.ReLU()]
    g += [nn.ConvTranspose2d(CHANNELS, 3, 4, 2, 1, bias=False), nn.Tanh()]
    d += [nn.Conv2d(3, CHANNELS, 4, 2, 1, bias=False), nn.LeakyReLU(0.2)]
    for b, a in zip(width[-2::-1], width[:0:-1]):
        d += [nn.Conv2d(a, b, 4, 2, 1, bias=False), nn.BatchNorm2d(b), nn.LeakyReLU(0.2)]
    d += [nn.Conv2d(width[0], 1, 4, 1, 0, bias=False), nn.Sigmoid()]
    return nn.Sequential(*g), nn.Sequential(*d)


def main() -> None:
    torch.manual_seed(0)  # nothing is drawn from it
    g, d = networks()
    initialise(g, 0), initialise(d, 1)
    adam_g, adam_d = (torch.optim.Adam(net.parameters(), lr=0.0002, betas=(0.5, 0.999)) for net in (g, d))
    bce, ones, zeros = nn.BCELoss(), torch.ones(BATCH), torch.zeros(BATCH)
    steps = []
    for step in range(STEPS):
        latents = torch.stack([normal(TRAINING_LATENT, step * BATCH + i, LATENT) for i in range(BATCH)])
        d.zero_grad()
        loss_real = bce(d(pictures(step * BATCH)).view(-1), ones)
        loss_real.backward()
        fake = g(latents.view(BATCH, LATENT, 1, 1))
        loss_fake = bce(d(fake.detach()).view(-1), zeros)
        loss_fake.backward()
        adam_d.step()
        g.zero_grad()
        loss_g = bce(d(fake).view(-1), ones)
        loss_g.backward()
        adam_g.step()
        steps.append([loss_real.item(), loss_fake.item(), loss_g.item()])
    out = {"torch": torch.__version__, "seed": SEED, "batch": BATCH, "latent": LATENT, "channels": CHANNELS, "size": SIZE,
           "losses": steps}
    pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(out) + "\n")


if __name__ == "__main__":
    main()
