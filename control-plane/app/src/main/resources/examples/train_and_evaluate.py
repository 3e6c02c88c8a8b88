"""Trains two classifiers on scikit-learn's wine data, compares them on held-out bottles and keeps the better one.

    pip install 'kfp==2.17.*'
    python train_and_evaluate.py                              # compiles train_and_evaluate.yaml
    python train_and_evaluate.py --host http://127.0.0.1:8888  # and runs it there
"""

import argparse

from kfp import compiler, dsl
from kfp.dsl import HTML, ClassificationMetrics, Dataset, Input, Markdown, Metrics, Model, Output

SKLEARN = ["scikit-learn>=1.4,<2"]


@dsl.component(base_image="python:3.11", packages_to_install=SKLEARN)
def load_wine(test_share: float, seed: int, train: Output[Dataset], test: Output[Dataset]) -> int:
    """Splits 178 bottles (13 measurements, 3 cultivars) into two CSV tables."""
    import csv

    from sklearn.datasets import load_wine as wine
    from sklearn.model_selection import train_test_split

    data = wine()
    parts = train_test_split(data.data, data.target, test_size=test_share, random_state=seed, stratify=data.target)
    for out, x, y in ((train, parts[0], parts[2]), (test, parts[1], parts[3])):
        with open(out.path, "w", newline="") as f:
            table = csv.writer(f)
            table.writerow(list(data.feature_names) + ["cultivar"])
            for row, label in zip(x, y):
                table.writerow([*(f"{v:.6g}" for v in row), data.target_names[label]])
        out.metadata["rows"] = len(y)
        out.metadata["columns"] = x.shape[1] + 1
        print(f"{out.name}: {len(y)} rows")
    return len(parts[2])


@dsl.component(base_image="python:3.11", packages_to_install=SKLEARN)
def train_model(kind: str, train: Input[Dataset], model: Output[Model]):
    """Fits one classifier and pickles it."""
    import csv
    import pickle
    import time

    from sklearn.ensemble import RandomForestClassifier
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    with open(train.path, newline="") as f:
        rows = list(csv.reader(f))[1:]
    x = [[float(v) for v in row[:-1]] for row in rows]
    y = [row[-1] for row in rows]
    makers = {
        "logistic": lambda: make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000)),
        "forest": lambda: RandomForestClassifier(n_estimators=200, random_state=0),
    }
    if kind not in makers:
        raise ValueError(f"kind must be one of {sorted(makers)}, found {kind!r}")
    started = time.monotonic()
    fitted = makers[kind]().fit(x, y)
    seconds = time.monotonic() - started
    with open(model.path, "wb") as f:
        pickle.dump(fitted, f)
    model.metadata.update(framework="scikit-learn", kind=kind, rows=len(y), fit_seconds=round(seconds, 3))
    print(f"{kind}: fitted on {len(y)} rows in {seconds:.2f} s")


@dsl.component(base_image="python:3.11", packages_to_install=SKLEARN)
def evaluate_model(
    kind: str,
    test: Input[Dataset],
    model: Input[Model],
    scores: Output[Metrics],
    quality: Output[ClassificationMetrics],
) -> float:
    """Scores a model on the held-out bottles: accuracy, macro F1, confusion matrix, ROC curve (one cultivar against the others)."""
    import csv
    import pickle

    from sklearn.metrics import accuracy_score, confusion_matrix, f1_score, roc_auc_score, roc_curve

    with open(test.path, newline="") as f:
        rows = list(csv.reader(f))[1:]
    x = [[float(v) for v in row[:-1]] for row in rows]
    y = [row[-1] for row in rows]
    with open(model.path, "rb") as f:
        fitted = pickle.load(f)
    guess = list(fitted.predict(x))
    chance = fitted.predict_proba(x)
    classes = list(fitted.classes_)
    accuracy = float(accuracy_score(y, guess))
    scores.log_metric("accuracy", accuracy)
    scores.log_metric("macro_f1", float(f1_score(y, guess, average="macro")))
    scores.log_metric("roc_auc", float(roc_auc_score(y, chance, multi_class="ovr")))
    quality.log_confusion_matrix(classes, confusion_matrix(y, guess, labels=classes).tolist())
    first = [float(p[0]) for p in chance]
    fpr, tpr, thresholds = roc_curve([label == classes[0] for label in y], first)
    quality.log_roc_curve(fpr.tolist(), tpr.tolist(), [min(float(t), 1.0) for t in thresholds])
    print(f"{kind}: accuracy {accuracy:.3f} on {len(y)} bottles")
    return accuracy


@dsl.component(base_image="python:3.11", packages_to_install=SKLEARN + ["matplotlib>=3.8,<4"])
def plot_model(kind: str, test: Input[Dataset], model: Input[Model], plot: Output[HTML]):
    """Draws the held-out bottles on their two main axes, coloured by the model's answer, mistakes ringed."""
    import base64
    import csv
    import io
    import pickle

    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt
    from sklearn.decomposition import PCA
    from sklearn.preprocessing import StandardScaler

    with open(test.path, newline="") as f:
        rows = list(csv.reader(f))[1:]
    x = [[float(v) for v in row[:-1]] for row in rows]
    y = [row[-1] for row in rows]
    with open(model.path, "rb") as f:
        guess = pickle.load(f).predict(x)
    at = PCA(n_components=2, random_state=0).fit_transform(StandardScaler().fit_transform(x))
    fig, ax = plt.subplots(figsize=(6, 4.2), dpi=120)
    for name, colour in zip(sorted(set(y)), ("#b3541e", "#4d7c5b", "#3b5b92")):
        chosen = [i for i, g in enumerate(guess) if g == name]
        ax.scatter(at[chosen, 0], at[chosen, 1], c=colour, s=36, label=name)
    wrong = [i for i, g in enumerate(guess) if g != y[i]]
    ax.scatter(at[wrong, 0], at[wrong, 1], s=120, facecolors="none", edgecolors="black", label="mistake")
    ax.set(xlabel="first axis", ylabel="second axis", title=f"{kind}: {len(wrong)} of {len(y)} bottles misjudged")
    ax.legend()
    image = io.BytesIO()
    fig.savefig(image, format="png", bbox_inches="tight")
    picture = base64.b64encode(image.getvalue()).decode()
    with open(plot.path, "w") as f:
        f.write(f'<!doctype html><title>{kind}</title><img alt="{kind}" src="data:image/png;base64,{picture}">')


@dsl.component(base_image="python:3.11")
def report(rows: int, accuracies: list, kinds: list, summary: Output[Markdown]) -> str:
    """Names the winner and writes a table."""
    ranked = sorted(zip(accuracies, kinds), reverse=True)
    lines = ["# Wine cultivars", "", f"{rows} bottles for training.", "", "| model | accuracy |", "|---|---|"]
    lines += [f"| {kind} | {accuracy:.3f} |" for accuracy, kind in ranked]
    with open(summary.path, "w") as f:
        f.write("\n".join(lines) + "\n")
    print("\n".join(lines))
    return ranked[0][1]


@dsl.pipeline(name="train-and-evaluate", description="Trains and compares two classifiers on the wine data of scikit-learn.")
def train_and_evaluate(test_share: float = 0.3, seed: int = 7) -> str:
    data = load_wine(test_share=test_share, seed=seed)
    kinds = ["logistic", "forest"]
    with dsl.ParallelFor(items=kinds, name="each model") as kind:
        trained = train_model(kind=kind, train=data.outputs["train"])
        judged = evaluate_model(kind=kind, test=data.outputs["test"], model=trained.outputs["model"])
        plot_model(kind=kind, test=data.outputs["test"], model=trained.outputs["model"])
    return report(
        rows=data.outputs["Output"], accuracies=dsl.Collected(judged.outputs["Output"]), kinds=kinds
    ).outputs["Output"]


if __name__ == "__main__":
    options = argparse.ArgumentParser()
    options.add_argument("--host", help="where Kumiki listens; without it the pipeline is only compiled")
    host = options.parse_args().host
    compiler.Compiler().compile(train_and_evaluate, __file__.replace(".py", ".yaml"))
    if host:
        from kfp.client import Client

        result = Client(host=host).create_run_from_pipeline_func(train_and_evaluate).wait_for_run_completion()
        print(result.run_id, result.state)
