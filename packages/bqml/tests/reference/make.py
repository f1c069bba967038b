"""Makes the JSON files beside it: data sets that scikit-learn ships, and what scikit-learn and
SciPy find on them. Run with `python3 make.py`; needs scikit-learn and SciPy.

The models are the minima of `mean loss + l2/2 * |w|^2` over standardized features, as the
trainer's documentation defines them.
"""

import json
import pathlib

import numpy as np
import scipy.stats
from sklearn import datasets, linear_model, metrics

HERE = pathlib.Path(__file__).parent


def standardized(x):
    return (x - x.mean(axis=0)) / x.std(axis=0)


WEIGHTS = [1.0, 2.5, 0.5]


def minimum(x, y, l2, weights):
    total = sum(weights[label] for label in y)
    model = linear_model.LogisticRegression(
        C=1 / (l2 * total),
        class_weight=dict(enumerate(weights)),
        tol=1e-14,
        max_iter=100_000,
        solver="newton-cg",
    )
    return model.fit(x, y)


def classifier(data, l2):
    x, y = standardized(data.data), data.target
    model = minimum(x, y, l2, [1.0] * 3)
    weighted = minimum(x, y, l2, WEIGHTS)
    probabilities = model.predict_proba(x)
    predicted = model.predict(x)
    return {
        "l2": l2,
        "rows": [[*map(float, row), int(label)] for row, label in zip(data.data, y)],
        "intercepts": model.intercept_.tolist(),
        "weights": model.coef_.tolist(),
        "probabilities": probabilities[:5].tolist(),
        "class_weights": WEIGHTS,
        "weighted": {
            "intercepts": weighted.intercept_.tolist(),
            "weights": weighted.coef_.tolist(),
        },
        "confusion": metrics.confusion_matrix(y, predicted).tolist(),
        "metrics": {
            "precision": metrics.precision_score(y, predicted, average="macro"),
            "recall": metrics.recall_score(y, predicted, average="macro"),
            "accuracy": metrics.accuracy_score(y, predicted),
            "f1_score": metrics.f1_score(y, predicted, average="macro"),
            "log_loss": metrics.log_loss(y, probabilities),
            "roc_auc": metrics.roc_auc_score(
                y, probabilities, multi_class="ovr", average="macro"
            ),
        },
    }


def regression(data):
    x, y = standardized(data.data), data.target
    fitted = {}
    for name, l2 in [("ordinary", 0.0), ("ridge", 0.3)]:
        # Ridge takes the sum of squares, the trainer the mean
        model = linear_model.Ridge(alpha=l2 / 2 * len(y), solver="svd")
        model.fit(x, y)
        predicted = model.predict(x)
        fitted[name] = {
            "l2": l2,
            "intercept": float(model.intercept_),
            "weights": model.coef_.tolist(),
            "metrics": {
                "mean_absolute_error": metrics.mean_absolute_error(y, predicted),
                "mean_squared_error": metrics.mean_squared_error(y, predicted),
                "mean_squared_log_error": metrics.mean_squared_log_error(y, predicted),
                "median_absolute_error": metrics.median_absolute_error(y, predicted),
                "r2_score": metrics.r2_score(y, predicted),
                "explained_variance": metrics.explained_variance_score(y, predicted),
            },
        }
    lasso = linear_model.Lasso(alpha=1.5, tol=1e-14, max_iter=1_000_000).fit(x, y)
    # Lasso halves the squares
    fitted["lasso"] = {
        "l1": 2 * 1.5,
        "intercept": float(lasso.intercept_),
        "weights": lasso.coef_.tolist(),
    }
    return {
        "names": list(data.feature_names),
        "rows": [[*map(float, row), float(label)] for row, label in zip(data.data, y)],
        "fitted": fitted,
        "unscaled": least_squares(data.data, y),
        "standardized": least_squares(x, y),
        "logistic": wald(data.data, y > 150),
    }


def least_squares(x, y):
    x = np.column_stack([x, np.ones(len(y))])
    inverse = np.linalg.inv(x.T @ x)
    weights = inverse @ x.T @ y
    freedom = len(y) - x.shape[1]
    variance = ((y - x @ weights) ** 2).sum() / freedom
    errors = np.sqrt(variance * np.diag(inverse))
    p_values = 2 * scipy.stats.t.sf(np.abs(weights / errors), freedom)
    return [weights.tolist(), errors.tolist(), p_values.tolist()]


def wald(raw, y):
    """Of an unpenalized logistic regression by Newton's method"""
    # on standardized features, which is better behaved, then back
    x = np.column_stack([standardized(raw), np.ones(len(y))])
    weights = np.zeros(x.shape[1])
    for _ in range(50):
        probability = 1 / (1 + np.exp(-x @ weights))
        information = x.T @ (x * (probability * (1 - probability))[:, None])
        weights = weights + np.linalg.solve(information, x.T @ (y - probability))
    scale = np.diag(np.append(1 / raw.std(axis=0), 1))
    scale[-1, :-1] = -raw.mean(axis=0) / raw.std(axis=0)
    weights = scale @ weights
    errors = np.sqrt(np.diag(scale @ np.linalg.inv(information) @ scale.T))
    p_values = 2 * scipy.stats.norm.sf(np.abs(weights / errors))
    return [weights.tolist(), errors.tolist(), p_values.tolist()]


def write(name, value):
    (HERE / name).write_text(json.dumps(value) + "\n")


write("iris.json", classifier(datasets.load_iris(), 0.05))
write("wine.json", classifier(datasets.load_wine(), 0.1))
write("diabetes.json", regression(datasets.load_diabetes(scaled=False)))
