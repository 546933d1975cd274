"""Files of other programs, written by these, and what is in them: state dicts by PyTorch, safetensors by Hugging Face's
package, arrays by NumPy. The expected contents are foreign.json; every number is a multiple of 1/8, exact in every type.

  .venv/bin/python3 tests/goldens/foreign.py        needs numpy and safetensors too; writes into tests/goldens/foreign
"""
import collections
import json
import pathlib

import numpy
import safetensors.torch
import torch

FOLDER = pathlib.Path(__file__).parent / "foreign"


def network() -> torch.nn.Module:
    net = torch.nn.Sequential(collections.OrderedDict(
        conv=torch.nn.ConvTranspose2d(3, 2, 2, bias=False), norm=torch.nn.BatchNorm2d(2)))
    with torch.no_grad():
        for at, tensor in enumerate(net.state_dict().values()):
            tensor.copy_(torch.arange(tensor.numel()).reshape(tensor.shape) / 8 + at)
    return net


def expected(tensors) -> list:
    return [{"name": name, "type": str(t.dtype).removeprefix("torch."), "shape": list(t.shape), "strides": list(t.stride()),
             "offset": t.storage_offset(), "storage_elements": t.untyped_storage().nbytes() // t.element_size(),
             "values": t.double().flatten().tolist()} for name, t in tensors.items()]


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    net = network()
    state = net.state_dict()
    rows = torch.arange(12.0).reshape(4, 3)
    optimizer = torch.optim.Adam(net.parameters())
    (net(torch.ones(2, 3, 2, 2)) ** 2).sum().backward()
    optimizer.step()
    state = {name: tensor.clone() for name, tensor in network().state_dict().items()}
    files = {}

    def save(name: str, content, tensors, **options) -> None:
        torch.save(content, FOLDER / name, **options)
        files[name] = expected(tensors)

    save("ordered.pth", network().state_dict(), network().state_dict())
    save("plain_half.pth", {k: v.half() if v.is_floating_point() else v for k, v in state.items()},
         {k: v.half() if v.is_floating_point() else v for k, v in state.items()})
    save("bfloat16_protocol4.pth", {k: v.bfloat16() for k, v in state.items()}, {k: v.bfloat16() for k, v in state.items()},
         pickle_protocol=4)
    parameters = dict(network().named_parameters())
    save("parameters.pth", parameters, {k: v.detach() for k, v in parameters.items()})
    views = {"columns": rows.t(), "second_row": rows[1], "scalar": torch.tensor(2.5), "empty": torch.zeros(0, 3)}
    save("views.pth", views, views)
    nested = {"epoch": 3, "netG": network().state_dict(), "optimizer": optimizer.state_dict()}
    save("checkpoint.pth", nested, {f"netG.{k}": v for k, v in network().state_dict().items()})
    del files["checkpoint.pth"]  # its optimizer's tensors are PyTorch's affair: only the network's names are asked for
    torch.save(network(), FOLDER / "module.pth")
    torch.save(torch.ones(2), FOLDER / "tensor.pth")
    torch.save(state, FOLDER / "before_1_6.pth", _use_new_zipfile_serialization=False)

    safe = {k: v.contiguous() for k, v in state.items()} | {"half": torch.tensor([0.5, -2], dtype=torch.float16),
                                                           "brain": torch.tensor([[1.5]], dtype=torch.bfloat16)}
    safetensors.torch.save_file(safe, FOLDER / "all.safetensors", metadata={"made by": "foreign.py", "format": "pt"})
    files["all.safetensors"] = expected(safe)

    numpy.save(FOLDER / "rows.npy", numpy.arange(6, dtype="<f4").reshape(2, 3) / 8)
    numpy.save(FOLDER / "bytes.npy", numpy.arange(24, dtype="u1").reshape(2, 2, 2, 3))
    numpy.save(FOLDER / "columns_first.npy", numpy.asfortranarray(numpy.arange(6.0).reshape(2, 3)))
    numpy.save(FOLDER / "big_endian.npy", numpy.arange(3, dtype=">f4"))
    numpy.save(FOLDER / "objects.npy", numpy.array([{}, None], dtype=object), allow_pickle=True)
    numpy.save(FOLDER / "records.npy", numpy.zeros(2, dtype=[("a", "<f4"), ("b", "<i4")]))
    with open(FOLDER / "version2.npy", "wb") as file:
        numpy.lib.format.write_array(file, numpy.arange(3, dtype="<i8"), version=(2, 0))
    (FOLDER.parent / "foreign.json").write_text(json.dumps(files) + "\n")


if __name__ == "__main__":
    main()
