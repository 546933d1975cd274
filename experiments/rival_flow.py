"""A rival of the program: flow matching in Python, as fast as PyTorch makes it on a processor.

  experiments/rival_flow.py --data photos/ --size 64 --minutes 60 --count-sampling --out flow --sheet flow/sheet.png
  experiments/rival_flow.py --data photos/ --minutes 60 --out flow --save-every 5 --resume      in pieces

Straight paths from noise to pictures, and a U-Net that learns their velocity: Lipman et al. 2023, "Flow Matching for
Generative Modeling" (arXiv 2210.02747); Liu et al. 2023, rectified flow (arXiv 2209.03003). The U-Net is as Ho et al.
2020 (arXiv 2006.11239) have it, smaller. An image costs --steps passes here where a GAN needs one: --count-sampling
takes the time of the samples from --minutes. It leaves samples/ of the moving average and result.json in --out.
Progress lines are JSON.
"""

import argparse
import math

import torch
from torch import nn
from torch.nn import functional

import rival_common

GROUPS = 8  # of GroupNorm
WARM_UP = 500  # steps
AVERAGE_DECAY = 0.999


class TimeEmbedding(nn.Module):
    """t [N] in [0, 1] to [N, 4 dim]: waves of falling frequency (Vaswani et al. 2017, section 3.5), then two layers."""

    def __init__(self, dim):
        super().__init__()
        self.register_buffer("rates", 1000 * torch.exp(-math.log(10_000) * torch.arange(dim // 2) / (dim // 2)))
        self.layers = nn.Sequential(nn.Linear(dim, 4 * dim), nn.SiLU(), nn.Linear(4 * dim, 4 * dim), nn.SiLU())

    def forward(self, t):
        angles = t[:, None] * self.rates
        return self.layers(torch.cat([angles.sin(), angles.cos()], 1))


class Block(nn.Module):
    """A residual block: GroupNorm, SiLU, 3x3, twice, the time added between. The last layer begins at zero."""

    def __init__(self, before, after, time):
        super().__init__()
        self.norm_in, self.norm_out = nn.GroupNorm(GROUPS, before), nn.GroupNorm(GROUPS, after)
        self.conv_in, self.conv_out = nn.Conv2d(before, after, 3, padding=1), nn.Conv2d(after, after, 3, padding=1)
        self.time = nn.Linear(time, after)
        self.skip = nn.Identity() if before == after else nn.Conv2d(before, after, 1)
        nn.init.zeros_(self.conv_out.weight)
        nn.init.zeros_(self.conv_out.bias)

    def forward(self, x, time):
        inner = self.conv_in(functional.silu(self.norm_in(x)))
        inner = inner + self.time(time)[:, :, None, None]
        return self.skip(x) + self.conv_out(functional.silu(self.norm_out(inner)))


class Attention(nn.Module):
    """Every place looks at every other, and what it sees is added. One head, as Ho et al. have."""

    def __init__(self, channels):
        super().__init__()
        self.norm = nn.GroupNorm(GROUPS, channels)
        self.ask = nn.Linear(channels, 3 * channels)
        self.answer = nn.Linear(channels, channels)
        nn.init.zeros_(self.answer.weight)
        nn.init.zeros_(self.answer.bias)

    def forward(self, x, time):
        places = self.norm(x).permute(0, 2, 3, 1).flatten(1, 2)  # [N, H W, C]: a view, channels are last
        query, key, value = self.ask(places)[:, None].chunk(3, 3)
        seen = functional.scaled_dot_product_attention(query, key, value)[:, 0]
        return x + self.answer(seen).transpose(1, 2).unflatten(2, x.shape[2:])


class UNet(nn.Module):
    """Images and times to velocities. Two blocks a level on the way down and on the way up, these with what the way
    down had there; attention in the middle, at the lowest level, alone."""

    def __init__(self, dim, multipliers):
        super().__init__()
        widths, time = [dim * multiplier for multiplier in multipliers], 4 * dim
        self.time = TimeEmbedding(dim)
        self.enter = nn.Conv2d(3, dim, 3, padding=1)
        self.down, self.up, skips, channels = nn.ModuleList(), nn.ModuleList(), [], dim
        for level, width in enumerate(widths):
            for _ in range(2):
                self.down.append(Block(channels, width, time))
                skips.append(width)
                channels = width
            if level + 1 < len(widths):
                self.down.append(nn.Conv2d(width, width, 3, 2, 1))
        self.middle = nn.ModuleList([Block(width, width, time), Attention(width), Block(width, width, time)])
        for level, width in reversed(list(enumerate(widths))):
            for _ in range(2):
                self.up.append(Block(channels + skips.pop(), width, time))
                channels = width
            if level:
                self.up.append(nn.Conv2d(width, width, 3, padding=1))
        self.leave = nn.Sequential(nn.GroupNorm(GROUPS, dim), nn.SiLU(), nn.Conv2d(dim, 3, 3, padding=1))
        nn.init.zeros_(self.leave[-1].weight)
        nn.init.zeros_(self.leave[-1].bias)

    def forward(self, images, t):
        time, x, skips = self.time(t), self.enter(images), []
        for layer in self.down:
            if isinstance(layer, nn.Conv2d):
                x = layer(x)
            else:
                x = layer(x, time)
                skips.append(x)
        for layer in self.middle:
            x = layer(x, time)
        for layer in self.up:
            if isinstance(layer, nn.Conv2d):
                x = layer(functional.interpolate(x, scale_factor=2, mode="nearest"))
            else:
                x = layer(torch.cat([x, skips.pop()], 1), time)
        return self.leave(x)


class Flow(rival_common.Rival):
    def __init__(self, options):
        super().__init__(options)
        self.network = UNet(options.dim, (1, 2, 4)).to(memory_format=torch.channels_last)
        self.average = rival_common.average_of(self.network)
        self.adam = torch.optim.Adam(self.network.parameters(), lr=options.rate, fused=True)
        self.parts = {"network": self.network, "average": self.average, "adam": self.adam}

    def velocity(self, network, images, t):
        with torch.autocast("cpu", torch.bfloat16, enabled=self.options.precision == "bf16"):
            return network(images, t).float()

    def step(self, real, seen):
        done = seen // self.options.batch
        self.adam.param_groups[0]["lr"] = self.options.rate * min(1, (done + 1) / WARM_UP)
        noise, t = torch.randn_like(real), torch.rand(len(real))
        way = real - noise  # x1 - x0: its velocity is the same everywhere
        loss = functional.mse_loss(self.velocity(self.network, noise + t[:, None, None, None] * way, t), way)
        self.adam.zero_grad()
        loss.backward()
        self.adam.step()
        # An average of few steps is short, as the first weights are no good.
        rival_common.update_average(self.average, self.network, min(AVERAGE_DECAY, (1 + done) / (10 + done)))
        return {"loss": loss.detach()}

    def draw(self, count, generator):
        """Euler's steps from noise to pictures."""
        steps, side = self.options.steps, self.options.size
        x = torch.randn(count, 3, side, side, generator=generator).contiguous(memory_format=torch.channels_last)
        for step in range(steps):
            x += self.velocity(self.average, x, torch.full((count,), step / steps)) / steps
        return x


def read_options() -> argparse.Namespace:
    parser = rival_common.read_parser(__doc__)
    parser.add_argument("--dim", type=int, default=32, help="channels at full size; two and four times as many below")
    parser.add_argument("--rate", type=float, default=5e-4, help="Adam's (%(default)s)")
    parser.add_argument("--steps", type=int, default=24, help="of Euler, an image (%(default)s)")
    options = parser.parse_args()
    if options.size % 4:
        parser.error("--size must be a multiple of 4")
    if options.dim % GROUPS:
        parser.error(f"--dim must be a multiple of {GROUPS}")
    return options


if __name__ == "__main__":
    options = read_options()
    rival_common.prepare(options)
    rival_common.train_and_draw(options, Flow)
