"""Trains a small classifier on labelled pictures and writes it as a feature network for `dcgan eval --features`: a third
opinion beside the random networks, of a network that knows what the pictures show.

  experiments/classifier.py photos/ --size 32 --out faces-32.pt          classes are subfolders, or the labels of an IDX file
  dcgan eval RUN --data photos/ --features faces-32.pt --run-code

A tenth of the pictures is kept from training, and the share of them that it names rightly is printed. Features are its
last layer but one, 128 a picture.
"""
import argparse
import pathlib

import numpy
import torch
from PIL import Image

import shared
from make_stacked import read_idx

FEATURES = 128


class Classifier(torch.nn.Module):
    """float32 N x 3 x H x W of 0 to 255 to features [N, 128]."""

    def __init__(self, size: int, classes: int):
        super().__init__()
        layers, before = [], 3
        for channels in (16, 32, 64, FEATURES)[4 - max(3, size.bit_length() - 3):]:
            layers += [torch.nn.Conv2d(before, channels, 3, padding=1, bias=False), torch.nn.BatchNorm2d(channels),
                       torch.nn.ReLU(), torch.nn.MaxPool2d(2)]
            before = channels
        self.body = torch.nn.Sequential(*layers, torch.nn.AdaptiveAvgPool2d(2), torch.nn.Flatten(),
                                        torch.nn.Linear(4 * before, FEATURES), torch.nn.ReLU())
        self.head = torch.nn.Linear(FEATURES, classes)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return self.body(images / 127.5 - 1)


def read(path: pathlib.Path, size: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Bytes N x 3 x size x size, cut as dcgan's `--fit crop` does, and classes."""
    if path.is_dir():
        files = sorted(file for folder in path.iterdir() if folder.is_dir() for file in folder.iterdir())
        names = sorted({file.parent.name for file in files})
        pictures, labels = map(Image.open, files), [names.index(file.parent.name) for file in files]
    else:
        pictures = map(Image.fromarray, read_idx(path))
        labels = read_idx(path.with_name(path.name.replace("images", "labels").replace("idx3", "idx1")))
    sized = numpy.stack([shared.fitted(picture, size) for picture in pictures])
    return torch.from_numpy(sized).permute(0, 3, 1, 2), torch.tensor(numpy.array(labels, numpy.int64))


def share_right(network: Classifier, images: torch.Tensor, labels: torch.Tensor) -> float:
    network.eval()
    with torch.no_grad():
        named = torch.cat([network.head(network(part.float())).argmax(1) for part in images.split(500)])
    return float((named == labels).float().mean())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pictures", type=pathlib.Path)
    parser.add_argument("--size", type=int, required=True, help="side of the pictures that it will see")
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--images", type=int, default=120_000, help="pictures to train on, again and again")
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(0)
    images, labels = read(arguments.pictures, arguments.size)
    kept = torch.rand(len(images)) < 0.1
    x, y = images[~kept], labels[~kept]
    network, batch = Classifier(arguments.size, int(labels.max()) + 1), 64
    steps = arguments.images // batch
    adam = torch.optim.Adam(network.parameters())
    schedule = torch.optim.lr_scheduler.OneCycleLR(adam, 3e-3, total_steps=steps)
    for _ in range(steps):
        chosen = torch.randint(len(x), (batch,))
        logits = network.head(network(x[chosen].float()))
        loss = torch.nn.functional.cross_entropy(logits, y[chosen])
        adam.zero_grad()
        loss.backward()
        adam.step()
        schedule.step()
    print(f"{100 * share_right(network, images[kept], labels[kept]):.2f} % of {int(kept.sum())} pictures that it was not "
          f"trained on are named rightly, {100 * share_right(network, x[:5000], y[:5000]):.2f} % of those it was")
    script = torch.jit.script(network)
    script.save(str(arguments.out))


if __name__ == "__main__":
    main()
