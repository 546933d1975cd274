"""Runs and packs as dcgan stored them at commit 85e35d6: what later versions go on with, draw from and take options of.

  stored_runs.py PROGRAM   PROGRAM: dcgan, built at 85e35d6

Writes stored_runs/pictures.pack, and of every kind below a run directory stored_runs/NAME and two images that it drew,
stored_runs/NAME.png. Grids, event files and older checkpoints are left out. Needs Python alone."""
import os
import pathlib
import shutil
import struct
import subprocess
import sys
import zlib

OUT = pathlib.Path(__file__).resolve().parent / "stored_runs"
PLACE = pathlib.Path("/pictures-of-then")
COMMON = ["--size", "8", "--base-channels", "4", "--max-channels", "8", "--latent", "8", "--batch", "8", "--threads", "1",
          "--device", "cpu", "--images", "32", "--no-tensorboard", "--log-every", "2", "--precision", "fp32"]
KINDS = {
    "dcgan": ["--preset", "paper", "--eval-every", "0"],
    "upsample_watched": ["--eval-every", "16", "--eval-samples", "16", "--on-collapse", "rollback"],
    "resnet_classes": ["--arch", "resnet", "--conditional", "--spectral-norm", "--eval-every", "0"],
    "adaptive": ["--augment", "all", "--augment-p", "adaptive", "--minibatch-std", "--eval-every", "0"],
}


def png(number, side=8):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + bytes((x * 16 + number * 29 + c * 50 + y * (number % 5)) % 256 for x in range(side) for c in
                                  range(3)) for y in range(side))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)) +
            chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def make_all(program):
    os.environ["XDG_CACHE_HOME"] = os.environ["XDG_STATE_HOME"] = str(PLACE / "cache")

    def dcgan(*words):
        subprocess.run([program, *map(str, words)], cwd=PLACE, check=True)

    for number in range(24):
        folder = PLACE / "pictures" / f"class {number % 2}"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{number}.png").write_bytes(png(number))
    dcgan("data", "pack", "pictures", "--out", "pictures.pack", "--size", "8")
    shutil.copy(PLACE / "pictures.pack", OUT)
    for name, options in KINDS.items():
        dcgan("train", "pictures.pack", "--run", name, *COMMON, *options)
        dcgan("sample", name, "--count", "2", "--seed", "3", "--out", OUT / f"{name}.png")
        for leftover in (PLACE / name / "samples").glob("*"):
            leftover.unlink()
        shutil.copytree(PLACE / name, OUT / name)


def main(program):
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir()
    # Packs and configs hold where their pictures were.
    PLACE.mkdir()
    try:
        make_all(program)
    finally:
        shutil.rmtree(PLACE)


main(os.path.abspath(sys.argv[1]))
