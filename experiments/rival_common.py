"""What the rivals share (rival_r3gan.py, rival_flow.py): their options, pictures in memory, the clock, checkpoints, and
what they leave behind. A rival is trained by train_and_draw(); the class Rival says what it has to have."""

import argparse
import copy
import ctypes
import json
import os
import pathlib
import time

import numpy
import torch
from PIL import Image

import shared
import state_sheets
from common import commit_now, processor

SAY_EVERY = 30  # seconds
# What a run may be given anew when it goes on: its length, and what does not change what is learned.
MAY_CHANGE = {"data", "out", "minutes", "images", "samples", "sheet", "save_every", "resume", "threads",
              "count_sampling"}


class Rival:
    """Networks and optimizers of which `parts` are saved; `average` is the moving average that draws."""

    def __init__(self, options: argparse.Namespace):
        self.options = options
        self.parts: dict[str, torch.nn.Module | torch.optim.Optimizer] = {}

    def step(self, real: torch.Tensor, seen: int) -> dict:
        """Trains on one batch, float [N, 3, H, W] in [-1, 1], after `seen` images. Returns losses."""
        raise NotImplementedError

    def draw(self, count: int, generator: torch.Generator) -> torch.Tensor:
        """Images of the moving average, float [N, 3, H, W], in [-1, 1] or a little beyond."""
        raise NotImplementedError


def say(**fields) -> None:
    rounded = {key: float(f"{value:.6g}") if isinstance(value, float) else value for key, value in fields.items()}
    print(json.dumps(rounded), flush=True)  # flushed: a driver waits for the line


def read_parser(description: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=pathlib.Path, required=True, help="a folder of pictures, and those below it")
    parser.add_argument("--out", type=pathlib.Path, required=True, help="folder of samples, result.json and state.pt")
    parser.add_argument("--size", type=int, default=64, help="side of the pictures (%(default)s)")
    parser.add_argument("--batch", type=int, default=64)
    length = parser.add_mutually_exclusive_group(required=True)
    length.add_argument("--minutes", type=float, help="of training, since the beginning; decoding is not counted")
    length.add_argument("--images", type=int, help="to see in training, since the beginning")
    parser.add_argument("--count-sampling", action="store_true", help="drawing the samples is part of --minutes")
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--flip", action="store_true", help="pictures are mirrored at random")
    parser.add_argument("--precision", choices=("auto", "bf16", "fp32"), default="auto",
                        help="auto is bf16 where the processor has units for it")
    parser.add_argument("--samples", type=int, default=2000)
    parser.add_argument("--sheet", type=pathlib.Path, help="file for a sheet of the first 8 x 8 samples")
    parser.add_argument("--save-every", type=float, metavar="MINUTES", help="writes state.pt so often, and at the end")
    parser.add_argument("--resume", action="store_true", help="goes on from state.pt, if there is one")
    return parser


def keep_freed_memory() -> None:
    """The heap is never given back. Otherwise the kernel clears the pages of every large tensor anew in each step."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt:  # glibc: the numbers are M_MMAP_MAX and M_TRIM_THRESHOLD of its malloc.h
        mallopt(-4, 0)
        mallopt(-1, 2**31 - 1)


def prepare(options: argparse.Namespace) -> None:
    """To be called before any tensor is made."""
    keep_freed_memory()
    torch.set_num_threads(options.threads)
    torch.set_flush_denormal(True)  # moments of weights that stand still would be denormal, and slow
    torch.manual_seed(options.seed)
    if options.precision == "auto":
        flags = next(line for line in open("/proc/cpuinfo") if line.startswith("flags")).split()
        options.precision = "bf16" if {"avx512_bf16", "amx_bf16"} & set(flags) else "fp32"


def update_average(average: torch.nn.Module, network: torch.nn.Module, decay: float) -> None:
    with torch.no_grad():
        torch._foreach_lerp_(list(average.parameters()), list(network.parameters()), 1 - decay)


def average_of(network: torch.nn.Module) -> torch.nn.Module:
    return copy.deepcopy(network).requires_grad_(False).eval()


class Pictures:
    """Decoded once, bytes [N, H, W, 3], as the program keeps them: loading costs nothing then."""

    def __init__(self, options: argparse.Namespace):
        files = shared.picture_files(options.data)
        if len(files) < options.batch:
            raise SystemExit(f"error: {len(files)} pictures below '{options.data}' are fewer than a batch")
        self.bytes = torch.empty(len(files), options.size, options.size, 3, dtype=torch.uint8)
        for row, file in zip(self.bytes, files):
            with Image.open(file) as picture:  # a box averages areas, as the program's own resize
                fitted = shared.fitted(picture, options.size, Image.Resampling.BOX)
            row.copy_(torch.from_numpy(numpy.array(fitted)))
        self.options = options
        self.epoch = -1

    def batch(self, number: int) -> torch.Tensor:
        """The `number`th since the beginning, channels-last. Orders depend on the seed and the epoch alone."""
        size, seed = self.options.batch, self.options.seed
        epoch, place = divmod(number, len(self.bytes) // size)
        if epoch != self.epoch:
            draws = torch.Generator().manual_seed(1_000_003 * seed + epoch)
            self.order = torch.randperm(len(self.bytes), generator=draws)
            self.epoch = epoch
        images = self.bytes[self.order[place * size:(place + 1) * size]]
        if self.options.flip:
            flipped = torch.rand(size) < 0.5
            images[flipped] = images[flipped].flip(2)
        return images.permute(0, 3, 1, 2).float().div_(127.5).sub_(1)


class Run:
    """Where a run stands: images seen, and seconds that training took, those before a resume too."""

    def __init__(self, options: argparse.Namespace, rival: Rival):
        self.options, self.rival = options, rival
        self.seen = self.resumed_at = 0
        self.before = 0.0
        self.reserve = None  # seconds of --minutes that are kept for drawing
        self.file = options.out / "state.pt"
        self.kept = {key: value for key, value in vars(options).items() if key not in MAY_CHANGE}
        if self.file.exists() and not options.resume:
            raise SystemExit(f"error: '{self.file}' is of an earlier run: --resume goes on from it")
        if self.file.exists():
            self.load()
        self.start = time.perf_counter()

    def seconds(self) -> float:
        return self.before + time.perf_counter() - self.start

    def is_over(self) -> bool:
        if self.options.images:
            return self.seen >= self.options.images
        return self.seconds() >= 60 * self.options.minutes - (self.reserve or 0)

    def save(self) -> None:
        state = {"options": self.kept, "seen": self.seen, "seconds": self.seconds(), "reserve": self.reserve,
                 "random": torch.get_rng_state()}
        state.update((name, part.state_dict()) for name, part in self.rival.parts.items())
        unfinished = self.file.with_suffix(".unfinished")
        torch.save(state, unfinished)
        unfinished.rename(self.file)

    def load(self) -> None:
        state = torch.load(self.file, weights_only=True)
        differing = [key for key, value in self.kept.items() if state["options"].get(key) != value]
        if differing:
            raise SystemExit(f"error: '{self.file}' was trained with other options: {', '.join(differing)}")
        for name, part in self.rival.parts.items():
            part.load_state_dict(state[name])
        self.seen, self.before, self.reserve = state["seen"], state["seconds"], state["reserve"]
        self.resumed_at = self.seen
        torch.set_rng_state(state["random"])


def drawn(rival: Rival, count: int) -> torch.Tensor:
    """Bytes [N, H, W, 3]. The same noise whatever training drew."""
    generator = torch.Generator().manual_seed(rival.options.seed + 1)
    parts = []
    with torch.no_grad():
        for first in range(0, count, rival.options.batch):
            images = rival.draw(min(rival.options.batch, count - first), generator)
            parts.append(images.float().add(1).mul(127.5).round_().clamp_(0, 255).byte().permute(0, 2, 3, 1))
    return torch.cat(parts) if parts else torch.empty(0, dtype=torch.uint8)


def measured_reserve(run: Run) -> float:
    """Seconds that drawing will take, by those of a batch."""
    start = time.perf_counter()
    drawn(run.rival, run.options.batch)
    return (time.perf_counter() - start) * run.options.samples / run.options.batch


def train(run: Run, pictures: Pictures) -> float:
    """Returns the seconds it took, all in all."""
    options, losses = run.options, {}
    if options.minutes and options.count_sampling and run.reserve is None:
        run.reserve = measured_reserve(run)
        if run.is_over():
            raise SystemExit(f"error: drawing {options.samples} samples takes {run.reserve:.0f} s: more than --minutes")
    said = saved = run.seconds()
    while not run.is_over():
        losses = run.rival.step(pictures.batch(run.seen // options.batch), run.seen)
        run.seen += options.batch
        now = run.seconds()
        if now - said >= SAY_EVERY:
            said = now
            say(event="progress", images=run.seen, seconds=now, images_per_second=run.seen / now,
                **{name: float(loss) for name, loss in losses.items()})
        if options.save_every and now - saved >= 60 * options.save_every:
            saved = now
            run.save()
    seconds = run.seconds()
    if options.save_every and run.seen > run.resumed_at:
        run.save()
    return seconds


def write_samples(images: numpy.ndarray, options: argparse.Namespace) -> None:
    folder = options.out / "samples"
    folder.mkdir(exist_ok=True)
    for old in folder.glob("*.png"):
        old.unlink()
    for i, image in enumerate(images):
        Image.fromarray(image).save(folder / f"{i:06}.png")
    if options.sheet:
        state_sheets.sheet_of(images).save(options.sheet)


def train_and_draw(options: argparse.Namespace, kind: type[Rival]) -> None:
    """prepare() has been called."""
    options.out.mkdir(parents=True, exist_ok=True)
    start = time.perf_counter()
    pictures = Pictures(options)
    say(event="decoded", pictures=len(pictures.bytes), seconds=time.perf_counter() - start)
    rival = kind(options)
    weights = {name: sum(weight.numel() for weight in part.parameters())
               for name, part in rival.parts.items() if isinstance(part, torch.nn.Module)}
    run = Run(options, rival)
    say(event="ready", images=run.seen, seconds=run.before, precision=options.precision, weights=weights)
    training = train(run, pictures)
    start = time.perf_counter()
    images = drawn(rival, options.samples).numpy()
    sampling = time.perf_counter() - start
    write_samples(images, options)
    shown = {key: str(value) if isinstance(value, pathlib.Path) else value for key, value in vars(options).items()}
    result = {"images": run.seen, "seconds_training": training, "seconds_sampling": sampling,
              "images_per_second": run.seen / training if training else 0.0, "samples": len(images), "weights": weights,
              "options": shown, "torch": torch.__version__, "processor": processor("cpu"), "commit": commit_now()}
    (options.out / "result.json").write_text(json.dumps(result, indent=1) + "\n")
    say(event="done", **{key: result[key] for key in list(result)[:5]})
