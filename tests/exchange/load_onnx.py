"""Runs exported generators as a user of ONNX Runtime would: load_onnx.py FOLDER

FOLDER holds NAME.onnx, and for 1 and 5 images NAME.COUNT.z.f32, NAME.COUNT.image.f32 (what LibTorch makes) and, of models
with classes, NAME.COUNT.y.f32.
Says what is wrong and ends with 1, or prints how many comparisons were made.
"""
import hashlib
import json
import pathlib
import sys

import numpy
import onnx
import onnxruntime


def values(path: pathlib.Path) -> numpy.ndarray:
    return numpy.fromfile(path, dtype="float32")


def check(file: pathlib.Path) -> int:
    model = onnx.load(file)
    onnx.checker.check_model(model, full_check=True)  # infers the shapes of all values, too
    told = {pair.key: pair.value for pair in model.metadata_props}
    digest = hashlib.sha256()
    for tensor in model.graph.initializer:
        digest.update(tensor.name.encode() + tensor.raw_data)
    assert told["sha256"] == digest.hexdigest(), told
    assert told["format"] == "dcgan-generator" and json.loads(told["value_range"]) == [-1, 1], told
    session = onnxruntime.InferenceSession(file, providers=["CPUExecutionProvider"])
    latent, classes = int(told["latent"]), int(told["classes"])
    assert [(i.name, i.shape) for i in session.get_inputs()] == [("z", ["N", latent])] + [("y", ["N", classes])] * (classes > 0)
    shape = [int(told[key]) for key in ("channels", "height", "width")]
    assert [(o.name, o.shape) for o in session.get_outputs()] == [("image", ["N", *shape])]
    for count in (1, 5):
        part = lambda name: values(file.with_suffix(f".{count}.{name}.f32")).reshape(count, -1)
        inputs = {"z": part("z")} | ({"y": part("y")} if classes else {})
        (image,) = session.run(None, inputs)
        assert image.shape == (count, *shape), image.shape
        assert image.std() > 0.01, "all the same"
        difference = abs(image.reshape(count, -1) - part("image")).max()
        assert difference <= 1e-4, f"{file.name}, {count} images: they differ by {difference}"
    return 2


if __name__ == "__main__":
    print(sum(check(file) for file in sorted(pathlib.Path(sys.argv[1]).glob("*.onnx"))))
