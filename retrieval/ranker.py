"""Orders sentences by how likely they are to answer, and says how likely the best is. Weights from a file; pure."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from retrieval.embedding import Floats
from retrieval.features import FEATURES

WEIGHTS = Path(__file__).parent / "weights" / "ranker.json"


@dataclass(frozen=True, slots=True)
class Ranker:
    """Two linear models over the same features: `rank` orders sentences, `decide` is calibrated on the best one.

    `threshold` is the chance from which a sentence is told as an answer.
    """

    mean: Floats
    scale: Floats
    rank: Floats
    decide: Floats
    bias: float
    threshold: float

    def order(self, features: Floats) -> Floats:
        """Scores to sort by, (sentences,), of features (sentences, features)."""
        return (((features - self.mean) / self.scale) @ self.rank).astype(np.float32)

    def chance(self, features: Floats, scores: Sequence[float]) -> float:
        """The chance that the best sentence answers: its features, and how far the next ones are behind."""
        return float(
            1 / (1 + np.exp(-(decision_features(features, scores, self.mean, self.scale) @ self.decide + self.bias)))
        )


def decision_features(best: Floats, scores: Sequence[float], mean: Floats, scale: Floats) -> Floats:
    """The best sentence's features (features,), scaled, then its score and its lead over the second and the fifth."""
    ordered = sorted(scores, reverse=True)
    lead = [ordered[0] - (ordered[place] if len(ordered) > place else ordered[-1]) for place in (1, 4)]
    return np.concatenate([(best - mean) / scale, [ordered[0], *lead]]).astype(np.float32)


def load_ranker(path: Path = WEIGHTS) -> Ranker:
    """Reads the weights. Raises ValueError where they were made for other features."""
    stored = json.loads(path.read_text())
    if stored["features"] != [feature.__name__ for feature in FEATURES]:
        raise ValueError(f"{path.name} was trained on other features: run make train")
    arrays = {key: np.array(stored[key], np.float32) for key in ("mean", "scale", "rank", "decide")}
    return Ranker(**arrays, bias=stored["bias"], threshold=stored["threshold"])
