"""Loads an exported discriminator as a user of Python would: load_discriminator.py FILE.pt LOGITS.bin

LOGITS.bin: float32 logits that the C++ test made of four images, `linspace(-1, 1)`, of the classes 0, 1, 2... in turn
where there are classes.
Says what is wrong and ends with 1, or prints "ok".
"""
import json
import pathlib
import sys

import torch


def main(file: str, logits_file: str) -> None:
    extra = {"dcgan.json": ""}
    discriminator = torch.jit.load(file, map_location="cpu", _extra_files=extra)
    told = json.loads(extra["dcgan.json"])
    assert told["format"] == "dcgan-discriminator" and told["version"] == 2, told
    for key in ("channels", "height", "width", "classes", "feature_count", "version"):
        assert getattr(discriminator, key) == told[key], key
    count = 4
    shape = (count, discriminator.channels, discriminator.height, discriminator.width)
    x = torch.linspace(-1, 1, torch.Size(shape).numel()).view(shape)
    classes = (torch.arange(count) % discriminator.classes,) if discriminator.classes else ()
    with torch.no_grad():
        logits = discriminator(x, *classes)
        maps = discriminator.feature_maps(x)
        features = discriminator.features(x)
    assert logits.shape == (count,) and logits.dtype == torch.float32, (logits.shape, logits.dtype)
    assert features.shape == (count, discriminator.feature_count), features.shape
    pooled = [torch.nn.functional.adaptive_max_pool2d(one, 4).flatten(1) for one in maps]
    assert torch.equal(torch.cat(pooled, 1), features)
    values = torch.frombuffer(bytearray(pathlib.Path(logits_file).read_bytes()), dtype=torch.float32)
    difference = (values - logits).abs().max().item()
    assert difference <= 1e-5 * (1 + values.abs().max().item()), f"logits differ by {difference}"
    print("ok")


if __name__ == "__main__":
    main(*sys.argv[1:])
