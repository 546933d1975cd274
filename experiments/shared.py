"""What the scripts here share: `import shared` lets them use modules of neighbouring folders, and reads pictures."""

import pathlib
import sys

for folder in ("bench", "data"):
    sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent / folder))


def picture_files(folder: pathlib.Path) -> list[pathlib.Path]:
    """Of the folder and of those below it, in the order of their names."""
    kinds = (".png", ".jpg", ".jpeg", ".webp", ".bmp")
    return sorted(file for file in folder.rglob("*") if file.suffix.lower() in kinds)


def fitted(picture, size: int, filter: int | None = None):
    """A picture of Pillow's to bytes size x size x 3, cut as `--fit crop` does, transparent parts over white. `filter`
    is one of Pillow's, bilinear where none is given."""
    import numpy
    from PIL import Image, ImageOps

    if picture.has_transparency_data:
        picture = picture.convert("RGBA")
        picture = Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture)
    chosen = Image.Resampling.BILINEAR if filter is None else filter
    return numpy.asarray(ImageOps.fit(picture.convert("RGB"), (size, size), chosen))
