"""The training loop: length-sorted batches, masked multi-label loss, averaged weights. On a GPU when there is one.

Needs torch; nothing of the server imports this module.
"""

import logging
import math
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn.functional import binary_cross_entropy_with_logits

from moderation.toxicity.scores import CLASSES
from moderation.toxicity.train.examples import Examples

log = logging.getLogger(__name__)

#: The head is new and the encoder's pooler was never used (it was trained on mean vectors): both begin at nothing.
NEW_FACTOR = 5.0

#: Toxicity decides AUC and thresholds of the whole; the other classes only name the kind.
CLASS_WEIGHT = [2.0 if name == "toxicity" else 1.0 for name in CLASSES]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a run does; written into the model card."""

    epochs: float
    #: Peak learning rate of the uppermost layer.
    rate: float
    #: The rate of each layer as a share of that of the layer above it, the embeddings last. What the encoder knows of words
    #: that no training row has is what it answers with when a customer uses them, so the lower layers hardly move.
    decay: float = 0.8
    #: Padded tokens in one batch. Short messages come in large batches, long ones in small ones.
    batch_tokens: int = 2048
    warmup: float = 0.05
    #: How far targets are pulled from 0 and 1: labels are opinions of a few raters.
    smoothing: float = 0.02
    #: Share of the pieces that an epoch hides, so that no row is known by one word alone.
    hidden: float = 0.0
    #: Weight of the past in the averaged weights that are kept.
    averaging: float = 0.998
    #: When the run ends at the latest, with its learning rate fully lowered; 0 for no limit.
    minutes: float = 0.0
    seed: int = 20


def train(
    model: Any, data: Examples, plan: Plan, *, pad: int, mask: int, taught: NDArray[np.float32] | None = None
) -> None:
    """Train in place and leave the averaged weights in the model.

    Args:
        pad: Id of the filling piece.
        mask: Id of the piece that stands for a hidden one.
        taught: What teachers say, rows x classes. They fill in unknown classes, and temper the labels of raters.
    """
    torch.manual_seed(plan.seed)
    chance = np.random.default_rng(plan.seed)
    device = next(model.parameters()).device
    ids = torch.from_numpy(data.matrix(pad)).to(device)
    targets, count = (each.to(device) for each in _targets(data, plan, taught))
    optimizer = _optimizer(model, plan)
    total = math.ceil(len(batches(data, plan.batch_tokens, np.random.default_rng(0))) * plan.epochs)
    average = {name: value.detach().clone() for name, value in model.state_dict().items()}
    model.train()
    began = time.monotonic()
    for step, rows in enumerate(_endless(data, plan, chance), start=1):
        done = max(step / total, (time.monotonic() - began) / (60 * plan.minutes) if plan.minutes else 0.0)
        for group in optimizer.param_groups:
            group["lr"] = plan.rate * group["factor"] * _schedule(done, plan.warmup)
        chosen = torch.from_numpy(rows).to(device)
        batch = ids[chosen, : int(data.lengths[rows].max())]
        loss = _loss(model, _with_hidden(batch, plan.hidden, pad, mask), batch != pad, targets[chosen], count[chosen])
        loss.backward()  # type: ignore[no-untyped-call]  # torch leaves backward untyped
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        _blend(average, model, min(plan.averaging, step / (step + 10)))
        if step % 100 == 0:
            log.info("step %d/%d loss %.4f %.0f s", step, total, float(loss.detach()), time.monotonic() - began)
        if done >= 1.0:
            break
    model.load_state_dict(average)
    model.eval()


def answer(model: Any, data: Examples, pad: int) -> NDArray[np.float32]:
    """What a trained model says: rows x classes, 0.0 to 1.0."""
    device = next(model.parameters()).device
    found = np.zeros((len(data), len(CLASSES)), np.float32)
    matrix = torch.from_numpy(data.matrix(pad))
    lengths = data.lengths
    order = np.argsort(lengths, kind="stable")
    model.eval()
    with torch.no_grad():
        for first in range(0, len(order), 512):
            rows = order[first : first + 512]
            batch = matrix[torch.from_numpy(rows), : int(lengths[rows].max())].to(device)
            found[rows] = torch.sigmoid(model(batch, attention_mask=(batch != pad).long()).logits.float()).cpu().numpy()
    return found


def batches(data: Examples, tokens: int, chance: np.random.Generator) -> list[NDArray[np.int64]]:
    """Places of rows in batches of about equal padded size, in random order; neighbours in length share a batch."""
    drawn = np.flatnonzero(chance.random(len(data)) < data.keep)
    lengths = data.lengths
    order = drawn[np.argsort(lengths[drawn] + 2 * chance.random(len(drawn)))]
    made, first = [], 0
    while first < len(order):
        # The longest row of a batch is among its last few; the bound is taken before they are known.
        last = first + max(1, tokens // int(lengths[order[first]] + 2))
        made.append(order[first:last])
        first = last
    return [made[at] for at in chance.permutation(len(made))]


def _endless(data: Examples, plan: Plan, chance: np.random.Generator) -> Iterator[NDArray[np.int64]]:
    while True:
        yield from batches(data, plan.batch_tokens, chance)


def _targets(data: Examples, plan: Plan, taught: NDArray[np.float32] | None) -> tuple[torch.Tensor, torch.Tensor]:
    """Softened targets and how much each counts, rows x classes."""
    wanted = data.targets * (1 - 2 * plan.smoothing) + plan.smoothing
    count = data.known.astype(np.float32)
    if taught is not None:
        belief = data.belief[:, None]
        wanted = np.where(data.known, belief * wanted + (1 - belief) * taught, taught)
        count = np.where(data.known, 1.0, 0.5).astype(np.float32)
    count = count * data.weight[:, None] * np.array(CLASS_WEIGHT, np.float32)
    return torch.from_numpy(wanted.astype(np.float32)), torch.from_numpy(count)


def _with_hidden(batch: torch.Tensor, share: float, pad: int, mask: int) -> torch.Tensor:
    if not share:
        return batch
    hide = (torch.rand(batch.shape, device=batch.device) < share) & (batch != pad)
    hide[:, 0] = False
    # A message of one or two pieces keeps them: with its word hidden it would only teach noise.
    hide &= ((batch != pad).sum(1) > 5)[:, None]
    return torch.where(hide, torch.full_like(batch, mask), batch)


def _optimizer(model: Any, plan: Plan) -> torch.optim.AdamW:
    groups: dict[float, list[torch.nn.Parameter]] = {}
    for name, parameter in model.named_parameters():
        groups.setdefault(_factor(name, plan.decay, model.config.num_hidden_layers), []).append(parameter)
    return torch.optim.AdamW(
        [{"params": params, "factor": factor} for factor, params in groups.items()],
        lr=plan.rate,
        weight_decay=0.01,
        fused=True,
    )


def _factor(name: str, decay: float, layers: int) -> float:
    """The learning rate of a weight as a multiple of the plan's."""
    if name.startswith("classifier") or ".pooler." in name:
        return NEW_FACTOR
    if found := re.search(r"\.layer\.(\d+)\.", name):
        return decay ** (layers - 1 - int(found[1]))
    return decay**layers


def _schedule(done: float, warmup: float) -> float:
    """Linear up, cosine down to five percent."""
    if done < warmup:
        return done / warmup
    return 0.05 + 0.95 * 0.5 * (1 + math.cos(math.pi * min(1.0, (done - warmup) / (1 - warmup))))


def _loss(
    model: Any, batch: torch.Tensor, mask: torch.Tensor, targets: torch.Tensor, count: torch.Tensor
) -> torch.Tensor:
    # Most processors only emulate bfloat16, many times slower than fp32.
    with torch.autocast(batch.device.type, torch.bfloat16, enabled=batch.is_cuda):
        logits = model(batch, attention_mask=mask.long()).logits
    each = binary_cross_entropy_with_logits(logits.float(), targets, reduction="none") * count
    return each.sum() / count.sum().clamp(min=1.0)


def _blend(average: dict[str, torch.Tensor], model: Any, keep: float) -> None:
    floating = {name: value for name, value in model.state_dict().items() if value.dtype.is_floating_point}
    past = [average[name] for name in floating]
    torch._foreach_mul_(past, keep)
    torch._foreach_add_(past, list(floating.values()), alpha=1 - keep)
