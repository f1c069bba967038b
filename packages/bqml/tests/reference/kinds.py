"""Makes `kmeans.json`, `pca.json` and `trees.json` beside it: data sets that scikit-learn ships, and what
scikit-learn and XGBoost find on them. Run with `python3 kinds.py`; needs scikit-learn and xgboost.
"""

import json
import pathlib

import numpy as np
import xgboost
from sklearn import cluster, datasets, decomposition, metrics

HERE = pathlib.Path(__file__).parent


def standardized(x):
    return (x - x.mean(axis=0)) / x.std(axis=0)


def kmeans(data, count):
    x = standardized(data.data)
    # every so many rows, so that each cluster begins somewhere else
    marked = [len(x) * n // count for n in range(count)]
    model = cluster.KMeans(
        count, init=x[marked], n_init=1, tol=0, max_iter=1000, algorithm="lloyd"
    ).fit(x)
    distances = model.transform(x)
    return {
        "rows": [
            [*map(float, row), int(index in marked)]
            for index, row in enumerate(data.data)
        ],
        "centers": model.cluster_centers_.tolist(),
        "labels": model.labels_.tolist(),
        "distances": distances[:5].tolist(),
        "metrics": {
            "davies_bouldin_index": metrics.davies_bouldin_score(x, model.labels_),
            "mean_squared_distance": model.inertia_ / len(x),
        },
    }


def pca(data, count):
    found = {"rows": [[*map(float, row)] for row in data.data], "count": count}
    for name, x in [("scaled", standardized(data.data)), ("raw", data.data)]:
        model = decomposition.PCA(count, svd_solver="full").fit(x)
        back = model.inverse_transform(model.transform(x))
        found[name] = {
            "eigenvalues": model.explained_variance_.tolist(),
            "ratios": model.explained_variance_ratio_.tolist(),
            "components": model.components_.tolist(),
            "scores": model.transform(x)[:5].tolist(),
            "errors": ((x - back) ** 2).mean(axis=1)[:5].tolist(),
        }
    return found


def forest(model, train, test, x, y):
    model.fit(x[train], y[train])
    if isinstance(model, xgboost.XGBRegressor):
        return {"mean_squared_error": metrics.mean_squared_error(y[test], model.predict(x[test]))}
    probabilities = model.predict_proba(x[test])
    found = {"log_loss": metrics.log_loss(y[test], probabilities)}
    if probabilities.shape[1] == 2:
        found["roc_auc"] = metrics.roc_auc_score(y[test], probabilities[:, 1])
    else:
        found["roc_auc"] = metrics.roc_auc_score(y[test], probabilities, multi_class="ovr")
    return found


def trees(data, regression=False):
    # the last 30 % of a fixed permutation evaluates
    order = np.random.RandomState(7).permutation(len(data.target))
    edge = int(len(order) * 0.7)
    train, test = order[:edge], order[edge:]
    kind, of_forest = xgboost.XGBClassifier, xgboost.XGBRFClassifier
    if regression:
        kind, of_forest = xgboost.XGBRegressor, xgboost.XGBRFRegressor
    # BigQuery ML's defaults; base_score as XGBoost had it then
    boosted = dict(n_estimators=20, max_depth=6, learning_rate=0.3, reg_lambda=1, base_score=0.5)
    random = dict(
        n_estimators=100,
        max_depth=15,
        subsample=0.8,
        colsample_bynode=0.8,
        reg_lambda=1,
        base_score=0.5,
    )
    variants = {
        "boosted": kind(**boosted, tree_method="hist"),
        "exact": kind(**boosted, tree_method="exact"),
        "regularized": kind(
            **{**boosted, "max_depth": 3},
            gamma=1,
            reg_alpha=0.5,
            min_child_weight=3,
            tree_method="hist",
        ),
        "dart": kind(
            **boosted, booster="dart", rate_drop=0.1, normalize_type="tree", tree_method="hist"
        ),
        "forest": of_forest(**random, tree_method="hist"),
    }
    evaluated = set(test.tolist())
    return {
        "rows": [
            [*map(float, row), float(label), int(index in evaluated)]
            for index, (row, label) in enumerate(zip(data.data, data.target))
        ],
        "variants": {
            name: forest(model, train, test, data.data, data.target)
            for name, model in variants.items()
        },
    }


def write(name, value):
    (HERE / name).write_text(json.dumps(value) + "\n")


write("kmeans.json", kmeans(datasets.load_wine(), 3))
write("pca.json", pca(datasets.load_wine(), 4))
write(
    "trees.json",
    {
        "breast_cancer": trees(datasets.load_breast_cancer()),
        "wine": trees(datasets.load_wine()),
        "diabetes": trees(datasets.load_diabetes(scaled=False), regression=True),
    },
)
