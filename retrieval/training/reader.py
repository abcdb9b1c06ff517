"""Trains the reader and the projection of token vectors: `python -m retrieval.training.reader [--squad FILE]`.

Needs torch, which the bot itself never does (pip install torch). Two steps:
1. On SQuAD (Rajpurkar et al. 2016, 2018; CC BY-SA 4.0; a gzipped JSON-lines file of title, paragraph, question, answers),
   from a projection by principal components. Without the file the shipped projection is kept, and the network learns
   from the story alone, which is worth less.
2. On the learning part of the story's own questions, with a share of SQuAD, once for each fold of sources (their scores
   go to `out_of_fold.json`, for `ranker`) and once on all of them (the weights that are shipped).
"""

from __future__ import annotations

import argparse
import gzip
import json
import math
import random
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from retrieval.clock import SystemClock
from retrieval.embedding import Encoded, Encoder, text_hash
from retrieval.passages import sentences
from retrieval.reader import QUESTION_TOKENS, SENTENCE_TOKENS
from retrieval.service import Retrieval
from retrieval.training.listwise import listwise
from retrieval.training.ranker import DATA, LEARN, OUT_OF_FOLD, fold_of, labels

WEIGHTS = Path(__file__).parent.parent / "weights"
WIDTH, HEADS, LAYERS, WIDE, HIDDEN = 128, 4, 2, 256, 384
FOLDS = 4
BATCH = 40


@dataclass
class Group:
    """A question with sentences, the right ones first."""

    question: Encoded
    sentences: list[Encoded]
    right: int
    key: str = ""
    fold: int = -1
    texts: tuple[str, ...] = ()


class Layer(nn.Module):
    """One layer of attention, normalised before."""

    def __init__(self) -> None:
        super().__init__()
        self.n1, self.n2 = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)
        self.qkv, self.o = nn.Linear(WIDTH, 3 * WIDTH), nn.Linear(WIDTH, WIDTH)
        self.a, self.b = nn.Linear(WIDTH, WIDE), nn.Linear(WIDE, WIDTH)

    def forward(self, x: torch.Tensor, bias: torch.Tensor) -> torch.Tensor:
        count, length, _ = x.shape
        q, k, v = self.qkv(self.n1(x)).view(count, length, 3, HEADS, WIDTH // HEADS).permute(2, 0, 3, 1, 4)
        weight = torch.softmax(q @ k.transpose(2, 3) / math.sqrt(WIDTH // HEADS) + bias, -1)
        x = x + self.o((weight @ v).transpose(1, 2).reshape(count, length, WIDTH))
        return x + self.b(functional.gelu(self.a(self.n2(x))))


class Network(nn.Module):
    """Question and sentence tokens side by side, with how well each is met on the other side."""

    def __init__(self, centre: np.ndarray, basis: np.ndarray) -> None:
        super().__init__()
        self.register_buffer("centre", torch.tensor(centre, dtype=torch.float32))
        self.basis = nn.Parameter(torch.tensor(basis, dtype=torch.float32))
        self.inp, self.sim = nn.Linear(WIDTH, WIDTH), nn.Linear(2, WIDTH)
        self.seg = nn.Parameter(torch.randn(4, WIDTH) * 0.02)
        self.pos = nn.Parameter(torch.randn(2, SENTENCE_TOKENS, WIDTH) * 0.02)
        self.cls = nn.Parameter(torch.randn(WIDTH) * 0.02)
        self.ln0, self.ln = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)
        self.layers = nn.ModuleList([Layer() for _ in range(LAYERS)])
        self.out = nn.Sequential(nn.Linear(WIDTH, WIDTH), nn.GELU(), nn.Linear(WIDTH, 1))

    def project(self, states: torch.Tensor) -> torch.Tensor:
        return functional.normalize((states - self.centre) @ self.basis, dim=-1)

    def forward(
        self, q: torch.Tensor, qm: torch.Tensor, d: torch.Tensor, dm: torch.Tensor, qx: torch.Tensor, dx: torch.Tensor
    ) -> torch.Tensor:
        near = q @ d.transpose(1, 2) - 2 * (1 - dm[:, None, :]) - 2 * (1 - qm[:, :, None])
        top = torch.cat([near.amax(2), near.amax(1)], 1)
        kinds = torch.cat([qx, dx + 2], 1).long()
        places = torch.cat([self.pos[0, : q.shape[1]], self.pos[1, : d.shape[1]]], 0)
        x = self.inp(torch.cat([q, d], 1) * 11.3) + functional.embedding(kinds, self.seg) + places
        x = x + self.sim(torch.stack([top, top * top], -1))
        x = torch.cat([self.cls.expand(x.shape[0], 1, -1), self.ln0(x)], 1)
        hidden = (torch.cat([qm, dm], 1) - 1) * 1e4
        bias = torch.cat([torch.zeros(x.shape[0], 1), hidden], 1)[:, None, None, :]
        for layer in self.layers:
            x = layer(x, bias)
        return self.out(self.ln(x[:, 0]))[:, 0]


def score(network: Network, pairs: Sequence[tuple[Encoded, Encoded]]) -> torch.Tensor:
    """Log-odds of pairs, in batches of like length."""
    order = sorted(range(len(pairs)), key=lambda place: len(pairs[place][1].ids))
    parts = [_scored(network, [pairs[place] for place in order[at : at + BATCH]]) for at in range(0, len(order), BATCH)]
    back = torch.empty(len(order), dtype=torch.long)
    back[torch.tensor(order)] = torch.arange(len(order))
    return torch.cat(parts)[back]


def _scored(network: Network, pairs: Sequence[tuple[Encoded, Encoded]]) -> torch.Tensor:
    sides = []
    for side, limit in ((0, QUESTION_TOKENS), (1, SENTENCE_TOKENS)):
        length = min(limit, max(len(pair[side].ids) for pair in pairs))
        states = torch.zeros(len(pairs), length, HIDDEN)
        mask, match = torch.zeros(len(pairs), length), torch.zeros(len(pairs), length)
        for row, pair in enumerate(pairs):
            own, other = pair[side], set(pair[1 - side].ids[:SENTENCE_TOKENS])
            size = min(length, len(own.ids))
            states[row, :size] = torch.from_numpy(own.states[:size].astype(np.float32))
            mask[row, :size] = 1
            match[row, :size] = torch.tensor([float(token in other) for token in own.ids[:size]])
        sides.append((network.project(states), mask, match))
    (q, qm, qx), (d, dm, dx) = sides
    return network(q, qm, d, dm, qx, dx)


def train(
    network: Network,
    groups: list[Group],
    rate: float,
    epochs: int,
    decay: float,
    share: float = 0.0,
    rest: Sequence[Group] = (),
) -> None:
    """Adam with one rise and fall of the rate; `share` of each batch comes from `rest`."""
    wanted = [one for one in network.parameters() if one.requires_grad]
    optimiser = torch.optim.AdamW(wanted, lr=rate, weight_decay=decay)
    size = 16
    steps = max(1, epochs * (len(groups) // size))
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, rate, total_steps=steps + 1, pct_start=0.15)
    done = 0
    for _ in range(epochs):
        random.shuffle(groups)
        for at in range(0, len(groups) - size + 1, size):
            batch = [
                _sampled(one)
                for one in (*groups[at : at + size], *random.sample(rest, int(share * size) if rest else 0))
            ]
            optimiser.zero_grad()
            scores = score(network, [(one.question, sentence) for one in batch for sentence in one.sentences])
            listwise(scores, [(len(one.sentences), one.right) for one in batch]).backward()
            nn.utils.clip_grad_norm_(wanted, 1.0)
            optimiser.step()
            schedule.step()
            done += 1
            if done % 100 == 0:
                print(f"  step {done} of {steps}", flush=True)


def _sampled(group: Group) -> Group:
    right, wrong = group.sentences[: min(2, group.right)], group.sentences[group.right :]
    wrong = wrong[:4] + random.sample(wrong[4:], min(3, len(wrong) - 4) if len(wrong) > 4 else 0)
    return Group(group.question, right + wrong, len(right))


def squad(path: Path, encoder: Encoder) -> list[Group]:
    """Each question with its paragraph's sentences."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    parts = {row["paragraph"]: [row["paragraph"][a:b] for a, b in sentences(row["paragraph"])] for row in rows}
    texts = list(dict.fromkeys(text for some in parts.values() for text in some))
    known = dict(zip(texts, map(_small, encoder.passages(texts)), strict=True))
    groups = []
    for row in rows:
        inside = parts[row["paragraph"]]
        right = [text for text in inside if any(answer in text for answer in row["answers"])]
        if row["answers"] and not right:
            continue
        ordered = [*right, *(text for text in inside if text not in right)]
        groups.append(Group(_small(encoder.query(row["question"])), [known[text] for text in ordered], len(right)))
    return groups


def _small(encoded: Encoded) -> Encoded:
    return Encoded(encoded.vector, encoded.ids, encoded.states.astype(np.float16))


def story(retrieval: Retrieval, encoder: Encoder) -> list[Group]:
    """Each learning question with the sentences that the search finds for it."""
    groups = []
    for line in LEARN.read_text(encoding="utf-8").splitlines():
        question = json.loads(line)
        found = retrieval.gather(question["question"])[2]
        marks = [labels(question, one.text, one.found.source.source_id) for one in found]
        right = [one.text for one, mark in zip(found, marks, strict=True) if mark[0]]
        wrong = [one.text for one, mark in zip(found, marks, strict=True) if not any(mark)]
        if not question.get("abstain") and not right:
            continue
        encoded = [_small(one) for one in encoder.passages([*right, *wrong])]
        groups.append(
            Group(
                _small(encoder.query(question["question"])),
                encoded,
                len(right),
                question["id"],
                fold_of(question, FOLDS),
                (*right, *wrong),
            )
        )
    return groups


def principal(states: Iterable[Encoded]) -> tuple[np.ndarray, np.ndarray]:
    """The mean of token states and their first principal components."""
    stacked = np.concatenate([one.states[::5] for one in states]).astype(np.float32)
    centre = stacked.mean(0)
    directions = np.linalg.svd((stacked - centre).T @ (stacked - centre) / len(stacked))[0]
    return centre, directions[:, :WIDTH]


class Exported(nn.Module):
    """The network with the inputs that `retrieval.reader` gives it."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.network = network

    def forward(
        self,
        question: torch.Tensor,
        question_match: torch.Tensor,
        sentence: torch.Tensor,
        sentence_mask: torch.Tensor,
        sentence_match: torch.Tensor,
    ) -> Any:
        whole = torch.ones_like(question[:, :, 0])
        return self.network(question, whole, sentence, sentence_mask, question_match, sentence_match)


def export(network: Network, version: int) -> None:
    """Writes the projection and the network."""
    np.savez(
        WEIGHTS / "tokens.npz",
        centre=network.centre.numpy().astype(np.float16),
        basis=network.basis.detach().numpy().astype(np.float16),
        version=version,
    )

    names = ["question", "question_match", "sentence", "sentence_mask", "sentence_match"]
    example = (
        torch.randn(3, 7, WIDTH), torch.zeros(3, 7, dtype=torch.int64), torch.randn(3, 20, WIDTH), torch.ones(3, 20),
        torch.zeros(3, 20, dtype=torch.int64),
    )  # fmt: skip
    axes = {name: {0: "batch", 1: "question" if name.startswith("question") else "sentence"} for name in names}
    torch.onnx.export(
        Exported(network).eval(), example, str(WEIGHTS / "reader.onnx"), input_names=names, output_names=["score"],
        dynamic_axes={**axes, "score": {0: "batch"}}, dynamo=False, opset_version=17,
    )  # fmt: skip


def main() -> None:
    """Trains and writes the weights; half an hour on two cores with SQuAD."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--squad", type=Path, help="a gzipped JSON-lines file; without it only the story is learned")
    chosen = parser.parse_args()
    random.seed(1)
    torch.manual_seed(1)
    with np.load(WEIGHTS / "tokens.npz") as stored:
        centre, basis, version = stored["centre"], stored["basis"], int(stored["version"])
    with tempfile.TemporaryDirectory() as home:
        encoder = Encoder(Path(home) / "models")
        public = squad(chosen.squad, encoder) if chosen.squad else []
        retrieval = Retrieval.open(Path(home), DATA, SystemClock())
        groups = story(retrieval, encoder)
        retrieval.close()
    if public:
        centre, basis = principal(one for group in public for one in group.sentences[:1])
        version += 1
    start = Network(centre, basis)
    start.basis.requires_grad = bool(public)
    if public:
        train(start, public, 6e-4, 3, 0.01)
    state = {key: value.clone() for key, value in start.state_dict().items()}
    scores: dict[str, dict[str, float]] = {}
    for fold in (*range(FOLDS), None):
        network = Network(centre, basis)
        network.load_state_dict(state)
        network.basis.requires_grad = False
        train(network, [one for one in groups if one.fold != fold], 4e-4, 7, 0.05, 0.2, public)
        network.eval()
        if fold is None:
            export(network, version)
            continue
        with torch.no_grad():
            for group in (one for one in groups if one.fold == fold):
                values = score(network, [(group.question, one) for one in group.sentences]).tolist()
                keys = [text_hash(text)[:12] for text in group.texts]
                scores[group.key] = {key: round(value, 3) for key, value in zip(keys, values, strict=True)}
    OUT_OF_FOLD.write_text(json.dumps(scores) + "\n")


if __name__ == "__main__":
    main()
