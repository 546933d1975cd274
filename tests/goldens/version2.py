"""Makes version2.pack: a pack as dcgan wrote it before there were shards (commit 974d7f9).

version2.py DCGAN: the program of that time. Packs /pictures, which it makes and removes.
"""
import pathlib
import shutil
import struct
import subprocess
import sys
import zlib


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(side, value):
    rows = (b"\0" + bytes([value]) * side) * side
    header = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


pictures = pathlib.Path("/pictures")
for name, value in (("dark", 10), ("light", 200)):
    (pictures / name).mkdir(parents=True)
    (pictures / name / "1.png").write_bytes(png(6, value))
(pictures / "notes.txt").write_text("no picture")
out = pathlib.Path(__file__).parent / "version2.pack"
subprocess.run([sys.argv[1], "data", "pack", pictures, "--out", out, "--size", "6"], check=True)
shutil.rmtree(pictures)
