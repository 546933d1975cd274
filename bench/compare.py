#!/usr/bin/env python3
"""Measures dcgan beside a Python program on the same LibTorch, in alternating rounds within one run.

  bench/compare.py --build build/release --python .venv/bin/python [--only step,program,start,memory]

Builds nothing; README.md says what to build and what each part means. Standard library only.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from common import log_of
from pictures import folder_of_pictures
from processes import Contestant, Process, fail, is_record, watch_memory

HERE = Path(__file__).resolve().parent
PARTS = ("step", "program", "start", "memory")
VARIANTS = ("plain", "tuned", "autocast", "graph")
PHOTO = (178, 218)  # width and height in the program and start parts: pictures that must be resized and cut
started = []        # every child, so that none outlives this program


def launch(kind, command):
    process = kind(command)
    started.append(process)
    return process


def spread(values):
    return {"min": min(values), "median": statistics.median(values), "max": max(values), "all": values}


def row(name, values, digits, unit):
    low, middle, high = (f"{value:.{digits}f}" for value in (min(values), statistics.median(values), max(values)))
    print(f"  {name:<34} {low:>9} {middle:>9} {high:>9}  {unit}", flush=True)


def heading(text):
    print(f"\n{text}\n  {'':<34} {'min':>9} {'median':>9} {'max':>9}", flush=True)


def ratios(a, b):
    """Round by round: what slows the machine down for a while slows both."""
    return [x / y for x, y in zip(a, b)]


class Bench:
    def __init__(self, options):
        self.options = options
        has_bf16, has_graphs = "bf16" in options.precisions, options.device.startswith("cuda")
        self.variants = [one for one in VARIANTS if {"autocast": has_bf16, "graph": has_bf16 and has_graphs}.get(one, True)]
        self.dcgan = options.build / "dcgan"
        self.step = options.build / "bench" / "dcgan_bench_step"
        self.work = Path(options.work)
        self.work.mkdir(parents=True, exist_ok=True)

    # Commands

    def common(self, size, base):
        return ["--size", size, "--base-channels", base, "--batch", self.options.batch, "--threads", self.options.threads,
                "--device", self.options.device]

    def ours_step(self, size, base, precision):
        return [self.step, *self.common(size, base), "--precision", precision]

    def reference(self, variant, size, base):
        return [self.options.python, HERE / "reference.py", "--variant", variant, *self.common(size, base)]

    def train(self, data, run, *more, base=64, cache=None):
        return [self.dcgan, "train", data, "--run", run, "--cache", cache or self.work / "pixels", "--json",
                "--preset", "pytorch-example", *self.common(64, base), "--precision", self.options.precisions[-1], *more]

    def temporary_run(self):
        """A place for a run directory that goes when the block ends."""
        return tempfile.TemporaryDirectory(prefix="run-", dir=self.work)

    def first_step(self, data, base=64, cache=None):
        """A run of one step: seconds from process start until data is open, and until the first record."""
        with self.temporary_run() as run:
            process = launch(Process, self.train(data, Path(run) / "r", "--images", self.options.batch, "--log-every", 1,
                                                 base=base, cache=cache))
            opened = process.wait_for(lambda said: said.get("event") == "start")[0]
            stepped = process.wait_for(is_record)[0]
            process.drain()
            return opened, stepped

    def see(self, data):
        """A first short run, so that decoded pixels are kept."""
        self.first_step(data, base=8)

    # Parts

    def part_step(self):
        return [self.step_line(size, base) for size, base in self.options.sizes]

    def step_line(self, size, base):
        """All stay warm; the one whose turn it is not sleeps on its pipe. Who begins changes from round to round."""
        ours = [f"ours, {precision}" for precision in self.options.precisions]
        names = [*ours, *self.variants]
        commands = [*(self.ours_step(size, base, precision) for precision in self.options.precisions),
                    *(self.reference(one, size, base) for one in self.variants)]
        players = {name: launch(Contestant, command) for name, command in zip(names, commands)}
        versions = {name: player.ready["torch"].partition("+")[0] for name, player in players.items()}  # 2.13.0+cpu
        if len(set(versions.values())) > 1:
            print(f"These are different LibTorch versions: {versions}")
        speeds = {name: [] for name in names}
        for number in range(self.options.rounds):
            turn = number % len(names)
            for name in names[turn:] + names[:turn]:
                speeds[name].append(players[name].play_round(self.options.seconds))
        for player in players.values():
            player.end()
        device = players[ours[0]].ready["device"]
        heading(f"Step alone on {device}, {size} px, base {base}, batch {self.options.batch}, {self.options.rounds} rounds of "
                f"{self.options.seconds:g} s, torch {' / '.join(sorted(set(versions.values())))}")
        for name in players[ours[0]].ready["devices"]:
            if name.startswith(device + ":"):
                print(f"  {name}")
        for name in names:
            row(name, speeds[name], 1, "images/s")
        pairs = {f"{mine} / {one}": ratios(speeds[mine], speeds[one]) for mine in ours for one in self.variants}
        for name, values in pairs.items():
            row(name, values, 3, "")
        return {"size": size, "base_channels": base, "batch": self.options.batch, "torch": versions, "device": device,
                "images_per_second": {name: spread(values) for name, values in speeds.items()},
                "ratio": {name: spread(values) for name, values in pairs.items()}}

    def part_program(self):
        options = self.options
        data = options.data or folder_of_pictures(self.work, options.pictures, *PHOTO)
        self.see(data)
        precision = options.precisions[-1]
        bare = launch(Contestant, self.ours_step(64, 64, precision))
        names = ["step", "program", "records", "wait", *self.variants]
        speeds = {name: [] for name in names}
        for _ in range(options.program_rounds):
            speeds["step"].append(bare.play_round(options.seconds))
            program, records, wait = self.train_for(data, options.program_seconds)
            speeds["program"].append(program), speeds["records"].append(records), speeds["wait"].append(wait)
            for variant in self.variants:
                process = launch(Process, [*self.reference(variant, 64, 64), "--data", data, "--seconds", options.program_seconds])
                speeds[variant].append(process.wait_for(lambda said: said.get("event") == "done")[1]["images_per_second"])
                process.drain()
        bare.end()
        lost = [100 * (1 - share) for share in ratios(speeds["program"], speeds["step"])]
        heading(f"Whole program, 64 px, base 64, batch {options.batch}, ours in {precision}, {options.program_rounds} rounds of {options.program_seconds:g} s, {data}")
        row("ours, step alone", speeds["step"], 1, "images/s")
        row("dcgan train, start excluded", speeds["program"], 1, "images/s")
        row("  up to its last record", speeds["records"], 1, "images/s")
        row("  lost against the step alone", lost, 1, "%")
        row("  waiting for pictures", [100 * share for share in speeds["wait"]], 2, "%")
        for variant in self.variants:
            row(f"Python program, {variant}", speeds[variant], 1, "images/s")
        for variant in self.variants:
            row(f"dcgan train / {variant}", ratios(speeds["program"], speeds[variant]), 3, "")
        return {"data": str(data), "images_per_second": {name: spread(speeds[name]) for name in names if name != "wait"},
                "lost_percent": spread(lost), "data_wait_share": spread(speeds["wait"]),
                "ratio": {f"program/{one}": spread(ratios(speeds["program"], speeds[one])) for one in self.variants}}

    def train_for(self, data, seconds):
        """Images/s of a run with its last grid and checkpoint, images/s up to its last record, share of waiting."""
        with self.temporary_run() as run:
            run = Path(run) / "r"
            process = launch(Process, self.train(data, run, "--time", f"{seconds:g}s"))
            _, done = process.wait_for(lambda said: said.get("event") == "done")
            process.drain()
            records, _ = log_of(run)
            if not records:
                fail(f"{seconds:g} s gave {done['images']} images and no record: raise --program-seconds")
            wait = sum(one["data_wait_share"] * one["steps"] for one in records) / sum(one["steps"] for one in records)
            return done["images"] / done["seconds"], records[-1]["images"] / records[-1]["seconds"], wait

    def part_start(self):
        options = self.options
        data = folder_of_pictures(self.work, 10_000, *PHOTO)
        names = ["opened", "ours", *self.variants]
        seconds = {name: [] for name in names}
        with self.temporary_run() as nothing_kept:
            unseen = self.first_step(data, cache=nothing_kept)[1]
        self.see(data)
        for _ in range(options.start_rounds):
            opened, stepped = self.first_step(data)
            seconds["opened"].append(opened), seconds["ours"].append(stepped)
            for variant in self.variants:
                process = launch(Process, [*self.reference(variant, 64, 64), "--data", data, "--seconds", 0.001])
                seconds[variant].append(process.wait_for(lambda said: said.get("event") == "first")[0])
                process.drain()
        heading(f"Process start to the first step done, 10,000 pictures, 64 px, base 64, batch {options.batch}")
        row("dcgan train, folder seen before", seconds["ours"], 2, "s")
        row("  of that until the data is open", seconds["opened"], 2, "s")
        row("dcgan train, folder never seen", [unseen], 2, "s")
        for variant in self.variants:
            row(f"Python program, {variant}", seconds[variant], 2, "s")
        return {"seconds": {name: spread(values) for name, values in seconds.items()},
                "unseen_seconds": unseen}

    def part_memory(self):
        options = self.options
        few, many = (folder_of_pictures(self.work, count, 64, 64) for count in (512, 100_000))
        for data in (few, many):
            self.see(data)
        time_limit = ("--time", f"{options.memory_seconds:g}s")
        runs = [("dcgan, 512 pictures", few, 512, 64, time_limit),
                ("dcgan, 100,000 pictures", many, 100_000, 64, time_limit),
                # Small networks, to come through every picture in reasonable time: pages of the map add up to RssFile.
                ("dcgan, 100,000, base 8", many, 100_000, 8, ("--epochs", options.memory_epochs))]
        print(f"\nMemory in MB, 64 px, batch {options.batch}: RssAnon, with RssFile (maps and libraries, which the system may drop) in brackets; Python with its workers\n"
              f"  {'':<34} {'1st epoch':>14} {'last epoch':>14} {'highest':>9}  epochs")
        results = []
        for name, data, count, base, length in runs:
            with self.temporary_run() as run:
                process = launch(Process, self.train(data, Path(run) / "r", *length, "--log-every", 4, base=base))
                samples = watch_memory(process, lambda said: said.get("images"))
            results.append(self.memory_line(name, samples, count))
        for name, data, count in (("Python plain, 512 pictures", few, 512), ("Python plain, 100,000 pictures", many, 100_000)):
            process = launch(Process, [*self.reference("plain", 64, 64), "--data", data, "--seconds", options.memory_seconds])
            samples = watch_memory(process, lambda said: said.get("images"))
            results.append(self.memory_line(name, samples, count))
        return results

    def memory_line(self, name, samples, pictures):
        """Epochs are told apart by images seen; without a whole epoch the first and the last are halves of the run."""
        training = [one for one in samples if one[0] > 0] or samples
        epochs = training[-1][0] / pictures
        if epochs >= 2:
            first = [one for one in training if one[0] < pictures] or training[:1]
            last = [one for one in training if one[0] >= (int(epochs) - 1) * pictures]
        else:
            half = (len(training) + 1) // 2
            first, last = training[:half], training[half - 1:]
        def show(part):
            return f"{statistics.median(one[1] for one in part):.0f} ({max(one[2] for one in part):.0f})"
        highest = max(one[1] for one in samples)
        print(f"  {name:<34} {show(first):>14} {show(last):>14} {highest:>9.0f}  {epochs:.1f}", flush=True)
        return {"name": name, "epochs": epochs, "highest_anonymous": highest, "images_anonymous_file": samples}


def processor():
    with open("/proc/cpuinfo") as file:
        names = [line.partition(":")[2].strip() for line in file if line.startswith("model name")]
    return names[0] if names else "unknown"


def usual_precisions(device):
    """What `dcgan train` can choose between here; its choice for large networks last."""
    if device != "cpu":
        return ["fp32", "tf32", "bf16"]
    with open("/proc/cpuinfo") as file:
        text = file.read()
    return ["fp32", "bf16"] if "avx512_bf16" in text or "amx_bf16" in text else ["fp32"]


def precisions(text):
    chosen = text.split(",")
    if not set(chosen) <= {"fp32", "tf32", "bf16"}:
        raise argparse.ArgumentTypeError("some of fp32,tf32,bf16")
    return chosen


def sizes(text):
    try:
        return [tuple(int(part) for part in pair.split(":")) for pair in text.split(",")]
    except ValueError:
        raise argparse.ArgumentTypeError("SIZE:BASE pairs, as 64:64,32:32")


def parts(text):
    chosen = text.split(",")
    if not set(chosen) <= set(PARTS):
        raise argparse.ArgumentTypeError("some of " + ",".join(PARTS))
    return [part for part in PARTS if part in chosen]


def read_options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=Path, default=Path("build/release"), help="the build folder (%(default)s)")
    parser.add_argument("--python", default=sys.executable, help="a Python that has torch (and Pillow for all parts but step)")
    parser.add_argument("--only", type=parts, default=list(PARTS), help="parts, of " + ",".join(PARTS))
    parser.add_argument("--work", default="bench-work", help="folder for made-up pictures, kept pixels and runs (%(default)s)")
    parser.add_argument("--json", help="write all figures to this file too")
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)), help="of each contestant (%(default)s)")
    parser.add_argument("--device", default="cpu", help="of each contestant: cpu, cuda or cuda:N (%(default)s)")
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--sizes", type=sizes, default=[(64, 64), (32, 32)], help="step: SIZE:BASE,... (64:64,32:32)")
    parser.add_argument("--precisions", type=precisions,
                        help="step: ours in each; the other parts: in the last (fp32, and bf16 where the processor has units for it)")
    parser.add_argument("--rounds", type=int, default=5, help="step: rounds of each (%(default)s)")
    parser.add_argument("--seconds", type=float, default=8, help="step: length of a round (%(default)s)")
    parser.add_argument("--data", help="program: a folder of pictures instead of made-up ones")
    parser.add_argument("--pictures", type=int, default=10_000, help="program: made-up pictures (%(default)s)")
    parser.add_argument("--program-rounds", type=int, default=2, help="(%(default)s)")
    parser.add_argument("--program-seconds", type=float, default=60, help="(%(default)s)")
    parser.add_argument("--start-rounds", type=int, default=5, help="(%(default)s)")
    parser.add_argument("--memory-seconds", type=float, default=60, help="(%(default)s)")
    parser.add_argument("--memory-epochs", type=int, default=2, help="of small networks through 100,000 pictures (%(default)s)")
    options = parser.parse_args()
    options.precisions = options.precisions or usual_precisions(options.device)
    return options


def check(bench, options):
    """Everything that could be missing, before anything is measured."""
    if "step" in options.only or "program" in options.only:
        if not bench.step.is_file():
            fail(f"'{bench.step}' is not there: `cmake --build {options.build} --target dcgan_bench_step`")
    if options.only != ["step"]:
        if not bench.dcgan.is_file():
            fail(f"'{bench.dcgan}' is not there: `cmake --build {options.build}`")
        if subprocess.run([options.python, "-c", "import PIL"], capture_output=True).returncode:
            fail(f"{options.python} has no Pillow, which the Python program decodes with: `pip install pillow numpy`")
    if subprocess.run([options.python, "-c", "import torch"], capture_output=True).returncode:
        fail(f"{options.python} has no torch: name one that has with --python")


def main():
    options = read_options()
    bench = Bench(options)
    check(bench, options)
    load = os.getloadavg()[0]
    machine = {"processor": processor(), "cores": len(os.sched_getaffinity(0)), "threads": options.threads,
               "load_before": load, "date": time.strftime("%Y-%m-%d %H:%M:%S")}
    print(f"{machine['processor']}, {machine['cores']} cores, {options.threads} threads each, {machine['date']}")
    if load > 0.3:
        print(f"The machine was busy before this began (load {load:.1f}): ratios may hold, figures do not.")
    results = {"machine": machine}
    try:
        for part in options.only:
            results[part] = getattr(bench, "part_" + part)()
    finally:
        for process in started:
            process.stop()
    if options.json:
        Path(options.json).write_text(json.dumps(results, indent=1) + "\n")


if __name__ == "__main__":
    main()
