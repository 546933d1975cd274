"""Loads an exported generator as a user of Python would: load_generator.py FILE.pt IMAGES.bin [TOLERANCE]

IMAGES.bin: float32 images that the C++ test made from the latents of `linspace(-1.5, 1.5)`, three rows, and of the
classes 0, 1, 2 in turn where there are classes. TOLERANCE: how far images may be from these; 1e-6.
Says what is wrong and ends with 1, or prints "ok".
"""
import json
import pathlib
import sys

import torch


def main(file: str, images_file: str, tolerance: str = "1e-6") -> None:
    extra = {"dcgan.json": ""}
    generator = torch.jit.load(file, map_location="cpu", _extra_files=extra)
    told = json.loads(extra["dcgan.json"])
    assert told["format"] == "dcgan-generator" and told["version"] == 2, told
    assert told["value_range"] == [-1, 1], told
    for key in ("latent", "channels", "height", "width", "classes", "version"):
        assert getattr(generator, key) == told[key], key
    assert generator.eval() is generator and not generator.training

    z = torch.linspace(-1.5, 1.5, 3 * generator.latent).view(3, -1)
    classes = ()
    if generator.classes:
        assert len(told["class_names"]) == generator.classes, told
        classes = (torch.arange(3) % generator.classes,)
        try:
            generator(z)
            raise SystemExit("classes were missing, and nothing was said")
        except torch.jit.Error as error:
            assert "y is missing" in str(error), error
    shape = (3, generator.channels, generator.height, generator.width)
    with torch.no_grad():
        images = generator(z, *classes)
        assert images.shape == shape and images.dtype == torch.float32, (images.shape, images.dtype)
        assert -1 <= images.min() and images.max() <= 1
        assert images.std() > 0.01, "all the same"
        assert torch.equal(generator(z.view(3, -1, 1, 1), *classes), images)
        assert classes or torch.equal(generator(z, None), images)
        pixels = generator.images(z, *classes)
        assert pixels.shape == (shape[0], shape[2], shape[3], shape[1]) and pixels.dtype == torch.uint8
        assert torch.equal(pixels, ((images + 1) * 127.5).round().clamp(0, 255).to(torch.uint8).permute(0, 2, 3, 1))

    values = torch.frombuffer(bytearray(pathlib.Path(images_file).read_bytes()), dtype=torch.float32).view(shape)
    difference = (values - images).abs().max().item()
    assert difference <= float(tolerance), f"images differ by {difference}"
    print("ok")


if __name__ == "__main__":
    main(*sys.argv[1:])
