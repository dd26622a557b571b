"""Decisions remembered: shops sell the same words again and again, and the same request is decided the same.

Only approvals in which nothing was found are kept. They are most of all orders, and hold no word of a customer: erasing
an order leaves nothing behind here.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock

from moderation.decision import Decision
from moderation.evidence import Outcome
from moderation.pipeline import Pipeline
from moderation.policy import PolicyLayer
from moderation.request import PersonalizationRequest


class Remembered:
    """The least recently asked are forgotten first, and all of them with the pipeline; share one between threads."""

    def __init__(self, capacity: int = 20_000) -> None:
        self._capacity = capacity
        self._pipeline: Pipeline | None = None
        self._kept: OrderedDict[bytes, Decision] = OrderedDict()
        self._lock = Lock()

    def get_or_decide(
        self,
        pipeline: Pipeline,
        request: PersonalizationRequest,
        policy: str,
        merchant: PolicyLayer | None,
        decide: Callable[[], Decision],
    ) -> Decision:
        """What the pipeline said of the very same request, or what it says now."""
        told = repr((request, policy, merchant)).encode("utf-8", "surrogatepass")
        key = hashlib.blake2b(told, digest_size=16).digest()
        with self._lock:
            if pipeline is not self._pipeline:
                self._pipeline = pipeline
                self._kept.clear()
            if (known := self._kept.get(key)) is not None:
                self._kept.move_to_end(key)
                return known
        decision = decide()
        if decision.outcome is Outcome.APPROVE and not decision.evidence:
            with self._lock:
                if pipeline is self._pipeline:
                    self._kept[key] = decision
                if len(self._kept) > self._capacity:
                    self._kept.popitem(last=False)
        return decision
