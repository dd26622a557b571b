"""What a process counts. Labels are outcomes, categories and names of ours, never a customer's words."""

from prometheus_client import Counter, Histogram

#: Names a directory where several processes count together; the library looks at it once, when it is imported.
SHARED_COUNTS = "PROMETHEUS_MULTIPROC_DIR"

SCREENINGS = Counter("moderation_screenings_total", "Screenings stored, by outcome.", ["outcome"])
REASONS = Counter(
    "moderation_reasons_total", "Reasons of stored screenings, by outcome and category.", ["outcome", "category"]
)
DECIDING_SECONDS = Histogram(
    "moderation_deciding_seconds",
    "Time the pipeline took for one request.",
    buckets=(0.001, 0.002, 0.004, 0.008, 0.016, 0.032, 0.064, 0.128, 0.256, 0.512, 1.024),
)
DETECTOR_SECONDS = Histogram(
    "moderation_detector_seconds",
    "Time one detector took for one request; requests that were remembered ask none.",
    ["detector"],
    buckets=(0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0),
)
SHED = Counter(
    "moderation_shed_total", "Requests that were told to come back because too much was under way, by lane.", ["lane"]
)
DETECTOR_FAILURES = Counter(
    "moderation_detector_failures_total",
    "Requests that went to a person because this detector failed, or had not answered in time.",
    ["detector"],
)
