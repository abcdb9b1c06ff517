"""What both networks are taught by: which of a question's sentences answers it, if any does. Needs torch."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch.nn import functional


def listwise(scores: torch.Tensor, groups: Sequence[tuple[int, int]]) -> torch.Tensor:
    """Softmax over each question's sentences and "none of them", and each sentence by itself.

    `scores` are the log-odds of all sentences in turn, `groups` how many of them each question has and how many of its
    first are right.
    """
    losses, at = [], 0
    for count, right in groups:
        own = scores[at : at + count]
        at += count
        target = torch.zeros(count)
        target[:right] = 1
        everything = torch.logsumexp(torch.cat([own, torch.zeros(1)]), 0)
        listed = everything - torch.logsumexp(own[:right], 0) if right else everything
        losses.append(listed + functional.binary_cross_entropy_with_logits(own, target))
    return torch.stack(losses).mean()
