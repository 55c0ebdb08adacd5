"""Encoder and reader in PyTorch: one kind of trunk (multilingual-e5-small), two heads.

The encoder pools (Wang et al. 2024); the reader points at a span or at "not here" (Devlin et al. 2019; Rajpurkar et al.
2018), and of a claim says whether the text carries it (Briakou and Carpuat 2020).
"""

from collections.abc import Sequence

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 - its usual name
from torch import Tensor, nn

from training.source_model import SourceModel
from training.vocabulary import PAD

NEVER = -1e4
"""A logit that no softmax notices, also in bfloat16."""


class Layer(nn.Module):
    """A transformer layer that normalises after each half."""

    def __init__(self, hidden: int, inner: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.qkv, self.attended = nn.Linear(hidden, 3 * hidden), nn.Linear(hidden, hidden)
        self.widen, self.narrow = nn.Linear(hidden, inner), nn.Linear(inner, hidden)
        self.first_norm, self.second_norm = nn.LayerNorm(hidden, 1e-12), nn.LayerNorm(hidden, 1e-12)

    def forward(self, states: Tensor, mask: Tensor) -> Tensor:
        """(batch, length, hidden) → the same; `mask` is added to the attention's logits."""
        batch, length, hidden = states.shape
        size = hidden // self.heads
        query, key, value = self.qkv(states).view(batch, length, 3, self.heads, size).permute(2, 0, 3, 1, 4)
        # Plain products: on a CPU in bfloat16 their backward pass is faster than the fused kernel's.
        weights = torch.softmax(query * size**-0.5 @ key.transpose(-1, -2) + mask, -1)
        mixed = (weights @ value).transpose(1, 2).reshape(batch, length, hidden)
        states = self.first_norm(states + self.attended(mixed))
        result: Tensor = self.second_norm(states + self.narrow(F.gelu(self.widen(states))))
        return result


class Trunk(nn.Module):
    """Pieces → a state for each."""

    def __init__(self, vocabulary: int, *, hidden: int, layers: int, heads: int, inner: int, positions: int) -> None:
        super().__init__()
        self.words = nn.Embedding(vocabulary, hidden)
        self.places, self.parts = nn.Embedding(positions, hidden), nn.Embedding(2, hidden)
        self.norm = nn.LayerNorm(hidden, 1e-12)
        self.layers = nn.ModuleList(Layer(hidden, inner, heads) for _ in range(layers))

    def forward(self, ids: Tensor, parts: Tensor | None = None) -> Tensor:
        """(batch, length) → (batch, length, hidden). `parts` is 1 on the text that is read, 0 on the question."""
        part = self.parts.weight[0] if parts is None else self.parts(parts)
        states: Tensor = self.norm(self.words(ids) + self.places.weight[: ids.shape[1]] + part)
        mask = (ids == PAD)[:, None, None, :].to(states.dtype) * NEVER
        if torch.is_autocast_enabled("cpu"):
            mask = mask.to(torch.bfloat16)
        for layer in self.layers:
            states = layer(states, mask)
        return states


class Encoder(nn.Module):
    """Texts → unit vectors: the mean of the states. Texts begin with "query: " or "passage: "."""

    def __init__(self, trunk: Trunk) -> None:
        super().__init__()
        self.trunk = trunk

    def forward(self, ids: Tensor) -> Tensor:
        """(batch, length) → (batch, hidden)."""
        states, present = self.trunk(ids), (ids != PAD)[..., None].to(torch.float32)
        mean: Tensor = (states * present).sum(1) / present.sum(1)
        unit: Tensor = mean / torch.linalg.vector_norm(mean, dim=-1, keepdim=True)
        return unit


class Reader(nn.Module):
    """Question and window → logits of the span's first and last piece; place 0 (`<s>`) stands for "not here".

    A second head reads a claim instead of a question → the logit that the text carries all that the claim says.
    """

    def __init__(self, trunk: Trunk) -> None:
        super().__init__()
        hidden = trunk.words.embedding_dim
        self.trunk, self.span = trunk, nn.Linear(hidden, 2)
        self.pooled, self.carries = nn.Linear(hidden, hidden), nn.Linear(hidden, 1)
        for layer in (self.span, self.pooled, self.carries):
            nn.init.normal_(layer.weight, std=0.02)
            nn.init.zeros_(layer.bias)

    def forward(self, ids: Tensor, parts: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """(batch, length) twice → (batch, length) twice, `NEVER` where no answer can stand, and (batch,)."""
        states = self.trunk(ids, parts)
        allowed = (parts == 1) & (ids != PAD)
        allowed = torch.cat([torch.ones_like(allowed[:, :1]), allowed[:, 1:]], 1)
        logits: Tensor = self.span(states).float()
        logits = torch.where(allowed[..., None], logits, torch.full_like(logits, NEVER))
        carried: Tensor = self.carries(torch.tanh(self.pooled(states[:, :1]))).float()
        return logits[..., 0], logits[..., 1], carried[:, 0, 0]

    @property
    def claim_head(self) -> list[nn.Parameter]:
        """The parameters that only claims train."""
        return [*self.pooled.parameters(), *self.carries.parameters()]


def make_trunk(source: SourceModel, kept: Sequence[int]) -> Trunk:
    """Return a trunk with the source's weights and some of its pieces."""
    sizes = {"hidden": source.hidden, "layers": source.layers, "heads": source.heads, "inner": source.inner}
    trunk = Trunk(len(kept), **sizes, positions=source.positions)
    arrays = source.arrays

    def put(parameter: Tensor, *values: np.ndarray) -> None:
        parameter.copy_(torch.from_numpy(np.concatenate(values)).reshape(parameter.shape))

    with torch.no_grad():
        put(trunk.words.weight, arrays["emb.word"][list(kept)])
        put(trunk.places.weight, arrays["emb.pos"])
        first = arrays["emb.type"].reshape(-1, source.hidden)[:1]
        put(trunk.parts.weight, first, first)  # the source never used a second part
        put(trunk.norm.weight, arrays["emb.ln.w"])
        put(trunk.norm.bias, arrays["emb.ln.b"])
        for number, layer in enumerate(trunk.layers):
            for kind, end in (("weight", "w"), ("bias", "b")):
                names = {"attended": "ao", "widen": "fi", "narrow": "fo", "first_norm": "aln", "second_norm": "oln"}
                put(getattr(layer.qkv, kind), *(arrays[f"l{number}.{name}.{end}"] for name in "qkv"))
                for ours, theirs in names.items():
                    put(getattr(getattr(layer, ours), kind), arrays[f"l{number}.{theirs}.{end}"])
    return trunk
