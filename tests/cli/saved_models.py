"""What users of PyTorch save, one file a kind, with the two networks of tests/goldens/foreign; expected.json says of each
what import must make of it: the golden networks ("ok"), or an error with these words in its message and hint.

  .venv/bin/python3 saved_models.py GOLDENS FOLDER
"""
import argparse
import collections
import datetime
import io
import json
import pathlib
import pickle
import random
import sys
import tarfile
import types
import zipfile

import numpy
import torch
from torch import nn

GOLDENS, OUT = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
sys.path.insert(0, str(GOLDENS))
import example_networks as example  # noqa: E402

EXPECTED = []
WIDTHS = {"small": (5, 2, 3, 3), "example": (100, 64, 64, 3), "gray": (100, 64, 64, 1), "rgba": (128, 24, 16, 4)}


class Options(dict):
    """A dict of a class of its own, as addict and Lightning have them."""


class Pair(nn.Module):
    """Both in one module, as Lightning has them."""

    def __init__(self, net_g, net_d):
        super().__init__()
        self.generator, self.discriminator = net_g, net_d
        self.loss = nn.Linear(3, 2)


def networks():
    net_g, net_d = example.generator(), example.discriminator()
    net_g.load_state_dict(torch.load(GOLDENS / "foreign/netG.pth")), net_d.load_state_dict(torch.load(GOLDENS / "foreign/netD.pth"))
    return net_g, net_d


def expect(file, what="", hint="", keys=(), notes=(), tolerance=0.0, has_d=True):
    EXPECTED.append({"file": file, "what": what, "hint": hint, "keys": list(keys), "notes": list(notes),
                     "tolerance": tolerance, "has_d": has_d})


def save(file, content, **expectations):
    torch.save(content, OUT / f"{file}.pth")
    expect(f"{file}.pth", **expectations)


def changed(state, name, value):
    return {k: value(v) if k == name else v for k, v in state.items()}


def other(state):
    return {k: v * 0.5 if v.is_floating_point() else v for k, v in state.items()}


def sound(net_g, net_d, g, d):
    optimizer = torch.optim.Adam(net_g.parameters())
    net_d(net_g(torch.zeros(2, 5, 1, 1))).sum().backward()
    optimizer.step()
    net_g.load_state_dict(g), net_d.load_state_dict(d)
    save("both", {"netG": g, "netD": d, "optimizerG": optimizer.state_dict(), "epoch": 3}, notes=["epoch", "optimizerG"])
    save("other_names", {"zwei": d, "eins": g})
    save("deep", {"a": {"b": {"c": {"g": g}}, "d": [1, {"state": d}]}})
    save("tuple", (g, d))
    save("list", [3, [g, d]])
    save("numbers_as_keys", {0: g, 1: d})
    save("ordered", collections.OrderedDict(g=collections.OrderedDict(g), d=collections.OrderedDict(d)))
    save("default_dict", collections.defaultdict(dict, {"g": g, "d": d}))
    save("own_dict", Options(g=Options(g), d=d))
    save("namespace", types.SimpleNamespace(g=g, d=d))
    save("parameters", {"g": dict(net_g.named_parameters()) | dict(net_g.named_buffers()), "d": d})
    save("parallel", {"g": nn.DataParallel(net_g).state_dict(), "d": {f"module.{k}": v for k, v in d.items()}})
    save("compiled", {"g": {f"_orig_mod.{k}": v for k, v in g.items()}, "d": {f"module._orig_mod.{k}": v for k, v in d.items()}})
    save("averaged", {"g": torch.optim.swa_utils.AveragedModel(net_g).state_dict(), "d": d})
    save("flat", {f"G.{k}": v for k, v in g.items()} | {f"D.{k}": v for k, v in d.items()})
    save("any_prefix", {f"some.thing.{k}": v for k, v in g.items()} | {f"else.{k}": v for k, v in d.items()})
    save("lightning", {"epoch": 9, "global_step": 7, "pytorch-lightning_version": "2.1", "state_dict": Pair(net_g, net_d).state_dict(),
                       "optimizer_states": [optimizer.state_dict()], "lr_schedulers": [], "hyper_parameters": Options(lr=0.1)},
         notes=["state_dict.loss"])
    save("without_main", {"g": net_g.main.state_dict(), "d": {k.replace("main", "layers"): v for k, v in d.items()}})
    save("sequentials_of_one_module", {k.replace("main", "gen"): v for k, v in g.items()} | {k.replace("main", "disc"): v for k, v in d.items()})
    save("before_0_4_1", {k: v for k, v in g.items() if "num_batches" not in k}, has_d=False, tolerance=1e-30)  # counters are 0
    save("alone", g, has_d=False)
    save("tied", {"g": g | {"main.1.running_mean": g["main.1.running_mean"]}, "d": d, "alias": g["main.0.weight"]})
    flat = torch.cat([v.flatten() for v in g.values() if v.is_floating_point()])
    views, at = {}, 0
    for k, v in g.items():
        views[k] = flat[at:at + v.numel()].view_as(v) if v.is_floating_point() else v
        at += v.numel() if v.is_floating_point() else 0
    save("one_storage", {"g": views, "d": d})
    save("channels_last", {"g": {k: v.contiguous(memory_format=torch.channels_last) if v.dim() == 4 else v for k, v in g.items()}, "d": d})
    for name, dtype, tolerance in (("float16", torch.float16, 2e-3), ("bfloat16", torch.bfloat16, 2e-2), ("float64", torch.float64, 0)):
        save(name, {n: {k: v.to(dtype) if v.is_floating_point() else v for k, v in s.items()} for n, s in (("g", g), ("d", d))},
             tolerance=tolerance, notes=[f"converted from {name} to float32"])
    for protocol in (2, 3, 4, 5):
        torch.save({"g": g, "d": d, "b": b"bytes", "s": {1, 2}, "f": frozenset([3]), "a": bytearray(b"x")}, OUT / f"protocol{protocol}.pth", pickle_protocol=protocol)
        expect(f"protocol{protocol}.pth")
    return optimizer


def beside(net_g, g, d, optimizer):
    """One more value beside both networks."""
    circle = types.SimpleNamespace(name="trainer")
    circle.itself = circle
    values = {
        "epoch": 3, "loss": 0.5, "text": "ü\n\x1b[31m", "none": None, "truth": True, "losses": [0.1] * 1000, "lists": [[1, 2], [3.0]],
        "big": 2**200, "seed": 2**63 + 1, "negative": -2**70, "bytes": b"\x00\xff", "complex": 1 + 2j, "set": {1, "a"}, "slice": slice(1, 2),
        "optimizer": optimizer.state_dict(), "optimizer_itself": optimizer, "torch_rng": torch.get_rng_state(), "numpy_rng": numpy.random.get_state(),
        "python_rng": random.getstate(), "scalar": numpy.float64(0.5), "integer": numpy.int32(4), "array": numpy.zeros((2, 3)),
        "dtype": torch.float32, "numpy_dtype": numpy.dtype("float32"), "device": torch.device("cuda:0"), "size": torch.Size([1, 2]),
        "args": argparse.Namespace(lr=0.1, betas=(0.5, 0.999)), "date": datetime.datetime.now(), "delta": datetime.timedelta(3),
        "path": pathlib.PurePosixPath("/data"), "counter": collections.Counter("abc"), "deque": collections.deque([1, 2], 5),
        "options": Options(a=Options(b=1)), "class": argparse.Namespace, "function": json.dumps, "generator": torch.Generator().get_state(),
        "circle": circle, "images": [torch.zeros(3, 4, 4) for _ in range(3)], "noise": torch.randn(2, 5, 1, 1), "layout": torch.strided,
        "scheduler": torch.optim.lr_scheduler.StepLR(optimizer, 3).state_dict(), "scaler": torch.amp.GradScaler("cpu").state_dict(),
        "sparse": torch.eye(3).to_sparse(), "cfloat": torch.ones(2, dtype=torch.cfloat), "float8": torch.ones(2).to(torch.float8_e5m2),
        "quantised": torch.quantize_per_tensor(torch.ones(2), 0.1, 0, torch.qint8), "expanded": torch.ones(1).expand(9), "meta": torch.ones(2, device="meta"),
        "classifier": nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.Conv2d(4, 5, 3)).state_dict(), "module": nn.Linear(2, 2), "empty": {},
        "tuple_keys": {(1, 2): torch.ones(2), None: 3, 1.5: 4, True: 5}, "uint16": torch.ones(2).to(torch.uint16),
    }
    classes = {"args": "argparse.Namespace", "path": "pathlib.PurePosixPath", "options": "__main__.Options", "delta": "datetime.timedelta"}
    for name, value in values.items():
        note = f"{name} ({classes[name]})" if name in classes else name
        save(f"beside_{name}", {name: value, "netG": g, "netD": d}, notes=[note])


def several(g, d):
    save("ema", {"G": other(g), "D": d, "G_ema": g}, what="holds 2 generators: 'G' (a generator for 64 pixels", hint="--key G --out")
    expect("ema.pth", keys=["G_ema"])
    expect("ema.pth", keys=["D", "G_ema"])
    expect("ema.pth", keys=["G_emo"], what="no network is called 'G_emo'; there are 'G' (a generator", hint="G, D, G_ema")
    save("cycle", {"netG_A": other(g), "netG_B": g, "netD_A": d, "netD_B": other(d)}, what="2 generators", hint="--key netG_A --key netD_A")
    expect("cycle.pth", keys=["netG_B", "netD_A"])
    expect("cycle.pth", keys=["netG_B"], what="2 discriminators: 'netD_A' (a discriminator", hint="--key netD_A")
    save("twelve", {f"g{i}": other(g) for i in range(12)}, what="holds 12 generators", hint="--key g0")
    EXPECTED[-1]["what"] = "and 2 more"
    save("nested_keys", {"nets": {"G": g, "G_ema": other(g)}, "D": d}, what="'nets.G'", hint="--key nets.G")
    expect("nested_keys.pth", keys=["nets.G"])
    expect("nested_keys.pth", keys=["G"])


def unusable(net_g, g, d):
    name = "main.6.weight"

    def one(file, value, what, hint=""):
        save(f"bad_{file}", {"netG": changed(g, name, value), "netD": d}, what=f"bad_{file}.pth', 'netG' -> '{name}' {what}", hint=hint)

    def with_some(value, count):
        def fill(t):
            t = t.clone()
            t.view(-1)[:count] = value
            return t
        return fill

    one("nan", with_some(float("nan"), 3), "holds 3 NaN, of ", "from before")
    one("infinity", with_some(float("-inf"), 1), "holds 1 infinity, of")
    one("too_large", lambda t: with_some(1e300, 2)(t.double()), "holds 2 numbers too large for float32")
    one("quantised", lambda t: torch.quantize_per_tensor(t, 0.1, 0, torch.qint8), "is quantised", "save plain ones")
    one("complex", lambda t: t.to(torch.cfloat), "has elements of type ComplexFloat", "save plain ones")
    one("float8", lambda t: t.to(torch.float8_e4m3fn), "has elements of type float8_e4m3fn")
    one("integers", lambda t: t.to(torch.int32), "has elements of type Int", "float32")
    one("expanded", lambda t: t[:1].expand_as(t), "is expanded", "save plain ones")
    one("meta", lambda t: t.to("meta"), "has no numbers")
    one("array", lambda t: t.numpy(), "is an array of NumPy", "save plain ones")
    one("shape", lambda t: torch.zeros(8, 4, 3, 3), "is [8, 4, 3, 3], and a generator for 64 pixels")
    one("widths", lambda t: torch.zeros(9, 4, 4, 4), "is [9, 4, 4, 4], and what comes before it makes 8 channels")
    one("empty", lambda t: torch.zeros(0, 4, 4, 4), "is [0, 4, 4, 4], and a kernel has four sides")
    save("missing", {"netG": {k: v for k, v in g.items() if k != name}}, what=f"'netG' -> '{name}' is missing", hint="torch.save")
    save("missing_norm", {"x": {f"module.{k}": v for k, v in g.items() if k != "main.4.bias"}}, what="'x' -> 'module.main.4.bias' is missing")
    save("extra", {"netG": g | {"head.weight": torch.ones(2)}}, what="'netG' -> 'head.weight', [2], is not something that the generator")
    save("biases", {"netG": g | {"main.0.bias": torch.ones(16)}}, what="'netG' -> 'main.0.bias'", hint="no bias")
    small = nn.Sequential(nn.Conv2d(3, 4, 4, 2, 1, bias=False), nn.LeakyReLU(), nn.Conv2d(4, 8, 4, 2, 1, bias=False), nn.BatchNorm2d(8), nn.LeakyReLU(),
                          nn.Conv2d(8, 1, 4, bias=False))
    save("other_size", {"netG": g, "netD": small.state_dict()}, what="'netD' is a discriminator of 3 convolutions", hint="trained with this generator")
    save("module_itself", net_g, what="holds a whole module, example_networks.Network", hint='net.state_dict(), "weights.pth")')
    save("modules", {"netG": net_g, "epoch": 3}, what="holds a whole module, netG (example_networks.Network)", hint='["netG"]')
    save("nothing", {}, what="holds no tensors", hint="torch.save")
    save("only_options", {"args": argparse.Namespace(lr=1)}, what="holds no tensors, only args (argparse.Namespace)")
    save("tensor", torch.ones(2), what="holds a tensor, not the dict")
    save("discriminator_alone", d, what="is a discriminator alone", hint="netG")
    save("encoder", nn.Sequential(nn.Conv2d(3, 4, 4), nn.ReLU(), nn.ReLU(), nn.Conv2d(4, 8, 4), nn.ReLU(), nn.ReLU(), nn.Conv2d(8, 9, 4)).state_dict(),
         what="not the networks of PyTorch's DCGAN example")


def foreign(net_g, g, d):
    import safetensors.torch

    def plain(state, prefix):
        return {prefix + k: v.contiguous().clone() for k, v in state.items()}

    safetensors.torch.save_file(plain(g, "netG.") | plain(d, "netD."), OUT / "two.safetensors")
    expect("two.safetensors")
    safetensors.torch.save_file(plain(g, "G.") | plain(other(g), "G_ema.") | plain(d, "D."), OUT / "ema.safetensors")
    expect("ema.safetensors", what="holds 2 generators", hint="--key G")
    expect("ema.safetensors", keys=["G"])
    bad = plain(g, "netG.") | {"netG.main.0.weight": g["main.0.weight"] * float("nan")}
    safetensors.torch.save_file(bad, OUT / "nan.safetensors")
    expect("nan.safetensors", what="nan.safetensors' -> 'netG.main.0.weight' holds 1,280 NaN", has_d=False)

    def write(name, content, what, hint=""):
        (OUT / name).write_bytes(content)
        expect(name, what=f"{name}' is {what}" if what[0] != "'" else what, hint=hint)

    torch.save({"netG": g}, OUT / "legacy.pth", _use_new_zipfile_serialization=False)
    expect("legacy.pth", has_d=False)
    torch.jit.trace(net_g.eval(), torch.zeros(1, 5, 1, 1)).save(str(OUT / "script.pt"))
    expect("script.pt", what="is TorchScript", hint="state_dict()")
    tar = io.BytesIO()
    with tarfile.open(fileobj=tar, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("sys_info"))
    write("old.pth", tar.getvalue(), "written by a PyTorch before 0.1.10", "write it again")
    numpy.savez(OUT / "arrays.npz", **{k: v.numpy() for k, v in g.items()})
    expect("arrays.npz", what="is an archive of NumPy's arrays (.npz)", hint="torch.from_numpy")
    write("model.h5", b"\x89HDF\r\n\x1a\n" + bytes(100), "an HDF5 file, as Keras", "main.0.weight")
    write("model.ckpt.index", b"\0\0\0 leveldb", "a part of a TensorFlow checkpoint")
    write("model.ckpt.data-00000-of-00001", b"abcd" * 99, "a part of a TensorFlow checkpoint")
    write("checkpoint", b'model_checkpoint_path: "model.ckpt-9"\n', "TensorFlow's list")
    write("stylegan.pkl", b"\x80\x03ctorch_utils.persistence\n_reconstruct_persistent_obj\nq\0.", "a pickle of StyleGAN's", "NVIDIA")
    write("plain.pkl", pickle.dumps({k: v.numpy() for k, v in g.items()}), "a pickle of Python's pickle.dump", "torch.save")
    write("model.onnx", b"\x08\x07\x12\x07pytorch", "an ONNX model", "state dict")
    write("empty.pth", b"", "an empty file", "download")
    write("page.pth", b"<!DOCTYPE html><html>", "a web page", "download")
    write("pointer.pth", b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "a pointer of Git LFS", "git lfs pull")
    write("packed.pth", b"\x1f\x8b\x08" + bytes(20), "packed by gzip", "unpack")
    write("noise.pth", bytes(range(1, 200)), "neither a file of torch.save nor safetensors", "torch.save")
    with zipfile.ZipFile(OUT / "model.keras", "w") as archive:
        archive.writestr("config.json", "{}"), archive.writestr("model.weights.h5", "x")
    expect("model.keras", what="a model of Keras", hint="main.0.weight")
    with zipfile.ZipFile(OUT / "around.zip", "w") as archive:
        archive.writestr("a/netG.pth", "x")
    expect("around.zip", what="a ZIP archive around 'a/netG.pth'", hint="unpack")


def forward():
    """Every width of the example at 64 pixels, and what it makes."""
    torch.manual_seed(1)
    made = {}
    for name, (latent, base_g, base_d, channels) in WIDTHS.items():
        net_g, net_d = example.generator(latent, base_g, channels), example.discriminator(base_d, channels)
        for module in (net_g, net_d):
            for key, t in module.state_dict().items():
                if "running_var" in key:
                    t.uniform_(0.5, 2)
                elif t.dim() == 4:
                    t.normal_(0, 0.05)
        torch.save({"generator": net_g.state_dict(), "discriminator": net_d.state_dict()}, OUT / f"forward_{name}.pth")
        with torch.no_grad():
            images = net_g.eval()(example.latents(latent))
            made[name] = {"images": images.flatten()[::97].tolist(), "probabilities": net_d.eval()(images).flatten().tolist()}
    (OUT / "forward.json").write_text(json.dumps(made))


def main():
    net_g, net_d = networks()
    g, d = ({k: v.clone() for k, v in net.state_dict().items()} for net in (net_g, net_d))
    optimizer = sound(net_g, net_d, g, d)
    beside(net_g, g, d, optimizer)
    several(g, d)
    unusable(net_g, g, d)
    foreign(net_g, g, d)
    forward()
    (OUT / "expected.json").write_text(json.dumps(EXPECTED))


main()
