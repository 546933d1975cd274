"""Writes foreign/linear.onnx, a model of another program: ONNX's own Python package, with an older operator set.

    .venv/bin/python3 tests/goldens/foreign_onnx.py     # needs onnx and numpy
"""
import pathlib

import numpy
from onnx import TensorProto, checker, helper, numpy_helper, save

weight = numpy_helper.from_array(numpy.arange(6, dtype="float32").reshape(2, 3), "weight")
halves = helper.make_tensor("bias", TensorProto.FLOAT16, [3], [0.5, 1.5, 2.5])
graph = helper.make_graph(
    [
        helper.make_node("MatMul", ["input", "weight"], ["product"]),
        helper.make_node("Cast", ["bias"], ["wide"], to=TensorProto.FLOAT),
        helper.make_node("Add", ["product", "wide"], ["output"]),
    ],
    "linear",
    # As files before IR version 4 do it, the weight is listed among the inputs.
    [helper.make_tensor_value_info(n, TensorProto.FLOAT, s) for n, s in (("input", [None, 2]), ("weight", [2, 3]))],
    [helper.make_tensor_value_info("output", TensorProto.FLOAT, ["batch", 3])],
    [weight, halves],
)
model = helper.make_model(graph, producer_name="foreign_onnx.py", opset_imports=[helper.make_opsetid("", 11)], ir_version=6)
helper.set_model_props(model, {"author": "nobody"})
checker.check_model(model)
save(model, pathlib.Path(__file__).parent / "foreign" / "linear.onnx")
