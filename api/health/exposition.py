"""All metrics in Prometheus' text format: what was counted, what this process's pipeline is, and what the store holds."""

import os
from collections.abc import Iterator
from importlib.metadata import version

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError

from api.health.figures import StoreFigures, figures
from api.health.parts import parts_of
from api.metrics import SHARED_COUNTS
from api.state import AppState
from moderation.detectors.toxicity import ToxicityDetector


def exposition(state: AppState) -> bytes:
    """The whole answer to a scrape; without the store's figures when it does not answer."""
    of_the_state = CollectorRegistry(auto_describe=False)
    of_the_state.register(_OfTheState(state))
    return counted() + generate_latest(of_the_state)


def counted() -> bytes:
    """What was counted by this process, or by all processes of one ``serve --processes`` together."""
    directory = os.environ.get(SHARED_COUNTS)
    if directory is None:
        return generate_latest()
    of_all = CollectorRegistry(auto_describe=False)
    MultiProcessCollector(of_all, path=directory)  # type: ignore[no-untyped-call]  # the library has no types here
    return generate_latest(of_all)


class _OfTheState(Collector):
    def __init__(self, state: AppState) -> None:
        self._state = state

    def collect(self) -> Iterator[Metric]:
        versions = {"release": version("moderation"), **self._state.pipeline.versions}
        yield InfoMetricFamily("moderation_version", "What decides now; every decision names it too.", versions)
        yield from _model_cache(self._state)
        parts = parts_of(self._state)
        ready = GaugeMetricFamily("moderation_part_ready", "1 when the part is ready, see /readyz.", labels=["part"])
        warned = GaugeMetricFamily("moderation_part_warning", "1 when /readyz has a warning.", labels=["part"])
        for name, part in parts.items():
            ready.add_metric([name], float(part.ready))
            warned.add_metric([name], float(part.warning is not None))
        yield from (ready, warned)
        if parts["database"].ready:
            yield from self._store()

    def _store(self) -> Iterator[Metric]:
        try:
            with self._state.database.reading() as session:
                found = figures(session)
        except SQLAlchemyError:
            return  # the parts say that it does not answer
        yield from _of_the_store(found)


def _of_the_store(found: StoreFigures) -> Iterator[Metric]:
    waiting = GaugeMetricFamily("moderation_queue_cases", "Cases that wait for a person.", labels=["queue"])
    overdue = GaugeMetricFamily("moderation_queue_overdue_cases", "Of them, past their due time.", labels=["queue"])
    oldest = GaugeMetricFamily(
        "moderation_queue_oldest_age_seconds", "Age of the case that waits longest.", labels=["queue"]
    )
    for name, queue in found.queues.items():
        waiting.add_metric([name], queue.waiting)
        overdue.add_metric([name], queue.overdue)
        oldest.add_metric([name], queue.oldest_age)
    sent = GaugeMetricFamily("moderation_deliveries", "Webhooks begun in the last four days.", labels=["status"])
    for status, count in found.deliveries.items():
        sent.add_metric([status], count)
    yield from (waiting, overdue, oldest, sent)
    yield GaugeMetricFamily("moderation_outbox_events", "Status changes that no worker took up yet.", found.unrelayed)
    yield GaugeMetricFamily(
        "moderation_outbox_oldest_age_seconds", "Age of the one that waits longest.", found.unrelayed_age
    )


def _model_cache(state: AppState) -> Iterator[Metric]:
    """The model's answers given before, as the running pipeline counts them."""
    for detector in state.pipeline.detectors:
        if not isinstance(detector, ToxicityDetector):
            continue
        counts = detector.cache_counts()
        asked = CounterMetricFamily(
            "moderation_model_cache", "Questions to the toxicity model, by whether the cache knew.", labels=["answer"]
        )
        asked.add_metric(["hit"], counts.hits)
        asked.add_metric(["miss"], counts.misses)
        yield asked
        yield GaugeMetricFamily("moderation_model_cache_entries", "Answers that the cache holds.", counts.size)
        yield GaugeMetricFamily(
            "moderation_model_cache_hit_rate", "Share of questions that the cache knew.", counts.hit_rate
        )
