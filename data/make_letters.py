"""A data set of coloured letters: A to J in free fonts on gradients, PNG files in a folder a class.

    apt-get install fonts-dejavu-core fonts-lato fonts-roboto-unhinted fonts-open-sans fonts-ebgaramond \\
        fonts-linuxlibertine fonts-comfortaa fonts-crosextra-carlito
    .venv/bin/pip install pillow numpy
    .venv/bin/python3 data/make_letters.py data/letters

Twenty thousand pictures of 64 x 64 take about half a minute on two cores. Picture n of a seed is the same in every run
with the same versions of Pillow and of the fonts. `--gray` makes white letters on black instead, as an IDX file with
its labels beside it, for make_stacked.py. No picture holds more of a font than one letter's shape; data/README.md has
the licences.
"""

import argparse
import colorsys
import multiprocessing
import os
import random
import shutil
import struct
import sys

import numpy
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont

LETTERS = "ABCDEFGHIJ"
FOLDER = "/usr/share/fonts/"
# Named one by one, so that what else is installed has no say. No hairlines: at 64 pixels they vanish.
FONTS = {
    "truetype/dejavu/": "DejaVuSans DejaVuSans-Bold DejaVuSerif DejaVuSerif-Bold DejaVuSansMono DejaVuSansMono-Bold",
    "truetype/lato/": "Lato-Regular Lato-Italic Lato-Bold Lato-Black Lato-BlackItalic Lato-Light",
    "truetype/roboto/unhinted/RobotoTTF/": "Roboto-Regular Roboto-Medium Roboto-BoldItalic Roboto-Black",
    "truetype/open-sans/": "OpenSans-Regular OpenSans-Semibold OpenSans-ExtraBold OpenSans-CondBold",
    "opentype/ebgaramond/": "EBGaramond12-Regular EBGaramond12-Italic EBGaramond12-Bold",
    "opentype/linux-libertine/": "LinLibertine_R LinLibertine_RB LinLibertine_RI LinBiolinum_R LinBiolinum_RB",
    "truetype/comfortaa/": "Comfortaa-Regular Comfortaa-Bold",
    "truetype/crosextra/": "Carlito-Regular Carlito-BoldItalic",
}
FONT_PATHS = []  # of this process
FINE = 4  # a letter is drawn this much larger, then averaged down


def font_files():
    files = []
    for folder, names in FONTS.items():
        for name in names.split():
            path = FOLDER + folder + name + (".otf" if folder.startswith("opentype") else ".ttf")
            if not os.path.exists(path):
                sys.exit(f"make_letters: {path} is missing; this file's first lines name the packages of the fonts")
            files.append(path)
    return files


def letter_mask(draw, letter, size, height, turn, drift):
    """White on black, size x size: `letter` in a font of its own, turned by up to `turn` degrees."""
    font = ImageFont.truetype(draw.choice(FONT_PATHS), round(draw.uniform(*height) * size * FINE))
    mask = Image.new("L", (size * FINE, size * FINE))
    left, top, right, bottom = font.getbbox(letter)
    middle = size * FINE / 2
    x, y = (middle + draw.uniform(-drift, drift) * size * FINE for _ in "xy")
    ImageDraw.Draw(mask).text((x - (left + right) / 2, y - (top + bottom) / 2), letter, fill=255, font=font)
    mask = mask.rotate(draw.uniform(-turn, turn), Image.Resampling.BICUBIC, center=(x, y))
    return mask.resize((size, size), Image.Resampling.BOX)


def gradient(draw, size, first, second):
    """From one colour to the other along a line of any direction."""
    angle = draw.uniform(0, 2 * numpy.pi)
    line = numpy.linspace(-1, 1, size)
    place = numpy.cos(angle) * line[None, :] + numpy.sin(angle) * line[:, None]
    share = ((place - place.min()) / (place.max() - place.min()))[:, :, None]
    colours = numpy.array(first) * (1 - share) + numpy.array(second) * share
    return Image.fromarray((255 * colours + 0.5).astype(numpy.uint8), "RGB")


def coloured(draw, letter, size):
    """A light letter on a dark ground or the other way round; hues are free."""
    dark = draw.random() < 0.5
    hue = draw.random()

    def colour(is_dark, hue):
        if is_dark:
            return colorsys.hsv_to_rgb(hue % 1, draw.uniform(0.5, 0.95), draw.uniform(0.15, 0.45))
        return colorsys.hsv_to_rgb(hue % 1, draw.uniform(0.15, 0.6), draw.uniform(0.85, 1.0))

    ground = gradient(draw, size, colour(dark, hue), colour(dark, hue + draw.uniform(-0.15, 0.15)))
    other = hue + draw.uniform(0.2, 0.8)
    ink = gradient(draw, size, colour(not dark, other), colour(not dark, other + draw.uniform(-0.06, 0.06)))
    mask = letter_mask(draw, letter, size, (0.75, 1.0), 15, 0.05)
    if draw.random() < 0.5:
        shift = round(size * draw.uniform(0.02, 0.05))
        shadow = ImageChops.offset(mask, shift, shift).filter(ImageFilter.GaussianBlur(size / 40))
        black = Image.new("RGB", (size, size))
        ground = Image.composite(black, ground, shadow.point(lambda value: value * 55 // 100))
    return Image.composite(ink, ground, mask)


def picture(number, letter, seed, size, gray):
    draw = random.Random(f"{seed}/{number}")
    return letter_mask(draw, letter, size, (0.8, 1.05), 12, 0.04) if gray else coloured(draw, letter, size)


def letter_of(number):
    return LETTERS[number % len(LETTERS)]


def make_one(job):
    number, seed, size, gray, folder = job
    image = picture(number, letter_of(number), seed, size, gray)
    if gray:
        return image.tobytes()
    image.save(os.path.join(folder, letter_of(number), f"{number:06}.png"), compress_level=6)
    return b""


def start_worker(fonts):
    FONT_PATHS.extend(fonts)


def idx_header(*sizes):
    """Of bytes (LeCun, Cortes and Burges, "The MNIST database")."""
    return struct.pack(">BBBB", 0, 0, 8, len(sizes)) + struct.pack(f">{len(sizes)}I", *sizes)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", help="the folder to make")
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--size", type=int, default=None, help="side in pixels; 64, with --gray 32")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--gray", action="store_true", help="white on black: letters-images-idx3-ubyte and its labels")
    parser.add_argument("--processes", type=int, default=os.cpu_count())
    args = parser.parse_args()
    if os.path.exists(args.out):
        sys.exit(f"make_letters: '{args.out}' is there; remove it or name another")
    size = args.size or (32 if args.gray else 64)
    aside = args.out.rstrip("/") + ".unfinished"
    shutil.rmtree(aside, ignore_errors=True)
    os.makedirs(aside)
    for letter in "" if args.gray else LETTERS:
        os.mkdir(os.path.join(aside, letter))
    jobs = ((number, args.seed, size, args.gray, aside) for number in range(args.count))
    with multiprocessing.Pool(args.processes, start_worker, [font_files()]) as pool:
        made = pool.imap(make_one, jobs, chunksize=64)
        if args.gray:
            with open(os.path.join(aside, "letters-images-idx3-ubyte"), "wb") as images:
                images.write(idx_header(args.count, size, size))
                images.writelines(made)
            with open(os.path.join(aside, "letters-labels-idx1-ubyte"), "wb") as labels:
                labels.write(idx_header(args.count) + bytes(number % len(LETTERS) for number in range(args.count)))
        else:
            for _ in made:
                pass
    os.rename(aside, args.out)
    print(f"{args.count:,} letters of {size} x {size} in {args.out}")


if __name__ == "__main__":
    main()
