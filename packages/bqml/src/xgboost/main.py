"""Answers for a booster that `EXPORT MODEL` wrote: `python main.py FOLDER < instances.json`.

Instances are a list of objects by column name; NULL is null. Needs the packages xgboost and numpy.
A model with a TRANSFORM takes its features as the SavedModel in `transform/` gives them.
"""

import json
import os
import sys

import numpy
import xgboost


def metadata(folder):
    with open(os.path.join(folder, "assets", "model_metadata.json"), encoding="utf-8") as file:
        return json.load(file)


def inputs(folder):
    """The names of the columns."""
    return [feature["name"] for feature in metadata(folder)["features"]]


def number(value):
    return float("nan") if value is None else float(value)


def text(value):
    if value is None or value == "":
        return None
    return str(value).lower() if isinstance(value, bool) else str(value)


def encode(encoding, values):
    kind = encoding["kind"]
    if kind in ("number", "standardized"):
        numbers = numpy.array([number(value) for value in values], dtype=numpy.float64)
        numbers[numpy.isnan(numbers)] = encoding["mean"]
        if kind == "standardized":
            deviation = encoding["deviation"]
            numbers = (numbers - encoding["mean"]) / deviation if deviation else numbers * 0
        return numbers.reshape(-1, 1)
    places = {category: place for place, category in enumerate(encoding["categories"])}
    if kind == "label":
        return numpy.array([[places.get(text(value), -1) + 1] for value in values], dtype=numpy.float64)
    slots = numpy.zeros((len(values), len(places) + 1))
    for row, value in enumerate(values):
        value = text(value)
        place = len(places) if value is None else places.get(value)
        if place is not None and place != encoding["dropped"]:
            slots[row, place] = 1
    return slots


def predict(folder, columns):
    """Outputs by name, for a list of values per column."""
    about = metadata(folder)
    slots = [encode(feature["encoding"], columns[feature["name"]]) for feature in about["features"]]
    # XGBoost takes no number beyond single precision
    slots = numpy.clip(numpy.concatenate(slots, axis=1), -3.4e38, 3.4e38)
    booster = xgboost.Booster()
    with open(os.path.join(folder, "model.bst"), "rb") as file:
        booster.load_model(bytearray(file.read()))
    answers = booster.predict(xgboost.DMatrix(slots))
    label, classes = about["label"], about["classes"][::-1]
    if about["link"] == "identity":
        return {"predicted_" + label: answers}
    if about["link"] == "logistic":
        answers = numpy.stack([answers, 1 - answers], axis=1)
        best = numpy.where(answers[:, 0] > 0.5, 0, 1)
    else:
        answers = answers[:, ::-1]
        best = answers.argmax(axis=1)
    return {
        label + "_probs": answers,
        label + "_values": [classes] * len(answers),
        "predicted_" + label: [[classes[place]] for place in best],
    }


if __name__ == "__main__":
    instances = json.load(sys.stdin)
    folder = sys.argv[1] if len(sys.argv) > 1 else os.path.dirname(os.path.abspath(__file__))
    outputs = predict(folder, {name: [instance[name] for instance in instances] for name in inputs(folder)})
    rows = [
        {name: values[row].tolist() if hasattr(values[row], "tolist") else values[row] for name, values in outputs.items()}
        for row in range(len(instances))
    ]
    json.dump({"predictions": rows}, sys.stdout)
