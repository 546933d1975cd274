"""Writes the network that most papers measure FID by as a feature network for `dcgan eval --features`: Inception v3 as
it was published in 2015, from the weights that pytorch-fid or torch-fidelity download.

  experiments/inception.py pt_inception-2015-12-05-6726825d.pth --out inception.pt
  dcgan eval RUN --data photos/ --features inception.pt --run-code --samples 50k

The weights: github.com/mseitzer/pytorch-fid, under its releases. They are read as tensors; nothing in the file is run.
`--random SEED` makes a network of the same shape without them: to measure speed, and for tests. Its figures mean
nothing to others.

Programs that compute FID by these weights differ in how pictures get to 299 x 299 pixels and in how levels are scaled.
`--of` says whose way it is; the file tells dcgan, which resizes accordingly unless --resize says otherwise.
"""
import argparse
import pathlib
import sys

import torch

SIDE, FEATURES, CLASSES = 299, 2048, 1008
# level: what is taken from a level of 0 to 255, and what the rest is divided by
WAYS = {"torch-fidelity": (128.0, 128.0), "clean-fid": (128.0, 128.0), "pytorch-fid": (127.5, 127.5)}


# A block is a list of branches, whose results are laid side by side. A branch is a list of steps, one after the other:
# a convolution, the name of a pooling, or again a list of branches.
def unit(name, channels, height=1, width=None):
    """A convolution that keeps the size of its map."""
    width = height if width is None else width
    return name, channels, (height, width), 1, (height // 2, width // 2)


def valid(name, channels, stride=1):
    """3 x 3, of places where it sees the whole of its window."""
    return name, channels, (3, 3), stride, (0, 0)


def three_by_three_twice(last):
    return [unit("branch3x3dbl_1", 64), unit("branch3x3dbl_2", 96, 3), last]


def block_a(pooled):
    return [[unit("branch1x1", 64)],
            [unit("branch5x5_1", 48), unit("branch5x5_2", 64, 5)],
            three_by_three_twice(unit("branch3x3dbl_3", 96, 3)),
            ["mean", unit("branch_pool", pooled)]]


def block_b():
    return [[valid("branch3x3", 384, 2)], three_by_three_twice(valid("branch3x3dbl_3", 96, 2)), ["halve"]]


def block_c(inner):
    double = [unit("branch7x7dbl_1", inner)]
    for number, shape in ((2, (7, 1)), (3, (1, 7)), (4, (7, 1))):
        double.append(unit(f"branch7x7dbl_{number}", inner, *shape))
    return [[unit("branch1x1", 192)],
            [unit("branch7x7_1", inner), unit("branch7x7_2", inner, 1, 7), unit("branch7x7_3", 192, 7, 1)],
            double + [unit("branch7x7dbl_5", 192, 1, 7)],
            ["mean", unit("branch_pool", 192)]]


def block_d():
    return [[unit("branch3x3_1", 192), valid("branch3x3_2", 320, 2)],
            [unit("branch7x7x3_1", 192), unit("branch7x7x3_2", 192, 1, 7), unit("branch7x7x3_3", 192, 7, 1),
             valid("branch7x7x3_4", 192, 2)],
            ["halve"]]


def block_e(pooling):
    def cross(name):
        return [[unit(f"{name}a", 384, 1, 3)], [unit(f"{name}b", 384, 3, 1)]]

    return [[unit("branch1x1", 320)],
            [unit("branch3x3_1", 384), cross("branch3x3_2")],
            [unit("branch3x3dbl_1", 448), unit("branch3x3dbl_2", 384, 3), cross("branch3x3dbl_3")],
            [pooling, unit("branch_pool", 192)]]


# Szegedy et al. 2016, "Rethinking the Inception architecture", table 1. As it was published in TensorFlow, means count
# the pixels of the map alone, and the last block takes maxima, where others take means.
NETWORK = [valid("Conv2d_1a_3x3", 32, 2), valid("Conv2d_2a_3x3", 32), unit("Conv2d_2b_3x3", 64, 3), "halve",
           unit("Conv2d_3b_1x1", 80), valid("Conv2d_4a_3x3", 192), "halve",
           ("Mixed_5b", block_a(32)), ("Mixed_5c", block_a(64)), ("Mixed_5d", block_a(64)), ("Mixed_6a", block_b()),
           ("Mixed_6b", block_c(128)), ("Mixed_6c", block_c(160)), ("Mixed_6d", block_c(160)),
           ("Mixed_6e", block_c(192)), ("Mixed_7a", block_d()), ("Mixed_7b", block_e("mean")),
           ("Mixed_7c", block_e("maximum"))]


def pool(kind: str, x: torch.Tensor) -> torch.Tensor:
    if kind == "mean":
        return torch.nn.functional.avg_pool2d(x, 3, stride=1, padding=1, count_include_pad=False)
    return torch.nn.functional.max_pool2d(x, 3, stride=2 if kind == "halve" else 1, padding=0 if kind == "halve" else 1)


class Convolution(torch.nn.Module):
    def __init__(self, before, channels, kernel, stride, padding):
        super().__init__()
        self.conv = torch.nn.Conv2d(before, channels, kernel, stride, padding, bias=False)
        self.bn = torch.nn.BatchNorm2d(channels, eps=1e-3, momentum=None)

    def forward(self, x):
        return torch.relu(self.bn(self.conv(x)))


class Steps(torch.nn.Module):
    """A list of steps; all convolutions of it lie flat in this module, by their names."""

    def __init__(self, before, steps):
        super().__init__()
        self.steps = steps
        self.channels = self.add(before, steps)

    def add(self, before, steps):
        for step in steps:
            if isinstance(step, str):
                continue
            if isinstance(step, list):
                before = sum(self.add(before, branch) for branch in step)
                continue
            name, *what = step
            inner = Steps(before, what) if len(what) == 1 else Convolution(before, *what)
            self.add_module(name, inner)
            before = inner.channels if len(what) == 1 else what[0]
        return before

    def run(self, steps, x):
        for step in steps:
            if isinstance(step, str):
                x = pool(step, x)
            elif isinstance(step, list):
                x = torch.cat([self.run(branch, x) for branch in step], 1)
            else:
                x = getattr(self, step[0])(x)
        return x

    def forward(self, x):
        return self.run(self.steps, x)


class Inception(Steps):
    """float32 N x 3 x 299 x 299 of about -1 to 1 to features [N, 2048]."""

    def __init__(self):
        super().__init__(3, NETWORK)
        self.fc = torch.nn.Linear(FEATURES, CLASSES)

    def forward(self, x):
        return super().forward(x).mean((2, 3))


class FeatureNetwork(torch.nn.Module):
    """What dcgan, and programs after NVIDIA's convention, call: float32 N x 3 x 299 x 299 of 0 to 255 to features, or to
    what the 1,008 classes get."""

    dcgan_resize: str

    def __init__(self, body: torch.nn.Module, fc: torch.nn.Linear, way: str):
        super().__init__()
        self.body, self.fc = body, fc
        self.dcgan_resize = way
        self.centre, self.scale = WAYS[way]

    def forward(self, images: torch.Tensor, return_features: bool = False) -> torch.Tensor:
        assert images.size(2) == 299 and images.size(3) == 299, "this Inception takes images of 299 x 299 pixels"
        features = self.body((images - self.centre) / self.scale)
        return features if return_features else self.fc(features)


def read(path: pathlib.Path) -> dict[str, torch.Tensor]:
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except OSError as problem:
        sys.exit(f"error: cannot read '{path}': {problem.strerror}")
    except Exception:  # of many kinds, as files are damaged in many ways; torch's words advise to run what is in it
        sys.exit(f"error: '{path}' is no file of weights: give pt_inception-2015-12-05-6726825d.pth, whole")
    if not isinstance(state, dict) or not all(isinstance(value, torch.Tensor) for value in state.values()):
        sys.exit(f"error: '{path}' holds no weights by name: give pt_inception-2015-12-05-6726825d.pth")
    return state


def load(network: Inception, state: dict[str, torch.Tensor], path: pathlib.Path) -> None:
    """Ends the program where a name or a shape is not that of this network."""
    wanted = network.state_dict()
    counters = {name for name in wanted if name.endswith("num_batches_tracked")}  # older files have none
    problems = [f"'{name}' is missing" for name in wanted if name not in state and name not in counters]
    problems += [f"'{name}' is none of it" for name in state if name not in wanted]
    problems += [f"'{name}' is {list(value.shape)}, not {list(wanted[name].shape)}" for name, value in state.items()
                 if name in wanted and value.shape != wanted[name].shape]
    if problems:
        more = f", and {len(problems) - 3} more" if len(problems) > 3 else ""
        sys.exit(f"error: '{path}' is not the Inception of FID: {'; '.join(problems[:3])}{more}. "
                 "Give pt_inception-2015-12-05-6726825d.pth; torchvision's own Inception is another network")
    if not all(value.isfinite().all() for value in state.values()):
        sys.exit(f"error: '{path}' holds a NaN or an infinity: it is damaged")
    network.load_state_dict(state, strict=False)


def make_random(network: Inception, seed: int) -> None:
    """He et al. 2015; then the norms get the moments of made-up pictures, so that every layer's values are near 1."""
    draw = torch.Generator().manual_seed(seed)
    for module in network.modules():
        if isinstance(module, torch.nn.Conv2d):
            inputs = module.weight[0].numel()
            module.weight.data = torch.randn(module.weight.shape, generator=draw) * (2 / inputs) ** 0.5
        elif isinstance(module, torch.nn.BatchNorm2d):
            module.bias.data = 0.2 * torch.randn(module.bias.shape, generator=draw)
    noise = [torch.randn(1, 3, side, side, generator=draw) for side in (3, 9, 30, 90, SIDE)]
    pictures = torch.cat([torch.nn.functional.interpolate(one, SIDE, mode="bicubic") for one in noise])
    network.train()
    with torch.no_grad():
        network(pictures.clamp(-1, 1))
    network.eval()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("weights", nargs="?", type=pathlib.Path, help="pt_inception-2015-12-05-6726825d.pth")
    parser.add_argument("--random", type=int, metavar="SEED", help="random weights instead")
    parser.add_argument("--of", choices=WAYS, default="torch-fidelity", help="program whose way it is to be used in")
    parser.add_argument("--out", required=True, type=pathlib.Path, help="the TorchScript file")
    arguments = parser.parse_args()
    if (arguments.weights is None) == (arguments.random is None):
        parser.error("give a file of weights, or --random SEED")
    network = Inception().eval()
    if arguments.weights is None:
        make_random(network, arguments.random)
    else:
        load(network, read(arguments.weights), arguments.weights)
    network.requires_grad_(False)
    fc = network.fc
    del network.fc  # the body is traced without it
    body = torch.jit.trace(network, torch.zeros(1, 3, SIDE, SIDE), check_trace=False)
    file = torch.jit.script(FeatureNetwork(body, fc, arguments.of).eval())
    partial = arguments.out.with_name(arguments.out.name + ".part")
    file.save(str(partial))
    partial.replace(arguments.out)
    print(f"{arguments.out}: {FEATURES} features, resize as {arguments.of}'s")


if __name__ == "__main__":
    main()
