"""Square crops of a few photographs: thousands of pictures of places and things, to begin trainings with.

    .venv/bin/python3 data/make_photos.py data/photos PHOTO...

Each photograph gives as many crops, of sides between 256 and 640 pixels of a picture of at most 1,600, scaled to 256.
What is nearly of one brightness, as sky, is left out. A photograph's crops depend on its name and the seed alone. Which
photographs models/photos-64.safetensors was made of, and where they come from: models/photos-64.md.
"""

import argparse
import os
import shutil
import sys
import zlib

import numpy
from PIL import Image

SIDE = 256
SIDES = (256, 320, 448, 640)
LONGEST = 1600
PLAIN = 12  # standard deviation of brightness, of 255
TRIES = 6   # a crop


def crops(photo, name, count, seed):
    """At most `count`, as pictures of SIDE x SIDE."""
    draw = numpy.random.Generator(numpy.random.Philox([seed, zlib.crc32(name.encode())]))
    scale = LONGEST / max(photo.size)
    if scale < 1:
        photo = photo.resize([round(side * scale) for side in photo.size], Image.LANCZOS)
    found = 0
    for _ in range(TRIES * count):
        side = min(int(draw.choice(SIDES)), *photo.size)
        x, y = (int(draw.integers(0, whole - side + 1)) for whole in photo.size)
        crop = photo.crop((x, y, x + side, y + side)).resize((SIDE, SIDE), Image.LANCZOS)
        if numpy.asarray(crop.convert("L")).std() < PLAIN:
            continue
        yield crop
        found += 1
        if found == count:
            return


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", help="folder to make")
    parser.add_argument("photos", nargs="+", metavar="PHOTO")
    parser.add_argument("--each", type=int, default=160, help="crops of a photograph (default %(default)s)")
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    if os.path.exists(args.out):
        sys.exit(f"'{args.out}' is there already; remove it first")
    aside = args.out.rstrip("/") + ".unfinished"
    shutil.rmtree(aside, ignore_errors=True)
    os.makedirs(aside)
    total = 0
    for path in args.photos:
        name = os.path.splitext(os.path.basename(path))[0]
        for number, crop in enumerate(crops(Image.open(path).convert("RGB"), name, args.each, args.seed)):
            crop.save(os.path.join(aside, f"{name}-{number:03d}.png"))
            total += 1
    os.rename(aside, args.out)
    print(f"{total} crops of {len(args.photos)} photographs in {args.out}")


if __name__ == "__main__":
    main()
