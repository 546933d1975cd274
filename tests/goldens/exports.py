"""Exports of version 1, as dcgan wrote them up to commit 85e35d6, and the images that it drew of them: what later versions
must read, without running any of it.

  exports.py PROGRAM   PROGRAM: dcgan, built at 85e35d6

Writes exports/NAME.pt and exports/NAME.npy (uint8 [N, H, W, C], images 0:0 to 0:5, with classes in turn). Needs Python
alone. The networks have seen a handful of made pictures; one is imported, its statistics equal to its biases, so that a
frozen program shares constants."""
import os
import pathlib
import struct
import subprocess
import sys
import tempfile
import zlib

HERE = pathlib.Path(__file__).resolve().parent
OUT = HERE / "exports"
ARCHITECTURES = ("dcgan", "upsample", "resnet")


def png(number, side=16):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + bytes((x * 16 + number * 29 + c * 50 + y * (number % 5)) % 256 for x in range(side) for c in
                                  range(3)) for y in range(side))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)) +
            chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def main():
    program = os.path.abspath(sys.argv[1])
    OUT.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as place:
        environment = dict(os.environ, XDG_CACHE_HOME=place + "/cache", OMP_WAIT_POLICY="passive")

        def dcgan(*words):
            subprocess.run([program, *map(str, words)], check=True, env=environment, cwd=place,
                           stdout=subprocess.DEVNULL)

        def export(model, name, *words):
            dcgan("export", model, "--out", OUT / (name + ".pt"), *words)
            dcgan("sample", OUT / (name + ".pt"), "--out", OUT / (name + ".npy"), "--count", 6)

        data = pathlib.Path(place) / "data"
        for number in range(24):
            folder = data / ("coat", "bag", "shoe")[number % 3]
            folder.mkdir(parents=True, exist_ok=True)
            (folder / f"{number:02}.png").write_bytes(png(number))
        for arch in ARCHITECTURES:
            for classes in (False, True):
                name = arch + ("_classes" if classes else "")
                dcgan("train", data, "--run", name, "--size", 16, "--base-channels", 4, "--latent", 4, "--batch", 8,
                      "--threads", 1, "--images", 160, "--arch", arch, "--eval-every", 0,
                      *(["--conditional"] if classes else []))
                export(name, name)
                export(name, name + "_frozen", "--freeze")
                if arch == "resnet" and classes or arch == "upsample" and not classes:
                    export(name, name + "_half", "--weights", "half")
                    export(name, name + "_bf16_frozen", "--weights", "bf16", "--freeze")
                if arch == "dcgan" and not classes:
                    dcgan("export", name, "--out", OUT / "discriminator_frozen.pt", "--network", "discriminator",
                          "--freeze")
        dcgan("import", HERE / "foreign" / "equal_constants.pth", "--out", "equal.ckpt")
        export("equal.ckpt", "equal_constants_frozen", "--freeze")


main()
