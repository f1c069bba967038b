"""Makes the ONNX files beside it, and what onnxruntime answers with them. Run with
`python3 onnx_models.py`; needs onnx, onnxruntime, scikit-learn and skl2onnx.
"""

import json
import pathlib

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper
from sklearn import datasets, ensemble
from skl2onnx import to_onnx

HERE = pathlib.Path(__file__).parent


def write(name, model, feeds):
    (HERE / f"{name}.onnx").write_bytes(model.SerializeToString())
    session = onnxruntime.InferenceSession(model.SerializeToString())
    answers = session.run(None, feeds)
    names = [output.name for output in session.get_outputs()]
    return {
        "inputs": {key: value.tolist() for key, value in feeds.items()},
        "outputs": {key: value.tolist() for key, value in zip(names, answers)},
    }


def several():
    """Scalars, an array and a truth in; a float, an integer and an array out"""
    rows = "rows"
    value = lambda name, kind, shape: helper.make_tensor_value_info(name, kind, shape)
    constant = lambda name, array: onnx.numpy_helper.from_array(np.array(array), name)
    graph = helper.make_graph(
        [
            helper.make_node("MatMul", ["measures", "weights"], ["weighted"]),
            helper.make_node("Add", ["weighted", "age"], ["size"]),
            helper.make_node("Mul", ["measures", "factors"], ["scaled"]),
            helper.make_node("Add", ["visits", "one"], ["next"]),
            helper.make_node("Cast", ["member"], ["truth"], to=TensorProto.INT64),
            helper.make_node("Add", ["next", "truth"], ["count"]),
            helper.make_node("Greater", ["size", "limit"], ["large"]),
        ],
        "several",
        [
            value("age", TensorProto.FLOAT, [rows, 1]),
            value("measures", TensorProto.FLOAT, [rows, 3]),
            value("visits", TensorProto.INT64, [rows]),
            value("member", TensorProto.BOOL, [rows]),
        ],
        [
            value("size", TensorProto.FLOAT, [rows, 1]),
            value("scaled", TensorProto.FLOAT, [rows, 3]),
            value("count", TensorProto.INT64, [rows]),
            value("large", TensorProto.BOOL, [rows, 1]),
        ],
        [
            constant("weights", np.array([[0.5], [-1.25], [2.0]], np.float32)),
            constant("factors", np.array([1.0, 10.0, 100.0], np.float32)),
            constant("one", np.array(1, np.int64)),
            constant("limit", np.array(5.0, np.float32)),
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    return model


def forest():
    data = datasets.load_iris()
    model = ensemble.RandomForestClassifier(5, max_depth=3, random_state=0)
    model.fit(data.data.astype(np.float32), data.target)
    options = {id(model): {"zipmap": False}}
    return to_onnx(
        model, data.data[:1].astype(np.float32), options=options, target_opset={"": 17, "ai.onnx.ml": 2}
    )


expected = {
    "several": write(
        "several",
        several(),
        {
            "age": np.array([[1.0], [2.5], [40.0]], np.float32),
            "measures": np.array([[1, 2, 3], [0, 0, 0], [-4, 0.5, 0.25]], np.float32),
            "visits": np.array([0, 7, -3], np.int64),
            "member": np.array([True, False, True]),
        },
    ),
    "forest": write(
        "forest", forest(), {"X": datasets.load_iris().data[::15].astype(np.float32)}
    ),
}
(HERE / "onnx.json").write_text(json.dumps(expected) + "\n")
