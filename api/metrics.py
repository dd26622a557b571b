"""What the server counts. Labels are outcomes and categories, never a customer's words."""

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from moderation.detectors.toxicity import ToxicityDetector
from moderation.pipeline import Pipeline

SCREENINGS = Counter("moderation_screenings_total", "Screenings stored, by outcome.", ["outcome"])
REASONS = Counter("moderation_reasons_total", "Reasons of stored screenings, by category.", ["category"])
DECIDING_SECONDS = Histogram(
    "moderation_deciding_seconds",
    "Time the pipeline took for one request.",
    buckets=(0.001, 0.002, 0.004, 0.008, 0.016, 0.032, 0.064, 0.128, 0.256, 0.512, 1.024),
)


class _ModelCache(Collector):
    """The model's answers given before, as the running pipeline counts them."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._detectors = [each for each in pipeline.detectors if isinstance(each, ToxicityDetector)]

    def collect(self) -> Iterator[Metric]:
        for detector in self._detectors:
            counts = detector.cache_counts()
            asked = CounterMetricFamily(
                "moderation_model_cache",
                "Questions to the toxicity model, by whether the cache knew.",
                labels=["answer"],
            )
            asked.add_metric(["hit"], counts.hits)
            asked.add_metric(["miss"], counts.misses)
            yield asked
            yield GaugeMetricFamily("moderation_model_cache_entries", "Answers that the cache holds.", counts.size)
            yield GaugeMetricFamily(
                "moderation_model_cache_hit_rate", "Share of questions that the cache knew.", counts.hit_rate
            )


def exposition(pipeline: Pipeline) -> bytes:
    """All metrics of this process in Prometheus' text format."""
    of_the_pipeline = CollectorRegistry(auto_describe=False)
    of_the_pipeline.register(_ModelCache(pipeline))
    return generate_latest() + generate_latest(of_the_pipeline)
