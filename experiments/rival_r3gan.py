"""A rival of the program: R3GAN in Python, as fast as PyTorch makes it on a processor.

  experiments/rival_r3gan.py --data photos/ --size 64 --minutes 60 --out r3gan --sheet r3gan/sheet.png
  experiments/rival_r3gan.py --data photos/ --minutes 60 --out r3gan --save-every 5 --resume      in pieces

Networks, loss and schedules are of Huang et al. 2024, "The GAN is dead; long live the GAN! A Modern GAN Baseline"
(arXiv 2501.05441), with fewer channels and one block a stage, and schedules of --schedule-images, for a processor has
hours where the paper's machines had days. It leaves samples/ of the moving average and result.json in --out. Progress
lines are JSON.
"""

import argparse
import math

import torch
from torch import nn
from torch.nn import functional

import rival_common

LATENT = 64
WIDTHS = (256, 256, 128, 64, 32)  # channels at 4, 8, 16, 32 and 64 px
SLOPE = 0.2
GAIN = math.sqrt(2 / (1 + SLOPE**2))  # keeps the variance through a leaky ReLU: He et al. 2015, section 2.2
GROUP = 16  # channels of a group
AVERAGE_HALF_LIFE = 500_000  # images, at the end of the schedule
AVERAGE_SHARE = 0.05  # of the images seen, that the half-life has at most: a short run would draw its beginning


class Convolve(torch.autograd.Function):
    """A convolution whose gradient for the pictures is one too, and so can be differentiated at full speed: PyTorch's
    own second derivative goes through the groups one by one. Odd sides, padded to keep the size."""

    @staticmethod
    def forward(ctx, x, weight, bias, groups):
        ctx.save_for_backward(x, weight)
        ctx.groups, ctx.has_bias = groups, bias is not None
        return functional.conv2d(x, weight, bias, padding=weight.shape[2] // 2, groups=groups)

    @staticmethod
    def backward(ctx, slope):
        x, weight = ctx.saved_tensors
        slope = slope.contiguous(memory_format=torch.channels_last)  # else all that follows keeps the head's layout
        of_x = of_weight = of_bias = None
        if ctx.needs_input_grad[0]:
            of_x = Convolve.apply(slope, turned(weight, ctx.groups), None, ctx.groups)
        # Under create_graph only the pictures' gradient is asked for; PyTorch does not tell a Function so.
        if ctx.needs_input_grad[1] and not torch.is_grad_enabled():
            padding = [weight.shape[2] // 2] * 2
            _, of_weight, of_bias = torch.ops.aten.convolution_backward(
                slope, x, weight, [len(weight)] if ctx.has_bias else None, [1, 1], padding, [1, 1], False, [0, 0],
                ctx.groups, (False, True, ctx.has_bias))
        return of_x, of_weight, of_bias, None


def turned(weight, groups):
    """The kernel of the convolution back: outputs and inputs exchanged in each group, upside down."""
    after, before, side, _ = weight.shape
    grouped = weight.view(groups, after // groups, before, side, side).transpose(1, 2)
    return grouped.reshape(groups * before, after // groups, side, side).flip(2, 3)


class Leak(torch.autograd.Function):
    """A leaky ReLU, in place. Its second derivative is zero; PyTorch makes tensors of such zeros and adds them."""

    @staticmethod
    def forward(ctx, x):
        ctx.mark_dirty(x)
        functional.leaky_relu_(x, SLOPE)
        ctx.save_for_backward(x)
        return x

    @staticmethod
    def backward(ctx, slope):
        return Leaked.apply(slope, ctx.saved_tensors[0].detach())


class Leaked(torch.autograd.Function):
    """`slope` on its way back through the Leak that made y."""

    @staticmethod
    def forward(ctx, slope, y):
        ctx.save_for_backward(y)
        return torch.ops.aten.leaky_relu_backward(slope, y, SLOPE, True)

    @staticmethod
    def backward(ctx, slope):
        return Leaked.apply(slope, ctx.saved_tensors[0]), None


class Halve(torch.autograd.Function):
    """Means of 2x2: what halving bilinearly is. PyTorch's own way back takes longer."""

    @staticmethod
    def forward(ctx, x):
        return functional.avg_pool2d(x, 2)

    @staticmethod
    def backward(ctx, slope):
        return functional.interpolate(slope / 4, scale_factor=2, mode="nearest")


class Convolution(nn.Module):
    """In the precision of what it is given; weights themselves are float32."""

    def __init__(self, before, after, side=1, groups=1, gain=1.0, bias=False):
        super().__init__()
        inputs = before // groups * side * side
        self.weight = nn.Parameter(torch.randn(after, before // groups, side, side) * gain / math.sqrt(inputs))
        self.bias = nn.Parameter(torch.zeros(after)) if bias else None
        self.groups = groups

    def forward(self, x):
        bias = self.bias if self.bias is None else self.bias.to(x.dtype)
        return Convolve.apply(x, self.weight.to(x.dtype), bias, self.groups)


class Block(nn.Module):
    """x + 1x1(3x3(1x1(x))), wider inside, the 3x3 in groups, no normalisation: section 4 of the paper."""

    def __init__(self, channels, blocks, plain):
        super().__init__()
        inner = channels // 2 if plain else 2 * channels
        groups = 1 if plain else max(1, inner // GROUP)
        # Zhang et al. 2019 (Fixup): layers by L^(-1/(2m-2)) in L branches of m layers, and the last one zero.
        gain = GAIN * blocks ** (-1 / (2 * 3 - 2))
        self.enter = Convolution(channels, inner, gain=gain, bias=True)
        self.mix = Convolution(inner, inner, 3, groups, gain=gain, bias=True)
        self.leave = Convolution(inner, channels, gain=0)

    def forward(self, x):
        return x + self.leave(Leak.apply(self.mix(Leak.apply(self.enter(x)))))


def stages_of(widths, plain):
    """A block for each width, and what lies between two: a 1x1 where channels change."""
    blocks = nn.ModuleList(Block(width, len(widths), plain) for width in widths)
    between = nn.ModuleList(nn.Identity() if before == after else Convolution(before, after)
                            for before, after in zip(widths, widths[1:]))
    return blocks, between


class Generator(nn.Module):
    """z [N, 64] to images [N, 3, H, W]. The output is linear, as the paper's."""

    def __init__(self, widths, plain, kind):
        super().__init__()
        self.basis = nn.Parameter(torch.randn(widths[0], 4, 4))
        self.weigh = nn.Parameter(torch.randn(LATENT, widths[0]) / math.sqrt(LATENT))
        self.blocks, self.between = stages_of(widths, plain)
        self.to_rgb = Convolution(widths[-1], 3)
        self.kind = kind

    def forward(self, z):
        x = self.basis * (z @ self.weigh)[:, :, None, None]
        x = self.blocks[0](x.to(self.kind, memory_format=torch.channels_last))
        for change, block in zip(self.between, self.blocks[1:]):
            # The 1x1 first, where it costs a quarter: both are linear, in space and in channels.
            x = functional.interpolate(change(x), scale_factor=2, mode="bilinear", align_corners=False)
            x = block(x)
        return self.to_rgb(x).float()


class Discriminator(nn.Module):
    """The mirror image: logits [N]."""

    def __init__(self, widths, plain, kind):
        super().__init__()
        widths = widths[::-1]
        self.from_rgb = Convolution(3, widths[0])
        self.blocks, self.between = stages_of(widths, plain)
        self.basis = nn.Parameter(torch.randn(widths[-1], 4, 4) / 4)
        self.weigh = nn.Parameter(torch.randn(widths[-1]) / math.sqrt(widths[-1]))
        self.kind = kind

    def forward(self, images):
        x = self.blocks[0](self.from_rgb(images.to(self.kind)))
        for change, block in zip(self.between, self.blocks[1:]):
            x = block(change(Halve.apply(x)))
        return (x.float() * self.basis).sum((2, 3)) @ self.weigh


def cosine(first, last, progress):
    return last + (first - last) * (1 + math.cos(math.pi * progress)) / 2


class R3gan(rival_common.Rival):
    def __init__(self, options):
        super().__init__(options)
        kind = torch.bfloat16 if options.precision == "bf16" else torch.float32
        make = dict(widths=options.widths, plain=options.plain_bottleneck, kind=kind)
        self.generator = Generator(**make).to(memory_format=torch.channels_last)
        self.discriminator = Discriminator(**make).to(memory_format=torch.channels_last)
        self.average = rival_common.average_of(self.generator)
        self.adam_g, self.adam_d = (torch.optim.Adam(network.parameters(), lr=2e-4, betas=(0.0, 0.9), fused=True)
                                    for network in (self.generator, self.discriminator))
        self.parts = {"generator": self.generator, "discriminator": self.discriminator, "average": self.average,
                      "adam_g": self.adam_g, "adam_d": self.adam_d}

    def step(self, real, seen):
        progress = min(1, seen / self.options.schedule_images)
        for adam in (self.adam_g, self.adam_d):
            adam.param_groups[0].update(lr=cosine(2e-4, 5e-5, progress), betas=(0.0, cosine(0.9, 0.99, progress)))
        fake = self.generator(torch.randn(len(real), LATENT))
        loss_d, penalty = self.train_discriminator(real, fake.detach(), cosine(*self.options.gamma, progress))
        loss_g = self.train_generator(real, fake)
        half_life = min(cosine(0, AVERAGE_HALF_LIFE, progress), AVERAGE_SHARE * seen)
        rival_common.update_average(self.average, self.generator, 0.5 ** (len(real) / half_life) if half_life else 0)
        return {"loss_d": loss_d, "loss_g": loss_g, "penalty": penalty}

    def train_discriminator(self, real, fake, gamma):
        images = torch.cat([real, fake]).requires_grad_()
        logits = self.discriminator(images)
        of_real, of_fake = logits.chunk(2)
        slope, = torch.autograd.grad(logits.sum(), images, create_graph=True)
        penalty = slope.square().sum() / len(real)  # |grad|^2 of R1 and of R2, each a mean
        loss = functional.softplus(of_fake - of_real).mean()
        self.adam_d.zero_grad()
        (loss + gamma / 2 * penalty).backward(inputs=list(self.discriminator.parameters()))
        self.adam_d.step()
        return loss.detach(), penalty.detach()

    def train_generator(self, real, fake):
        self.discriminator.requires_grad_(False)
        with torch.no_grad():
            of_real = self.discriminator(real)
        loss = functional.softplus(of_real - self.discriminator(fake)).mean()
        self.adam_g.zero_grad()
        loss.backward()
        self.adam_g.step()
        self.discriminator.requires_grad_(True)
        return loss.detach()

    def draw(self, count, generator):
        return self.average(torch.randn(count, LATENT, generator=generator))


def numbers(kind):
    return lambda text: tuple(map(kind, text.split(",")))


def read_options() -> argparse.Namespace:
    parser = rival_common.read_parser(__doc__)
    parser.add_argument("--widths", type=numbers(int), help="channels at 4 px, 8 px..., like 256,256,128,64,32")
    parser.add_argument("--plain-bottleneck", action="store_true", help="blocks narrower inside, without groups")
    parser.add_argument("--schedule-images", type=int, default=1_000_000, help="rates change so long (%(default)s)")
    parser.add_argument("--gamma", type=numbers(float), default=(2.0, 0.2), metavar="FIRST,LAST",
                        help="of the penalties (2,0.2: the paper's at 64 px)")
    options = parser.parse_args()
    stages = options.size.bit_length() - 2
    if options.size < 8 or options.size & (options.size - 1):
        parser.error("--size must be a power of two, 8 or more")
    options.widths = options.widths or WIDTHS[:stages]
    if len(options.widths) != stages or any(width % GROUP for width in options.widths):
        parser.error(f"{options.size} px want --widths of {stages} multiples of {GROUP}")
    if len(options.gamma) != 2:
        parser.error("--gamma wants two numbers")
    return options


if __name__ == "__main__":
    options = read_options()
    rival_common.prepare(options)
    rival_common.train_and_draw(options, R3gan)
