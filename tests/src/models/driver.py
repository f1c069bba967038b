"""Loads exported models and compares their answers with the expected ones, a line of JSON for each."""

import json
import math
import sys

import numpy


def column(values, dtype):
    """NULL is NaN among numbers and the empty text among texts."""
    if dtype == "number":
        return numpy.array([math.nan if v is None else float(v) for v in values], dtype=numpy.float64)
    return numpy.array(["" if v is None else str(v).lower() if isinstance(v, bool) else v for v in values], dtype=object)


def tensorflow(question):
    import tensorflow as tf

    model = tf.saved_model.load(question["folder"])
    function = model.signatures["serving_default"]
    inputs = {}
    for name, spec in function.structured_input_signature[1].items():
        kind = "number" if spec.dtype == tf.float64 else "text"
        inputs[name] = tf.constant(column(question["inputs"][name], kind), dtype=spec.dtype)
    return {name: value.numpy() for name, value in function(**inputs).items()}


def onnx(question):
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(question["folder"] + "/model.onnx", options)
    inputs = {}
    for spec in session.get_inputs():
        kind = "number" if spec.type == "tensor(double)" else "text"
        inputs[spec.name] = column(question["inputs"][spec.name], kind)
    names = [output.name for output in session.get_outputs()]
    return dict(zip(names, session.run(names, inputs)))


def xgboost(question):
    sys.path.insert(0, question["folder"])
    sys.modules.pop("main", None)
    import main

    return main.predict(question["folder"], {name: question["inputs"][name] for name in main.inputs(question["folder"])})


def compare(question, outputs):
    difference, unequal = 0.0, 0
    missing = set(question["outputs"]) - set(outputs)
    if missing:
        raise ValueError("lacks the outputs " + ", ".join(sorted(missing)))
    for name, expected in question["outputs"].items():
        own = outputs[name]
        if len(own) != len(expected):
            raise ValueError(f"{name} has {len(own)} rows for {len(expected)}")
        for left, right in zip(own, expected):
            for a, b in zip(numpy.atleast_1d(left), right if isinstance(right, list) else [right], strict=True):
                if isinstance(b, str) and b not in ("NaN", "Infinity", "-Infinity") or b is None:
                    a = a.decode() if isinstance(a, bytes) else a
                    unequal += (None if a == "" else str(a)) != b
                    continue
                a, b = float(a), float(b)
                if a == b or math.isnan(a) and math.isnan(b):
                    continue
                difference = max(difference, abs(a - b) / max(abs(b), 1.0))
    return difference, unequal


RUNTIMES = {"SAVED_MODEL": tensorflow, "ONNX": onnx, "XGBOOST": xgboost}

for question in json.load(open(sys.argv[1])):
    answer = {"name": question["name"], "format": question["format"]}
    try:
        outputs = RUNTIMES[question["format"]](question)
        answer["difference"], answer["unequal"] = compare(question, outputs)
        if math.isnan(answer["difference"]) or math.isinf(answer["difference"]):
            answer["difference"] = 1e300
    except Exception as error:
        answer["error"] = " ".join(str(error).split())[:500] or repr(error)
    print(json.dumps(answer), flush=True)
