"""The two networks that PyTorch's DCGAN example describes (dcgan/main.py: layers, sizes, names of tensors), written anew,
with small widths; their state dicts, and what they make of fixed inputs in evaluation mode: example_networks.json.

  .venv/bin/python3 tests/goldens/example_networks.py              writes into tests/goldens/foreign
  .venv/bin/python3 tests/goldens/example_networks.py check DIR... loads DIR/netG.pth and netD.pth strictly, and compares
                                                                   what they make with DIR/expected.json
"""
import json
import pathlib
import sys

import torch
from torch import nn

FOLDER = pathlib.Path(__file__).parent / "foreign"
LATENT, G, D, CHANNELS = 5, 2, 3, 3


class Network(nn.Module):
    def __init__(self, *layers):
        super().__init__()
        self.main = nn.Sequential(*layers)

    def forward(self, x):
        return self.main(x)


def generator(latent=LATENT, base=G, channels=CHANNELS):
    layers = [nn.ConvTranspose2d(latent, base * 8, 4, 1, 0, bias=False), nn.BatchNorm2d(base * 8), nn.ReLU(True)]
    for width in (4, 2, 1):
        layers += [nn.ConvTranspose2d(base * width * 2, base * width, 4, 2, 1, bias=False), nn.BatchNorm2d(base * width), nn.ReLU(True)]
    return Network(*layers, nn.ConvTranspose2d(base, channels, 4, 2, 1, bias=False), nn.Tanh())


def discriminator(base=D, channels=CHANNELS):
    layers = [nn.Conv2d(channels, base, 4, 2, 1, bias=False), nn.LeakyReLU(0.2, inplace=True)]
    for width in (2, 4, 8):
        layers += [nn.Conv2d(base * width // 2, base * width, 4, 2, 1, bias=False), nn.BatchNorm2d(base * width), nn.LeakyReLU(0.2, inplace=True)]
    return Network(*layers, nn.Conv2d(base * 8, 1, 4, 1, 0, bias=False), nn.Sigmoid())


def latents(latent):
    return torch.linspace(-2, 2, 2 * latent).reshape(2, latent, 1, 1)


def made(net_g, net_d) -> dict:
    with torch.no_grad():
        images = net_g.eval()(latents(LATENT))
        return {"images": images.flatten()[::97].tolist(), "probabilities": net_d.eval()(images).flatten().tolist()}


def check(folder: pathlib.Path) -> None:
    states = [torch.load(folder / name, weights_only=True) for name in ("netG.pth", "netD.pth")]
    net_g, net_d = generator(), discriminator()
    net_g.load_state_dict(states[0], strict=True), net_d.load_state_dict(states[1], strict=True)
    expected = json.loads((folder / "expected.json").read_text())
    for key, values in made(net_g, net_d).items():
        difference = max(abs(a - b) for a, b in zip(values, expected[key], strict=True))
        assert difference < 1e-5, (folder, key, difference)


def main() -> None:
    torch.manual_seed(3)
    net_g, net_d = generator(), discriminator()
    for net in (net_g, net_d):
        for name, tensor in net.state_dict().items():
            if "num_batches" in name:
                tensor.fill_(7)
            elif "running_var" in name:
                tensor.uniform_(0.5, 2)
            else:
                tensor.normal_(1 if name.endswith("weight") and tensor.dim() == 1 else 0, 0.3)
    torch.save(net_g.state_dict(), FOLDER / "netG.pth")
    torch.save(net_d.state_dict(), FOLDER / "netD.pth")
    torch.save({f"module.{k}": v.half() if v.is_floating_point() else v for k, v in net_g.state_dict().items()}, FOLDER / "netG_half.pth")
    pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(made(net_g, net_d)) + "\n")


if __name__ == "__main__":
    if sys.argv[1:2] == ["check"]:
        for folder in sys.argv[2:]:
            check(pathlib.Path(folder))
        print("ok")
    else:
        main()
