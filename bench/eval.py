"""Seconds of `dcgan eval` of a folder of pictures, beside the package torch-fidelity on the same pictures, features and
cores, in turns; and whether both say the same.

  python3 -m venv fidelity && fidelity/bin/pip install torch-fidelity
  bench/eval.py --python fidelity/bin/python --images 10000 --network light
  bench/eval.py --python fidelity/bin/python --images 500 --network inception

`--network light`: a network of 512 features at 64 px, in one TorchScript file that both load. `inception`: the network
of FID with random weights at 299 px (experiments/inception.py), for torch-fidelity as its own network in Python, and as
the file that dcgan loads. Two folders of as many made-up pictures at 64 px; nothing is kept from turn to turn. Times are
of whole processes. dcgan's has more in it: density, coverage, copies, diversity, KID's interval and, of every figure,
what real pictures get. It takes five neighbours for precision and recall where torch-fidelity takes three.
OMP_WAIT_POLICY=passive, where it is set, holds for both: fairer where other programs run beside them. Then the seconds
of cores are what is to be compared.
"""
import argparse
import json
import os
import pathlib
import resource
import statistics
import subprocess
import sys
import tempfile
import time

from common import PROGRAM, ROOT, processor
from pictures import folder_of_pictures

SIDE = 64


def light(path: pathlib.Path) -> None:
    """Depthwise and pointwise convolutions with norms, as networks for small machines have them. Random weights."""
    import torch
    from torch import nn

    def convolution(before, channels, kernel, stride, groups=1):
        return [nn.Conv2d(before, channels, kernel, stride, kernel // 2, groups=groups, bias=False),
                nn.BatchNorm2d(channels, momentum=None), nn.ReLU6()]

    class Light(nn.Module):
        def __init__(self):
            super().__init__()
            layers = convolution(3, 32, 3, 2)
            for before, channels, stride in ((32, 64, 1), (64, 128, 2), (128, 128, 1), (128, 256, 2), (256, 256, 1),
                                             (256, 512, 2)):
                layers += convolution(before, before, 3, stride, before) + convolution(before, channels, 1, 1)
            self.body = nn.Sequential(*layers)

        def forward(self, images: torch.Tensor, return_features: bool = True) -> torch.Tensor:
            return self.body(images / 127.5 - 1).mean((2, 3))

    torch.manual_seed(0)
    network = Light()
    with torch.no_grad():
        network(255 * torch.rand(64, 3, SIDE, SIDE))  # norms get their moments
    torch.jit.script(network.eval()).save(str(path))


def inception(path: pathlib.Path, weights: pathlib.Path) -> None:
    import torch
    subprocess.run([sys.executable, ROOT / "experiments/inception.py", "--random", "1", "--out", path], check=True,
                   stdout=subprocess.DEVNULL)
    state = torch.jit.load(str(path)).state_dict()
    torch.save({name.removeprefix("body."): value for name, value in state.items()}, weights)


def timed(words: list[str], folder: pathlib.Path) -> tuple[float, float, dict]:
    """Seconds on the clock, of all cores, and what was printed."""
    def of_cores() -> float:
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        return used.ru_utime + used.ru_stime

    begin, before = time.perf_counter(), of_cores()
    own = {"PATH": "/usr/bin:/bin", "HOME": str(folder), "XDG_CACHE_HOME": str(folder / "cache")}
    said = {name: value for name, value in os.environ.items() if name.startswith("OMP_")}
    done = subprocess.run(words, check=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=own | said)
    return time.perf_counter() - begin, of_cores() - before, json.loads(done.stdout[done.stdout.index("{"):])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--python", default=sys.executable, help="a Python that has torch-fidelity")
    parser.add_argument("--network", choices=("light", "inception"), default="light")
    parser.add_argument("--images", type=int, default=10_000, help="pictures a side")
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--work", default="bench-work", help="where the pictures stay")
    parser.add_argument("--program", default=PROGRAM)
    arguments = parser.parse_args()
    made, real = (folder_of_pictures(arguments.work, arguments.images, SIDE, SIDE, first)
                  for first in (0, arguments.images))
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        file, weights = folder / "features.pt", folder / "weights.pth"
        side = SIDE if arguments.network == "light" else 299
        light(file) if arguments.network == "light" else inception(file, weights)
        fidelity = [arguments.python, ROOT / "bench/fidelity.py", made, real, "--threads", str(arguments.threads),
                    "--subset", str(min(1000, arguments.images))]
        ways = {"dcgan": [arguments.program, "eval", made, "--data", real, "--size", str(SIDE), "--features", file,
                          "--run-code", "--threads", str(arguments.threads), "--json"],
                "torch-fidelity, the same file": [*fidelity, "--network", file, "--side", str(side)]}
        if arguments.network == "inception":
            ways["torch-fidelity, its own"] = [*fidelity, "--weights", weights]
        clock: dict[str, list[float]] = {way: [] for way in ways}
        cores: dict[str, list[float]] = {way: [] for way in ways}
        for turn in range(arguments.turns):
            order = list(ways)[turn % len(ways):] + list(ways)[:turn % len(ways)]
            for way in order:
                subprocess.run(["rm", "-rf", folder / "cache"], check=True)
                taken, used, said = timed([str(word) for word in ways[way]], folder)
                clock[way].append(taken)
                cores[way].append(used)
                if "figures" in said:
                    said = {name: next(figure["value"] for key, figure in said["figures"].items()
                                       if key.startswith(name + "_")) for name in ("fid", "kid", "precision", "recall")}
                print(f"{way}: {taken:.1f} s, {used:.1f} s of cores, " + ", ".join(f"{name} {value:.6g}" for name, value in said.items()),
                      flush=True)
    print(f"{arguments.network}, {arguments.images:,} pictures a side, {arguments.threads} threads, {processor('cpu')}")
    for what, seconds in (("s", clock), ("s of cores", cores)):
        for way, times in seconds.items():
            ratios = [theirs / ours for theirs, ours in zip(times, seconds["dcgan"])]
            print(f"{way}: {statistics.median(times):.1f} {what}, over dcgan's {statistics.median(ratios):.2f} "
                  f"({min(ratios):.2f} to {max(ratios):.2f})")


if __name__ == "__main__":
    main()
