"""Fits the vectors of the steps (steps.tsv) on labelled sections.

python steps.py --cairn PROGRAM --index INDEX

INDEX must hold the sections that tests/eval/steps.tsv names; those that it lacks are left out. The features come from
Cairn's own code, through an ignored test. The model is a multinomial logit over the steps and "none": the support that
headings, topics and words of steps give is an offset, and the directions of the section and of its heading are the inputs.
The penalty is the one with the best accuracy when sections of one document are left out together; it is printed.
"""

import argparse
import json
import os
import subprocess
import tempfile
from pathlib import Path
from typing import NamedTuple

import numpy as np
from scipy.optimize import minimize

ROOT = Path(__file__).resolve().parents[2]
STEPS = ("problem-framing", "data", "features", "modelling", "offline-evaluation", "online-evaluation", "serving",
         "monitoring")
CERTAIN = 3.1  # the support with which a section belongs to a step, in src/annotate/notes.rs
FOLDS = 8
PENALTIES = ((0.5, 1.0), (1.0, 1.0), (1.0, 2.0), (2.0, 2.0))  # for the section and for its heading


class Label(NamedTuple):
    """A labelled section: where it is, and the steps that it serves, the best first."""

    source: str
    path: str
    address: str
    at: str
    steps: tuple[str, ...]


class Data(NamedTuple):
    """The features of all sections, and the share of each step and of none in their labels."""

    offset: np.ndarray
    inputs: np.ndarray
    target: np.ndarray
    documents: list[str]


def labels() -> list[Label]:
    """The labels in tests/eval/steps.tsv."""
    lines = (ROOT / "tests/eval/steps.tsv").read_text().splitlines()[1:]
    rows = (line.split("\t") for line in lines)
    return [Label(*row[:4], tuple(step for step in row[4].split(",") if step)) for row in rows]


def section(cairn: str, index: str, label: Label) -> dict | None:
    """Title, headings and text of the section; None if the index lacks it."""
    command = [cairn, "--index", index, "section", label.source, label.path, f"--{label.address}", label.at, "--json"]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    if found.returncode:
        return None
    read = json.loads(found.stdout)["section"]
    return {"title": read.get("title"), "headings": read["headings"], "text": read["text"]}


def features(sections: list[dict]) -> list[list]:
    """What Cairn computes for each section: support, and the vectors of section and heading."""
    with tempfile.TemporaryDirectory() as folder:
        given, made = Path(folder, "sections"), Path(folder, "features")
        given.write_text("".join(json.dumps(section) + "\n" for section in sections))
        run = ["cargo", "test", "--lib", "--", "--ignored", "annotate::steps::tests::step_features"]
        environment = os.environ | {"CAIRN_STEP_SECTIONS": str(given), "CAIRN_STEP_FEATURES": str(made)}
        subprocess.run(run, cwd=ROOT, env=environment, check=True)
        return [json.loads(line) for line in made.read_text().splitlines()]


def directions(vectors: list[list[int] | None]) -> np.ndarray:
    """The vectors with length 1; zeros where there is none."""
    rows = np.array([vector or [0] * 128 for vector in vectors], float)
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return rows / np.where(lengths > 0, lengths, 1)


def data(known: list[tuple[Label, dict]]) -> Data:
    """Features and targets; of two steps, the first counts 0.7."""
    rows = features([section for _, section in known])
    target = np.zeros((len(rows), len(STEPS) + 1))
    for at, (label, _) in enumerate(known):
        shares = {0: [], 1: [1.0]}.get(len(label.steps), [0.7, 0.3])
        for step, share in zip(label.steps, shares):
            target[at, STEPS.index(step)] = share
        target[at, -1] = 1 - sum(shares)
    offset = np.hstack([np.array([row[0] for row in rows]), np.zeros((len(rows), 1))])
    inputs = np.hstack([directions([row[1] for row in rows]), directions([row[2] for row in rows]),
                        np.ones((len(rows), 1))])
    return Data(offset, inputs, target, [f"{label.source}/{label.path}" for label, _ in known])


def fit(read: Data, rows: np.ndarray, penalty: tuple[float, float]) -> np.ndarray:
    """The weights, one column for each step and for none, from the sections in `rows`."""
    offset, inputs, target = read.offset[rows], read.inputs[rows], read.target[rows]
    ridge = np.concatenate([np.full(128, penalty[0]), np.full(128, penalty[1]), [1e-3]])[:, None]

    def loss(flat: np.ndarray) -> tuple[float, np.ndarray]:
        weights = flat.reshape(inputs.shape[1], target.shape[1])
        scores = offset + inputs @ weights
        scores -= scores.max(1, keepdims=True)
        chances = np.exp(scores)
        chances /= chances.sum(1, keepdims=True)
        cost = -(target * np.log(chances + 1e-12)).sum() + (ridge * weights * weights).sum() / 2
        return cost, (inputs.T @ (chances - target) + ridge * weights).ravel()

    start = np.zeros(inputs.shape[1] * target.shape[1])
    return minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 500}).x.reshape(inputs.shape[1], -1)


def accuracy(read: Data, penalty: tuple[float, float]) -> tuple[float, float]:
    """Cross-validated: the share of sections with a step whose best step is one of theirs, and the share of all."""
    folds = np.array([sum(document.encode()) % FOLDS for document in read.documents])
    scores = np.zeros_like(read.target)
    for fold in range(FOLDS):
        test = folds == fold
        scores[test] = read.offset[test] + read.inputs[test] @ fit(read, np.flatnonzero(~test), penalty)
    has_step = read.target[:, -1] < 1
    best = scores[:, :-1].argmax(1)
    among_steps = read.target[np.arange(len(best)), best] > 0
    among_all = read.target[np.arange(len(best)), scores.argmax(1)] > 0
    return among_steps[has_step].mean(), among_all.mean()


def main() -> None:
    """Reads, fits, and writes steps.tsv."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--cairn", required=True)
    options.add_argument("--index", required=True)
    given = options.parse_args()
    found = ((label, section(given.cairn, given.index, label)) for label in labels())
    known = [(label, read) for label, read in found if read]
    read = data(known)
    measured = {penalty: accuracy(read, penalty) for penalty in PENALTIES}
    plain = read.offset[:, :-1].argmax(1)
    is_right = read.target[np.arange(len(plain)), plain] > 0
    print(f"{len(known)} sections; right step without vectors {is_right[read.target[:, -1] < 1].mean():.3f}")
    for penalty, (steps, everything) in measured.items():
        print(f"penalties {penalty}: right step {steps:.3f}, right step or none {everything:.3f}")
    weights = fit(read, np.arange(len(known)), max(measured, key=measured.get))
    weights = weights[:, :-1] - weights[:, -1:]
    weights[-1] += CERTAIN
    table = Path(__file__).with_name("table.bin").read_bytes()[-32:][:8].hex()
    lines = [f"table\t{table}"]
    for step, column in zip(STEPS, weights.T):
        order = [column[-1], *column[:-1]]
        lines.append(f"{step}\t" + " ".join(str(round(100 * number)) for number in order))
    Path(__file__).with_name("steps.tsv").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
