#!/usr/bin/env python3
"""The usual DCGAN loop in Python on the same LibTorch: what dcgan is measured against.

The step alone, on pictures that lie ready in memory (no packages but torch):
  reference.py --variant plain --rounds 5 --seconds 8
  reference.py --variant tuned --pipe      every line on standard input is one round; its number is the seconds
A whole program, reading a folder of pictures from disk every epoch (needs Pillow):
  reference.py --variant plain --data FOLDER --seconds 60

plain: tensors contiguous, the discriminator's gradients computed (and thrown away) in the generator's step,
Adam as it comes. tuned: what one can have for a few lines: channels-last, the discriminator frozen in the
generator's step, fused Adam. autocast: the same in bf16 (torch.autocast, losses in fp32), the fastest that Python has
where the processor has units for it. graph: on a GPU that step, recorded once as a CUDA graph and replayed. Standard
output is JSON lines.
"""

import time

PROCESS_START = time.perf_counter()

import argparse
import json
import math
import os
import sys

import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset

LATENT = 100
MOST_CHANNELS = 512
BATCHES_IN_MEMORY = 8
SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".webp")


def say(**fields):
    print(json.dumps(fields), flush=True)  # flushed: a driver waits for the line


def widths(size, base):
    """Channels beside the image, at half its sides, at a quarter ... down to 4 x 4."""
    return [min(MOST_CHANNELS, base << level) for level in range(size.bit_length() - 3)]


def make_generator(size, base):
    """From 1x1 to 4x4, then doublings with halving channels, as Radford et al. 2015, figure 1."""
    first, *others = reversed(widths(size, base))
    layers = [nn.ConvTranspose2d(LATENT, first, 4, bias=False), nn.BatchNorm2d(first), nn.ReLU(inplace=True)]
    for before, after in zip([first, *others], others):
        layers += [nn.ConvTranspose2d(before, after, 4, 2, 1, bias=False), nn.BatchNorm2d(after), nn.ReLU(inplace=True)]
    return nn.Sequential(*layers, nn.ConvTranspose2d(base, 3, 4, 2, 1, bias=False), nn.Tanh())


def make_discriminator(size, base):
    """The mirror image: logits, no sigmoid."""
    every = widths(size, base)
    layers = [nn.Conv2d(3, base, 4, 2, 1, bias=False), nn.LeakyReLU(0.2, inplace=True)]
    for before, after in zip(every, every[1:]):
        layers += [nn.Conv2d(before, after, 4, 2, 1, bias=False), nn.BatchNorm2d(after), nn.LeakyReLU(0.2, inplace=True)]
    return nn.Sequential(*layers, nn.Conv2d(every[-1], 1, 4, bias=False), nn.Flatten(0))


def initialise(module):
    if isinstance(module, (nn.Conv2d, nn.ConvTranspose2d)):
        nn.init.normal_(module.weight, 0.0, 0.02)
    elif isinstance(module, nn.BatchNorm2d):
        nn.init.normal_(module.weight, 1.0, 0.02)
        nn.init.zeros_(module.bias)


class Loop:
    """Both networks, their optimizers and one step."""

    def __init__(self, variant, size, base, device="cpu"):
        self.device = torch.device(device)
        self.tuned = variant != "plain"
        self.in_bf16 = variant in ("autocast", "graph")
        self.recording = None  # of a graph: the CUDA graph, the pictures that it reads, the losses that it writes
        self.is_recorded = variant == "graph"
        self.layout = torch.channels_last if self.tuned else torch.contiguous_format
        self.generator = make_generator(size, base).apply(initialise).to(self.device, memory_format=self.layout)
        self.discriminator = make_discriminator(size, base).apply(initialise).to(self.device, memory_format=self.layout)
        adam = dict(lr=2e-4, betas=(0.5, 0.999), **({"fused": True} if self.tuned else {}),
                    **({"capturable": True} if self.is_recorded else {}))
        self.adam_g = torch.optim.Adam(self.generator.parameters(), **adam)
        self.adam_d = torch.optim.Adam(self.discriminator.parameters(), **adam)
        self.criterion = nn.BCEWithLogitsLoss()

    def freeze_discriminator(self, frozen):
        if self.tuned:
            for parameter in self.discriminator.parameters():
                parameter.requires_grad_(not frozen)

    def precision(self):
        return torch.autocast(self.device.type, torch.bfloat16, enabled=self.in_bf16)

    def logits(self, images):
        with self.precision():
            return self.discriminator(images).float()

    def step(self, real):
        """`real` is float [N, 3, H, W] in [-1, 1]. Returns both losses as numbers, as programs print them."""
        real = real.to(self.device).contiguous(memory_format=self.layout)
        losses = self.replay(real) if self.is_recorded else self.alternate(real)
        return [loss.item() for loss in losses]

    def replay(self, real):
        if self.recording is None:
            pictures = real.clone()
            aside = torch.cuda.Stream()  # the steps before a recording must be on another stream than the default one
            aside.wait_stream(torch.cuda.current_stream())
            with torch.cuda.stream(aside):
                for _ in range(3):
                    self.alternate(pictures)
            torch.cuda.current_stream().wait_stream(aside)
            graph = torch.cuda.CUDAGraph()
            with torch.cuda.graph(graph):
                losses = self.alternate(pictures)
            self.recording = graph, pictures, losses
        graph, pictures, losses = self.recording
        pictures.copy_(real)
        graph.replay()
        return losses

    def alternate(self, real):
        """One step; both losses as tensors."""
        ones, zeros = (make(len(real), device=self.device) for make in (torch.ones, torch.zeros))

        with self.precision():
            fake = self.generator(torch.randn(len(real), LATENT, 1, 1, device=self.device))
        self.adam_d.zero_grad()
        loss_real = self.criterion(self.logits(real), ones)
        loss_real.backward()
        loss_fake = self.criterion(self.logits(fake.detach()), zeros)
        loss_fake.backward()
        self.adam_d.step()

        self.freeze_discriminator(True)
        self.adam_g.zero_grad()
        loss_g = self.criterion(self.logits(fake), ones)
        loss_g.backward()
        self.adam_g.step()
        self.freeze_discriminator(False)
        return (loss_real + loss_fake).detach(), loss_g.detach()


class Pictures(Dataset):
    """Every picture below a folder, decoded anew each time it is asked for."""

    def __init__(self, folder, size):
        self.size = size
        self.paths = sorted(os.path.join(place, name) for place, _, names in os.walk(folder)
                            for name in names if name.lower().endswith(SUFFIXES))
        if not self.paths:
            sys.exit(f"error: no pictures below '{folder}'")

    def __len__(self):
        return len(self.paths)

    def __getitem__(self, index):
        with Image.open(self.paths[index]) as file:
            picture = file.convert("RGB")
        scale = self.size / min(picture.size)
        width, height = (max(self.size, round(side * scale)) for side in picture.size)
        picture = picture.resize((width, height), Image.Resampling.BILINEAR)
        left, top = (width - self.size) // 2, (height - self.size) // 2
        picture = picture.crop((left, top, left + self.size, top + self.size))
        pixels = torch.frombuffer(bytearray(picture.tobytes()), dtype=torch.uint8)
        return pixels.view(self.size, self.size, 3).permute(2, 0, 1).float().div(127.5).sub(1.0)


def made_up_batches(size, batch):
    """The same smooth waves as step.cpp, already floats: as a DataLoader would hand them over."""
    ramp = torch.arange(size) / size
    slope = 2 * math.pi * (ramp.view(-1, 1) + ramp)
    phases = 0.7 * torch.arange(BATCHES_IN_MEMORY * batch).view(-1, 1) * torch.tensor([1.0, 2.0, 3.0])
    images = torch.sin(phases.view(-1, 3, 1, 1) + slope) * (120 / 127.5)
    return [part.contiguous() for part in images.split(batch)]


def bench_step(loop, options):
    batches = made_up_batches(options.size, options.batch)
    done = 0

    def play_round(seconds):
        nonlocal done
        before, start, elapsed = done, time.perf_counter(), 0.0
        while elapsed < seconds:
            loss_d, loss_g = loop.step(batches[done % len(batches)])
            done += 1
            elapsed = time.perf_counter() - start
        images = (done - before) * options.batch
        say(event="round", images=images, seconds=elapsed, images_per_second=images / elapsed,
            loss_d=loss_d, loss_g=loss_g)

    for _ in range(3):  # the first steps choose kernels and grow the heap
        loop.step(batches[done % len(batches)])
        done += 1
    say(event="ready", name=options.variant, torch=torch.__version__, threads=torch.get_num_threads())
    if options.pipe:
        for line in iter(sys.stdin.readline, ""):
            if not line.strip():
                break
            play_round(float(line))
    else:
        for _ in range(options.rounds):
            play_round(options.seconds)


def whole_program(loop, options):
    pictures = Pictures(options.data, options.size)
    loader = DataLoader(pictures, options.batch, shuffle=True, num_workers=options.workers, drop_last=True)
    if not len(loader):
        sys.exit(f"error: {len(pictures)} pictures are fewer than a batch of {options.batch}")
    steps, start = 0, time.perf_counter()
    first = elapsed = 0.0
    epoch = 0
    while elapsed < options.seconds:
        for real in loader:
            loop.step(real)
            steps += 1
            elapsed = time.perf_counter() - start
            if steps == 1:
                first = time.perf_counter() - PROCESS_START
                say(event="first", images=options.batch, seconds=first)
            if elapsed >= options.seconds:
                break
        epoch += 1
        say(event="epoch", epoch=epoch, images=steps * options.batch, seconds=elapsed)
    images = steps * options.batch
    say(event="done", images=images, seconds=elapsed, images_per_second=images / elapsed, first_step_seconds=first,
        torch=torch.__version__, threads=torch.get_num_threads())


def read_options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--variant", choices=("plain", "tuned", "autocast", "graph"), default="plain")
    parser.add_argument("--size", type=int, default=64, help="side of the pictures: 8, 16, 32, 64...")
    parser.add_argument("--base-channels", type=int, default=64)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--device", default="cpu", help="cpu, cuda or cuda:N")
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--seconds", type=float, default=8)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--pipe", action="store_true", help="a round for each line on standard input")
    parser.add_argument("--data", help="a folder of pictures: the whole program instead of the step alone")
    parser.add_argument("--workers", type=int, default=2, help="processes that decode")
    options = parser.parse_args()
    if options.size < 8 or options.size & (options.size - 1):
        parser.error("--size must be a power of two, 8 or more")
    if options.variant == "graph" and not options.device.startswith("cuda"):
        parser.error("--variant graph is of a GPU: add --device cuda")
    return options


if __name__ == "__main__":
    options = read_options()
    if options.data:
        try:
            from PIL import Image
        except ImportError:
            sys.exit("error: this mode decodes pictures with Pillow: `pip install pillow numpy`")
    torch.set_num_threads(options.threads)
    torch.backends.cudnn.benchmark = True  # as PyTorch's own example does; without meaning on a CPU
    loop = Loop(options.variant, options.size, options.base_channels, options.device)
    whole_program(loop, options) if options.data else bench_step(loop, options)
