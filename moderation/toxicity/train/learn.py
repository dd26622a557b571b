"""The training loop: length-sorted batches, masked multi-label loss, averaged weights.

Needs torch and transformers; nothing of the server imports this module.
"""

import logging
import math
import os
import random
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch.nn.functional import binary_cross_entropy_with_logits

from moderation.toxicity.scores import CLASSES
from moderation.toxicity.train.rows import Row

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a run does; written into the model card."""

    epochs: float
    #: Peak learning rate; the new head and the emoji rows learn at twice this rate.
    rate: float
    #: Padded tokens in one batch. Short messages come in large batches, long ones in small ones.
    batch_tokens: int = 2048
    warmup: float = 0.05
    #: How far targets are pulled from 0 and 1: labels are opinions of a few raters.
    smoothing: float = 0.02
    #: Weight of the past in the averaged weights that are kept.
    averaging: float = 0.998
    #: When the run ends at the latest, with its learning rate fully lowered; 0 for no limit.
    minutes: float = 0.0
    seed: int = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A row as the model sees it."""

    ids: tuple[int, ...]
    targets: tuple[float, ...]
    #: 1.0 where the class is known, 0.0 where it is not.
    known: tuple[float, ...]
    weight: float
    #: Chance of taking part in an epoch.
    keep: float = 1.0


def examples(rows: Sequence[Row], tokenizer: Any, window: int, keep: Mapping[str, float]) -> list[Example]:
    """Rows as piece ids and targets, cut to the window.

    Args:
        keep: By source, the share of its rows that one epoch sees; each epoch draws anew.
    """
    tokenizer.enable_truncation(window)
    encoded = tokenizer.encode_batch([row.text.encode("utf-8", "replace").decode() for row in rows])
    return [
        Example(ids=tuple(encoding.ids), weight=row.weight, keep=keep.get(row.source, 1.0),
                targets=tuple(row.labels.get(name, 0.0) for name in CLASSES),
                known=tuple(float(name in row.labels) for name in CLASSES))
        for row, encoding in zip(rows, encoded, strict=True)
    ]  # fmt: skip


def batches(data: Sequence[Example], tokens: int, chance: random.Random) -> list[list[Example]]:
    """Batches of about equal padded size, in random order; neighbours in length share a batch."""
    drawn = [example for example in data if chance.random() < example.keep]
    order = sorted(drawn, key=lambda example: len(example.ids) + chance.random() * 2)
    made: list[list[Example]] = []
    batch: list[Example] = []
    for example in order:
        if batch and (len(batch) + 1) * len(example.ids) > tokens:
            made.append(batch)
            batch = []
        batch.append(example)
    made.append(batch)
    chance.shuffle(made)
    return made


def tensors(batch: Sequence[Example], pad: int) -> tuple[torch.Tensor, ...]:
    """Ids, attention mask, targets, known and weights of a batch, padded to its longest row."""
    longest = max(len(example.ids) for example in batch)
    ids = torch.tensor([example.ids + (pad,) * (longest - len(example.ids)) for example in batch])
    mask = torch.tensor([(1,) * len(example.ids) + (0,) * (longest - len(example.ids)) for example in batch])
    rest = (torch.tensor([getattr(example, name) for example in batch]) for name in ("targets", "known", "weight"))
    return ids, mask, *rest


def train(model: Any, data: Sequence[Example], plan: Plan, *, pad: int, save: Any, save_every: float = 420.0) -> None:
    """Train in place and leave the averaged weights in the model.

    Args:
        save: Called with the averaged weights every ``save_every`` seconds, so that a stopped run is not lost.
    """
    torch.manual_seed(plan.seed)
    chance = random.Random(plan.seed)
    model.train()
    fast = [p for name, p in model.named_parameters() if name.startswith("classifier") or "word_embeddings" in name]
    slow = [
        p for name, p in model.named_parameters() if not (name.startswith("classifier") or "word_embeddings" in name)
    ]
    optimizer = torch.optim.AdamW(
        [{"params": slow, "factor": 1.0}, {"params": fast, "factor": 2.0}], lr=plan.rate, weight_decay=0.01, fused=True
    )
    total = math.ceil(len(batches(data, plan.batch_tokens, random.Random(0))) * plan.epochs)
    average = {name: value.detach().clone() for name, value in model.state_dict().items()}
    began = saved = time.monotonic()
    loss_seen = 0.0
    for step, batch in enumerate(_endless(data, plan, chance), start=1):
        done = max(step / total, (time.monotonic() - began) / (60 * plan.minutes) if plan.minutes else 0.0)
        for group in optimizer.param_groups:
            group["lr"] = plan.rate * group["factor"] * _schedule(done, plan.warmup)
        if step % 8 == 1:
            torch.set_num_threads(_free_processors())
        loss = _loss(model, batch, plan, pad)
        loss.backward()  # type: ignore[no-untyped-call]  # torch leaves backward untyped
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        _blend(average, model, min(plan.averaging, step / (step + 10)))
        loss_seen += (float(loss.detach()) - loss_seen) / min(step, 100)
        if step % 10 == 0:
            log.info("step %d/%d loss %.4f %.0f s", step, total, loss_seen, time.monotonic() - began)
        if time.monotonic() - saved > save_every:
            save(average)
            saved = time.monotonic()
        if done >= 1.0:
            break
    model.load_state_dict(average)
    model.eval()


def _endless(data: Sequence[Example], plan: Plan, chance: random.Random) -> Iterator[list[Example]]:
    while True:
        yield from batches(data, plan.batch_tokens, chance)


def _schedule(done: float, warmup: float) -> float:
    """Linear up, cosine down to five percent."""
    if done < warmup:
        return done / warmup
    return 0.05 + 0.95 * 0.5 * (1 + math.cos(math.pi * min(1.0, (done - warmup) / (1 - warmup))))


def _loss(model: Any, batch: Sequence[Example], plan: Plan, pad: int) -> torch.Tensor:
    ids, mask, targets, known, weight = tensors(batch, pad)
    with torch.autocast("cpu", torch.bfloat16):
        logits = model(ids, attention_mask=mask).logits
    softened = targets * (1 - 2 * plan.smoothing) + plan.smoothing
    each = binary_cross_entropy_with_logits(logits.float(), softened, reduction="none") * known * weight[:, None]
    # Toxicity decides AUC and thresholds of the whole; the other classes only name the kind.
    each = each * torch.tensor([2.0 if name == "toxicity" else 1.0 for name in CLASSES])
    return each.sum() / known.mul(weight[:, None]).sum().clamp(min=1.0)


def _blend(average: dict[str, torch.Tensor], model: Any, keep: float) -> None:
    for name, value in model.state_dict().items():
        if value.dtype.is_floating_point:
            average[name].mul_(keep).add_(value, alpha=1 - keep)


def _free_processors() -> int:
    """Processors that nobody else is using now, at least one.

    A step waits for its slowest thread, so a thread that shares its processor with other work costs more than
    it brings.
    """
    processors = os.cpu_count() or 1
    try:
        with open("/proc/loadavg", encoding="ascii") as file:  # noqa: PTH123 - not a file worth a Path
            running = int(file.read().split()[3].split("/")[0])
    except (OSError, ValueError, IndexError):
        return processors
    return max(1, min(processors, processors - (running - 1)))
