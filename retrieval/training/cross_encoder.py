"""Trains the cross-encoder: `python -m retrieval.training.cross_encoder`. Needs torch, which the bot itself never does.

... squad FILE STATE    reading at large, from SQuAD (Rajpurkar et al. 2016, 2018; CC BY-SA 4.0; a gzipped JSON-lines
                        file of title, paragraph, question, answers); what was learned goes to the file STATE
... story STATE         then this story's learning questions, but for those that the ranker keeps aside; the weights
                        go where the bot looks for them
"""

from __future__ import annotations

import argparse
import gzip
import json
import math
import random
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import nn
from torch.nn import functional

from retrieval import e5
from retrieval.clock import SystemClock
from retrieval.cross_encoder import LAYERS, WEIGHTS, pair_ids
from retrieval.embedding import PAD, Encoder
from retrieval.passages import sentences
from retrieval.ranker import load_ranker
from retrieval.service import Retrieval
from retrieval.training.listwise import listwise
from retrieval.training.ranker import DATA, LEARN, aside, labels

GROUPS = 16  # questions in a step
WRONG = 2  # sentences beside the right one


@dataclass
class Group:
    """A question with its rows of tokens, the right ones first, then the wrong ones, the most misleading first."""

    rows: list[list[int]]
    right: int
    key: str = ""


class Layer(nn.Module):
    def __init__(self, hidden: int, wide: int, heads: int, epsilon: float) -> None:
        super().__init__()
        self.heads = heads
        self.q, self.k, self.v, self.ao = (nn.Linear(hidden, hidden) for _ in range(4))
        self.fi, self.fo = nn.Linear(hidden, wide), nn.Linear(wide, hidden)
        self.aln, self.oln = nn.LayerNorm(hidden, epsilon), nn.LayerNorm(hidden, epsilon)

    def forward(self, x: torch.Tensor, bias: torch.Tensor, drop: float) -> torch.Tensor:
        count, length, hidden = x.shape
        q, k, v = (
            part(x).view(count, length, self.heads, hidden // self.heads).transpose(1, 2)
            for part in (self.q, self.k, self.v)
        )
        near = q @ k.transpose(2, 3) / math.sqrt(hidden // self.heads) + bias.to(q.dtype)
        seen = (torch.softmax(near, -1).to(v.dtype) @ v).transpose(1, 2).reshape(count, length, hidden)
        x = self.aln(x + self.ao(seen) * _kept(x, drop))
        return self.oln(x + self.fo(functional.gelu(self.fi(x))) * _kept(x, drop))


def _kept(x: torch.Tensor, drop: float) -> torch.Tensor | float:
    """Drops the same parts at every token of a row: to draw for each token takes a tenth of the time."""
    if not drop:
        return 1.0
    return (torch.rand(x.shape[0], 1, x.shape[2]) >= drop).to(torch.bfloat16) / (1 - drop)


class Network(nn.Module):
    """The first layers of e5-small with a head on its first token."""

    def __init__(self, weights: e5.Weights) -> None:
        super().__init__()
        hidden = weights.hidden
        words = e5.dequantise(weights.tensors["emb.word"], weights.vocabulary, hidden)
        self.words = torch.tensor(words)
        place = weights.tensors["emb.pos"].reshape(weights.positions, hidden) + weights.tensors["emb.type"][:hidden]
        self.register_buffer("place", torch.tensor(place), persistent=False)
        self.norm = nn.LayerNorm(hidden, weights.epsilon)
        self.layers = nn.ModuleList(
            [Layer(hidden, weights.feed_forward, weights.heads, weights.epsilon) for _ in range(LAYERS)]
        )
        self.head, self.out = nn.Linear(hidden, hidden), nn.Linear(hidden, 1)
        self._load(weights)

    def _load(self, weights: e5.Weights) -> None:
        tensors = weights.tensors
        with torch.no_grad():
            self.norm.weight.copy_(torch.tensor(tensors["emb.ln.w"]))
            self.norm.bias.copy_(torch.tensor(tensors["emb.ln.b"]))
            for number, layer in enumerate(self.layers):
                for name, part in layer.named_children():
                    if isinstance(part, nn.Linear):
                        whole = e5.dequantise(tensors[f"l{number}.{name}.w"], part.out_features, part.in_features)
                    else:
                        whole = tensors[f"l{number}.{name}.w"]
                    part.weight.copy_(torch.tensor(whole))
                    part.bias.copy_(torch.tensor(tensors[f"l{number}.{name}.b"]))

    def forward(self, ids: torch.Tensor, drop: float = 0.0) -> torch.Tensor:
        mask = ids != PAD
        x = self.norm(functional.embedding(ids, self.words) + self.place[: ids.shape[1]])
        bias = torch.zeros(ids.shape).masked_fill(~mask, -1e4)[:, None, None, :]
        for layer in self.layers:
            x = layer(x, bias, drop)
        return self.out(torch.tanh(self.head(x[:, 0])))[:, 0].float()


def score(network: Network, rows: Sequence[list[int]], drop: float = 0.0, size: int = 24) -> torch.Tensor:
    """Log-odds of rows, in batches of like length."""
    order = sorted(range(len(rows)), key=lambda place: len(rows[place]))
    parts = []
    for at in range(0, len(order), size):
        some = [rows[place] for place in order[at : at + size]]
        ids = torch.full((len(some), max(map(len, some))), PAD)
        for place, row in enumerate(some):
            ids[place, : len(row)] = torch.tensor(row)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            parts.append(network(ids, drop))
    back = torch.empty(len(order), dtype=torch.long)
    back[torch.tensor(order)] = torch.arange(len(order))
    return torch.cat(parts)[back]


def train(network: Network, groups: list[Group], rate: float, epochs: int, wrong: int = WRONG) -> None:
    """Adam with one rise and fall of the rate."""
    network.train()
    optimiser = torch.optim.AdamW(network.parameters(), lr=rate, weight_decay=0.01)
    steps = epochs * (len(groups) // GROUPS)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, rate, total_steps=steps + 1, pct_start=0.1)
    done, mean, started = 0, 0.0, time.perf_counter()
    for _ in range(epochs):
        random.shuffle(groups)
        for at in range(0, len(groups) - GROUPS + 1, GROUPS):
            batch = [_sampled(one, wrong) for one in groups[at : at + GROUPS]]
            scores = score(network, [row for one in batch for row in one.rows], 0.1)
            value = listwise(scores, [(len(one.rows), one.right) for one in batch])
            optimiser.zero_grad()
            value.backward()
            nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            done += 1
            mean += (float(value.detach()) - mean) * max(0.02, 1 / done)
            if done % 50 == 0:
                print(f"step {done} of {steps}, loss {mean:.3f}, {time.perf_counter() - started:.0f} s", flush=True)
    network.eval()


def _sampled(group: Group, wrong: int) -> Group:
    """One right sentence where there is one, the most misleading wrong one, and others by chance."""
    right = random.sample(group.rows[: group.right], 1) if group.right else []
    others = group.rows[group.right :]
    rest = others[1:8]
    chosen = others[:1] + random.sample(rest, min(len(rest), wrong - 1))
    return Group(right + chosen, len(right), group.key)


def squad(path: Path, encoder: Encoder) -> list[Group]:
    """Each question with its paragraph's sentences; the wrong ones in the order of the rare words they share with it."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    parts = {row["paragraph"]: [row["paragraph"][a:b] for a, b in sentences(row["paragraph"])] for row in rows}
    groups = []
    for row in rows:
        question, header = encoder.token_ids(row["question"]), encoder.token_ids(row["title"])
        inside = parts[row["paragraph"]]
        right = [text for text in inside if any(answer in text for answer in row["answers"])]
        if row["answers"] and not right:
            continue
        ids = {text: encoder.token_ids(text) for text in inside}
        asked = set(question)
        shared = {text: sum(float(encoder.rarity[token]) for token in asked & set(ids[text])) for text in inside}
        wrong = sorted((text for text in inside if text not in right), key=lambda text: -shared[text])
        groups.append(Group([pair_ids(question, header, ids[text]) for text in (*right, *wrong)], len(right)))
    return groups


def story(retrieval: Retrieval, encoder: Encoder) -> list[Group]:
    """Each learning question that is not kept aside, with the sentences that the search finds, as the ranker orders them."""
    ranker = load_ranker()
    groups = []
    for line in LEARN.read_text(encoding="utf-8").splitlines():
        question = json.loads(line)
        _, _, found, features = retrieval.gather(question["question"])
        if aside(question) or question["kind"] in ("table", "near-table") or not found:
            continue
        ordered = [found[place] for place in np.argsort(-ranker.order(features), kind="stable")]
        marks = [labels(question, one.text, one.found.source.source_id) for one in ordered]
        right = [one for one, mark in zip(ordered, marks, strict=True) if mark[0]]
        wrong = [one for one, mark in zip(ordered, marks, strict=True) if not any(mark)]
        if not question.get("abstain") and not right:
            continue
        asked = encoder.token_ids(question["question"])
        rows = [
            pair_ids(asked, encoder.token_ids(one.found.passage.header), encoder.token_ids(one.text))
            for one in (*right, *wrong)
        ]
        groups.append(Group(rows, len(right), question["id"]))
    return groups


def export(network: Network, weights: e5.Weights) -> None:
    """Writes the network in int8, with the head on the first token."""
    tensors = {"emb.ln.w": network.norm.weight, "emb.ln.b": network.norm.bias}
    for number, layer in enumerate(network.layers):
        for name, part in layer.named_children():
            tensors |= {f"l{number}.{name}.w": part.weight, f"l{number}.{name}.b": part.bias}
    arrays = {name: tensor.detach().numpy().astype(np.float32) for name, tensor in tensors.items()}
    model = e5.build_graph(replace(weights, layers=LAYERS, tensors=arrays))
    graph = model.graph
    head = {
        "first": np.int64(0),
        "head.weight": network.head.weight.detach().numpy().T,
        "head.bias": network.head.bias.detach().numpy(),
        "out.weight": network.out.weight.detach().numpy().T,
        "out.bias": network.out.bias.detach().numpy(),
        "one": np.array([1]),
    }
    graph.initializer.extend(numpy_helper.from_array(np.array(value, order="C"), name) for name, value in head.items())
    graph.node.extend(
        [
            helper.make_node("Gather", ["hidden", "first"], ["token"], axis=1),
            helper.make_node("Gemm", ["token", "head.weight", "head.bias"], ["head.sum"]),
            helper.make_node("Tanh", ["head.sum"], ["head.out"]),
            helper.make_node("Gemm", ["head.out", "out.weight", "out.bias"], ["out.sum"]),
            helper.make_node("Squeeze", ["out.sum", "one"], ["score"]),
        ]
    )
    graph.output.pop()
    graph.output.append(helper.make_tensor_value_info("score", TensorProto.FLOAT, ["batch"]))
    e5.quantise(model, WEIGHTS)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="step", required=True)
    reading = commands.add_parser("squad")
    reading.add_argument("file", type=Path)
    reading.add_argument("state", type=Path)
    commands.add_parser("story").add_argument("state", type=Path)
    chosen = parser.parse_args()
    random.seed(1)
    torch.manual_seed(1)
    weights = e5.read_weights(e5.weights_path())
    network = Network(weights)
    with tempfile.TemporaryDirectory() as home:
        encoder = Encoder(Path(home) / "models")
        if chosen.step == "squad":
            train(network, squad(chosen.file, encoder), 1e-4, 1)
            torch.save(network.state_dict(), chosen.state)
        else:
            network.load_state_dict(torch.load(chosen.state))
            retrieval = Retrieval.open(Path(home), DATA, SystemClock())
            groups = story(retrieval, encoder)
            retrieval.close()
            train(network, groups, 5e-5, 3)
            export(network, weights)


if __name__ == "__main__":
    main()
