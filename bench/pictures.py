"""Folders of simple made-up pictures for the measurements: a disc on a gradient, another for each number.

PNG files are written here byte by byte, so that no package is needed. They compress well: a folder of photographs
takes longer to read and to decode than one of these.
"""

import os
import shutil
import struct
import sys
import zlib


def png(width, height, rows):
    """A whole RGB file; `rows` are `height` times 3 x `width` bytes."""
    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)  # 8 bits, RGB
    data = zlib.compress(b"".join(b"\0" + row for row in rows), 1)  # 0: no filter
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def picture(number, width, height):
    """The same bytes for the same number, everywhere."""
    def draw(salt, below):
        return zlib.crc32(b"%d/%d" % (number, salt)) % below

    disc = bytes((draw(0, 256), draw(1, 256), draw(2, 256)))
    tint = (draw(3, 128), draw(4, 128), draw(5, 128))
    radius = min(width, height) * (20 + draw(6, 25)) // 100
    x, y = width // 4 + draw(7, width // 2), height // 4 + draw(8, height // 2)
    rows = []
    for row in range(height):
        shade = 127 * row // height
        ground = bytes(part + shade for part in tint)
        inside = radius * radius - (row - y) ** 2
        half = int(inside ** 0.5) if inside > 0 else 0
        left, right = max(0, x - half), min(width, x + half)
        rows.append(ground * left + disc * (right - left) + ground * (width - right))
    return png(width, height, rows)


def folder_of_pictures(work, count, width, height, first=0):
    """The folder with `count` pictures below `work`, from number `first` on; made on the first call, complete or absent."""
    path = os.path.join(work, f"pictures-{count}-{width}x{height}" + (f"-from-{first}" if first else ""))
    if os.path.isdir(path):
        return path
    print(f"making {count:,} pictures in {path}", file=sys.stderr)
    unfinished = path + ".unfinished"
    shutil.rmtree(unfinished, ignore_errors=True)
    os.makedirs(unfinished)
    for number in range(first, first + count):
        with open(os.path.join(unfinished, f"{number:06}.png"), "wb") as file:
            file.write(picture(number, width, height))
    os.rename(unfinished, path)
    return path
