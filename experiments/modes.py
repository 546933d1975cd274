"""Counts the modes that a generator of stacked pictures covers (data/make_stacked.py), and its reverse KL.

    experiments/modes.py train data/letters-gray/letters-images-idx3-ubyte --out modes.pt     a few minutes, once
    experiments/modes.py check data/letters-gray/letters-images-idx3-ubyte --counter modes.pt
    experiments/modes.py count SAMPLES --counter modes.pt                   SAMPLES: dcgan sample RUN --count 26000 --out SAMPLES

A classifier of the gray pictures names the class of each colour channel, so a picture falls into one of 1,000 modes.
A picture whose channels the classifier is not sure of counts for none (`clear` says how many count), and a mode is
covered when LEAST pictures fall into it: else the few errors of the classifier among thousands of pictures would cover
modes that are not there. `check` shows that this counter can be believed: it reads real pictures that the classifier
was not trained on, with all modes and with 100 removed, and fails unless it reads at least 990 and at most 910.
`any` counts a mode with a single picture, sure or not, as papers do, and so does `any_reverse_kl`: pictures that are
no letters fall somewhere, too, so read it beside `clear`.

Reverse KL is KL(pictures' modes || uniform) in nats, over pictures that count: 0 is best, ln 1000 = 6.9 is one mode.
Metz et al. 2017 (unrolled GANs), section 3.3.1; Lin et al. 2018, "PacGAN", section 4.1.
"""

import argparse
import json
import math
import os
import sys

import numpy
import torch
from PIL import Image

import shared  # noqa: F401
from make_stacked import CLASSES, MODES, mode_of, read_classes, read_idx, stacks

SURE = 0.9  # least probability of a channel's class
LEAST = 3  # pictures that cover a mode, of 26,000
USUAL = 26_000  # pictures: VEEGAN's number, 26 a mode
HELD_OUT = 0.1  # share of the gray pictures that is kept from training


def network():
    layers, before = [], 1
    for channels in (16, 32, 64):
        layers += [torch.nn.Conv2d(before, channels, 3, padding=1, bias=False), torch.nn.BatchNorm2d(channels),
                   torch.nn.ReLU(), torch.nn.MaxPool2d(2)]
        before = channels
    return torch.nn.Sequential(*layers, torch.nn.AdaptiveAvgPool2d(2), torch.nn.Flatten(), torch.nn.Dropout(0.3),
                               torch.nn.Linear(4 * before, CLASSES))


def held_out(count):
    """Which of the gray pictures are kept from training: always the same."""
    return numpy.random.Generator(numpy.random.Philox(1)).random(count) < HELD_OUT


def inputs(gray):
    """Bytes N x H x W to N x 1 x H x W within [-1, 1]."""
    return torch.from_numpy(numpy.ascontiguousarray(gray)).unsqueeze(1).float() / 127.5 - 1


def shifted(batch, most=2):
    """The batch moved by some pixels: a generator does not centre as the data do."""
    right, down = (int(torch.randint(-most, most + 1, ())) for _ in "xy")
    return torch.roll(batch, (down, right), (2, 3))


def train(args):
    torch.manual_seed(0)
    images, labels = read_classes(args.images, args.size)
    trained = ~held_out(len(images))
    x, y = inputs(images[trained]), torch.from_numpy(labels[trained].astype(numpy.int64))
    net, batch = network(), 128
    steps = args.epochs * (len(x) // batch)
    adam = torch.optim.Adam(net.parameters())
    schedule = torch.optim.lr_scheduler.OneCycleLR(adam, 4e-3, total_steps=steps)
    for epoch in range(args.epochs):
        net.train()
        order = torch.randperm(len(x))[:len(x) // batch * batch].view(-1, batch)
        for chosen in order:
            loss = torch.nn.functional.cross_entropy(net(shifted(x[chosen])), y[chosen], label_smoothing=0.02)
            adam.zero_grad()
            loss.backward()
            adam.step()
            schedule.step()
        net.eval()
        classes, sure = classify(net, images[~trained])
        right = classes == labels[~trained]
        print(f"epoch {epoch + 1}: {100 * right.mean():.2f} % right; sure of {100 * sure.mean():.1f} %, "
              f"of which {100 * right[sure].mean():.2f} % right", flush=True)
    torch.save({"state": net.state_dict(), "size": args.size}, args.out)


def classify(net, gray):
    """Classes of N x H x W bytes, and where the network is sure."""
    classes, sure = [], []
    with torch.no_grad():
        for first in range(0, len(gray), 1000):
            most, chosen = net(inputs(gray[first:first + 1000])).softmax(1).max(1)
            classes.append(chosen.numpy())
            sure.append(most.numpy() >= SURE)
    return numpy.concatenate(classes), numpy.concatenate(sure)


def reverse_kl(tally):
    """Of counts of modes; None where there is no picture."""
    share = tally[tally > 0] / max(1, tally.sum())
    return round(float((share * numpy.log(share * MODES)).sum()), 4) if len(share) else None


def report(net, parts):
    """`parts`: pictures N x H x W x 3."""
    modes, clear = [], []
    for part in parts:
        channels = [classify(net, part[..., c]) for c in range(3)]
        modes.append(mode_of(numpy.stack([classes for classes, _ in channels], axis=-1)))
        clear.append(numpy.all([sure for _, sure in channels], axis=0))
    modes, clear = numpy.concatenate(modes), numpy.concatenate(clear)
    tally, everything = numpy.bincount(modes[clear], minlength=MODES), numpy.bincount(modes, minlength=MODES)
    least = max(1, round(LEAST * len(modes) / USUAL))
    return {"pictures": len(modes), "clear": round(float(clear.mean()), 4), "modes": int((tally >= least).sum()),
            "reverse_kl": reverse_kl(tally), "any": int((everything > 0).sum()), "any_reverse_kl": reverse_kl(everything)}


def samples(path):
    """Pictures of a folder of PNG files or of an IDX file, in parts."""
    if os.path.isfile(path):
        yield read_idx(path)
        return
    names = sorted(name for name in os.listdir(path) if name.endswith(".png"))
    if not names:
        sys.exit(f"no PNG file in '{path}'")
    for first in range(0, len(names), 1000):
        part = [Image.open(os.path.join(path, name)).convert("RGB") for name in names[first:first + 1000]]
        yield numpy.stack([numpy.asarray(image) for image in part])


def load(path):
    stored = torch.load(path, weights_only=True)
    net = network()
    net.load_state_dict(stored["state"])
    return net.eval(), stored["size"]


def check(args):
    net, size = load(args.counter)
    images, labels = read_classes(args.images, size)
    images, labels = images[held_out(len(images))], labels[held_out(len(labels))]
    reads = {}
    for missing in (0, 100, 500):
        parts = stacks(images, labels, args.count, seed=1, missing=missing)
        reads[missing] = report(net, (pictures for pictures, _ in parts))
        bound = math.log(MODES / (MODES - missing))
        print(json.dumps({"real modes": MODES - missing, "least_reverse_kl": round(bound, 4), **reads[missing]}), flush=True)
    if reads[0]["modes"] < 990 or reads[100]["modes"] > 910 or reads[500]["modes"] > 510:
        sys.exit("modes: this counter cannot be believed")
    print("the counter holds: at least 990 of all modes, at most 910 of 900, at most 510 of 500")


def count(args):
    net, size = load(args.counter)

    def sized():
        for part in samples(args.samples):
            if part.shape[1:] != (size, size, 3):
                sys.exit(f"modes: the pictures are {part.shape[1:]}, the counter was trained on {size} x {size} x 3")
            yield part

    print(json.dumps(report(net, sized())))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    verbs = parser.add_subparsers(required=True)
    one = verbs.add_parser("train", help="train the classifier")
    one.add_argument("images", help="IDX file of gray pictures in ten classes")
    one.add_argument("--out", required=True, help="the file to write")
    one.add_argument("--size", type=int, default=32)
    one.add_argument("--epochs", type=int, default=4)
    one.set_defaults(run=train)
    one = verbs.add_parser("check", help="read real pictures with 0, 100 and 500 modes removed")
    one.add_argument("images", help="IDX file of gray pictures in ten classes")
    one.add_argument("--counter", required=True)
    one.add_argument("--count", type=int, default=USUAL)
    one.set_defaults(run=check)
    one = verbs.add_parser("count", help="count the modes of generated pictures")
    one.add_argument("samples", help="folder of PNG files, or an IDX file")
    one.add_argument("--counter", required=True)
    one.set_defaults(run=count)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    args.run(args)


if __name__ == "__main__":
    main()
