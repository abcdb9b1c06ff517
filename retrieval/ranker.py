"""Orders sentences by how likely they are to answer, and says how likely the best is. Weights from a file; pure."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from retrieval.embedding import Floats
from retrieval.features import FEATURES

USUAL = 2.0  # deviations from the mean
WEIGHTS = Path(__file__).parent / "weights" / "ranker.json"


@dataclass(frozen=True, slots=True)
class Ranker:
    """Two linear models over the same features: `rank` orders sentences, `decide` is calibrated on the best one.

    The cross-encoder reads the few that `rank` puts first; `mix` is what its log-odds weigh beside their scores.
    `threshold` is the chance from which a sentence is told as an answer.
    """

    mean: Floats
    scale: Floats
    rank: Floats
    mix: float
    decide: Floats
    bias: float
    threshold: float

    def order(self, features: Floats) -> Floats:
        """Scores to sort by, (sentences,), of features (sentences, features)."""
        return (((features - self.mean) / self.scale) @ self.rank).astype(np.float32)

    def reorder(self, scores: Floats, close: Floats) -> Floats:
        """Scores (sentences,) with what the cross-encoder said of the first ones: `close`, log-odds (first sentences,)."""
        return reordered(scores, close, self.mix)

    def chance(self, features: Floats, scores: Floats, close: Floats) -> float:
        """The chance that the best sentence answers, of its features and of all reordered scores, not sorted again."""
        known = decision_features(features, scores, close, self.mean, self.scale)
        return float(1 / (1 + np.exp(-(known @ self.decide + self.bias))))


def reordered(scores: Floats, close: Floats, mix: float) -> Floats:
    """What was not read closely is taken to be as the worst of what was."""
    said = np.full(len(scores), close.min(), np.float32)
    said[: len(close)] = close
    return (scores + mix * said).astype(np.float32)


def decision_features(best: Floats, scores: Floats, close: Floats, mean: Floats, scale: Floats) -> Floats:
    """The best sentence's features (features,), scaled and kept within `USUAL`, so that a question unlike all that were
    learned from is not judged by what is odd about it; its score and its lead over the second and the fifth; what the
    cross-encoder said of it, and its lead there over the best of the others."""
    ordered = np.sort(scores)[::-1]
    lead = [ordered[0] - (ordered[place] if len(ordered) > place else ordered[-1]) for place in (1, 4)]
    place = int(np.argmax(scores))
    others = np.delete(close, place) if len(close) > 1 else close
    return np.concatenate(
        [np.clip((best - mean) / scale, -USUAL, USUAL), [ordered[0], *lead, close[place], close[place] - others.max()]]
    ).astype(np.float32)


def load_ranker(path: Path = WEIGHTS) -> Ranker:
    """Reads the weights. Raises ValueError where they were made for other features."""
    stored = json.loads(path.read_text())
    if stored["features"] != [feature.__name__ for feature in FEATURES]:
        raise ValueError(f"{path.name} was trained on other features: run make train")
    arrays = {key: np.array(stored[key], np.float32) for key in ("mean", "scale", "rank", "decide")}
    return Ranker(**arrays, mix=stored["mix"], bias=stored["bias"], threshold=stored["threshold"])
