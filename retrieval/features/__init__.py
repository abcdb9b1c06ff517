"""What tells a sentence that answers from one that only looks like it: small pure functions, one number each."""

from retrieval.features.pair import FEATURES, Pair, measure

__all__ = ["FEATURES", "Pair", "measure"]
