"""The other side of inception_test.cpp: writes feature networks by experiments/inception.py, and what a second forward
pass, written out line by line, makes of two pictures by their weights.

  read_inception.py REPOSITORY FOLDER      writes FOLDER/random.pt, loaded.pt and answers.json"""
import json
import pathlib
import sys

import numpy
import torch
import torch.nn.functional as F
from PIL import Image

repository, folder = map(pathlib.Path, sys.argv[1:])
sys.path.append(str(repository / "experiments"))
import inception  # noqa: E402


def write(*words):
    """What the script says where it refuses; nothing where it writes."""
    sys.argv = ["inception.py", *map(str, words)]
    try:
        inception.main()
    except SystemExit as end:
        return str(end)
    return ""


def picture(width, height, number):
    y, x = numpy.meshgrid(numpy.arange(height), numpy.arange(width), indexing="ij")
    return numpy.stack([(x * (3 + number) + y * (5 * c + 1) + (x * y) // (7 + c)) % 256 for c in range(3)])


def as_tensorflow(planes):
    """[3, H, W] to [3, 299, 299]: pixel i from i * in / out."""
    for axis in (1, 2):
        size = planes.shape[axis]
        at = numpy.arange(299) * size / 299
        low = numpy.floor(at).astype(int)
        part = (at - low).reshape((-1, 1) if axis == 1 else (-1,))
        high = numpy.minimum(low + 1, size - 1)
        planes = planes.take(low, axis) * (1 - part) + planes.take(high, axis) * part
    return planes


def as_clean_fid(planes):
    one = [Image.fromarray(plane.astype(numpy.float32)).resize((299, 299), Image.BICUBIC) for plane in planes]
    return numpy.stack(one).clip(0, 255)


def features(state, levels, centre, scale):
    x = (torch.from_numpy(numpy.stack(levels)).float() - centre) / scale
    w = state

    def c(x, name, stride=1, pad=0):
        x = F.conv2d(x, w[name + ".conv.weight"], stride=stride, padding=pad)
        mean, var, gain, bias = (w[f"{name}.bn.{key}"][:, None, None]
                                 for key in ("running_mean", "running_var", "weight", "bias"))
        return ((x - mean) / torch.sqrt(var + 0.001) * gain + bias).clamp(min=0)

    def mean(x):
        ones = torch.ones_like(x[:1, :1])
        return F.avg_pool2d(x, 3, 1, 1) / F.avg_pool2d(ones, 3, 1, 1)

    def a(x, n):
        five = c(c(x, n + "branch5x5_1"), n + "branch5x5_2", pad=2)
        three = c(c(c(x, n + "branch3x3dbl_1"), n + "branch3x3dbl_2", pad=1), n + "branch3x3dbl_3", pad=1)
        return torch.cat([c(x, n + "branch1x1"), five, three, c(mean(x), n + "branch_pool")], 1)

    def b(x, n):
        three = c(c(c(x, n + "branch3x3dbl_1"), n + "branch3x3dbl_2", pad=1), n + "branch3x3dbl_3", 2)
        return torch.cat([c(x, n + "branch3x3", 2), three, F.max_pool2d(x, 3, 2)], 1)

    def seven(x, n, lying):
        for number, lies in enumerate(lying, 2):
            x = c(x, f"{n}_{number}", pad=(0, 3) if lies else (3, 0))
        return x

    def d(x, n):
        left = c(c(x, n + "branch3x3_1"), n + "branch3x3_2", 2)
        right = c(seven(c(x, n + "branch7x7x3_1"), n + "branch7x7x3", (True, False)), n + "branch7x7x3_4", 2)
        return torch.cat([left, right, F.max_pool2d(x, 3, 2)], 1)

    def mixed(x, n):
        short = seven(c(x, n + "branch7x7_1"), n + "branch7x7", (True, False))
        long = seven(c(x, n + "branch7x7dbl_1"), n + "branch7x7dbl", (False, True, False, True))
        return torch.cat([c(x, n + "branch1x1"), short, long, c(mean(x), n + "branch_pool")], 1)

    def e(x, n, pooled):
        def both(x, n):
            return torch.cat([c(x, n + "a", pad=(0, 1)), c(x, n + "b", pad=(1, 0))], 1)

        left = both(c(x, n + "branch3x3_1"), n + "branch3x3_2")
        right = both(c(c(x, n + "branch3x3dbl_1"), n + "branch3x3dbl_2", pad=1), n + "branch3x3dbl_3")
        return torch.cat([c(x, n + "branch1x1"), left, right, c(pooled, n + "branch_pool")], 1)

    x = c(c(c(x, "Conv2d_1a_3x3", 2), "Conv2d_2a_3x3"), "Conv2d_2b_3x3", pad=1)
    x = c(c(F.max_pool2d(x, 3, 2), "Conv2d_3b_1x1"), "Conv2d_4a_3x3")
    x = F.max_pool2d(x, 3, 2)
    for name in "bcd":
        x = a(x, f"Mixed_5{name}.")
    x = b(x, "Mixed_6a.")
    for name in "bcde":
        x = mixed(x, f"Mixed_6{name}.")
    x = d(x, "Mixed_7a.")
    x = e(x, "Mixed_7b.", mean(x))
    x = e(x, "Mixed_7c.", F.max_pool2d(x, 3, 1, 1))
    return x.mean((2, 3))


def main():
    assert write("--random", 5, "--out", folder / "random.pt") == ""
    whole = torch.jit.load(str(folder / "random.pt")).state_dict()
    state = {name.removeprefix("body."): value for name, value in whole.items()}
    weights = folder / "weights.pth"
    torch.save({name: value for name, value in state.items() if not name.endswith("num_batches_tracked")}, weights)
    assert write(weights, "--of", "pytorch-fid", "--out", folder / "loaded.pt") == ""

    wide = [picture(70, 40, number) for number in range(2)]
    answers = {"torch-fidelity": features(state, [as_tensorflow(one) for one in wide], 128, 128).tolist(),
               "clean-fid": features(state, [as_clean_fid(one) for one in wide], 128, 128).tolist()}
    full = [picture(299, 299, number) for number in range(2)]
    answers["pytorch-fid"] = features(state, full, 127.5, 127.5).tolist()

    without = dict(state)
    without.pop("Mixed_6c.branch7x7_2.conv.weight")
    torchvision = dict(state, **{"fc.weight": torch.zeros(1000, 2048), "AuxLogits.fc.bias": torch.zeros(1000)})
    damaged = dict(state, **{"fc.bias": torch.full((1008,), float("nan"))})
    refused = {}
    for name, content in {"without": without, "torchvision": torchvision, "damaged": damaged, "list": [1, 2]}.items():
        torch.save(content, folder / f"{name}.pth")
    (folder / "text.pth").write_text("no weights")
    for name in ("without", "torchvision", "damaged", "list", "text", "missing"):
        refused[name] = write(folder / f"{name}.pth", "--out", folder / "refused.pt")
    answers["refused"] = refused
    answers["has_written"] = (folder / "refused.pt").exists()
    (folder / "answers.json").write_text(json.dumps(answers))


main()
