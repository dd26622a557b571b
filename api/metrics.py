"""What the server counts. Labels are outcomes and categories, never a customer's words."""

from prometheus_client import Counter, Histogram

SCREENINGS = Counter("moderation_screenings_total", "Screenings stored, by outcome.", ["outcome"])
REASONS = Counter("moderation_reasons_total", "Reasons of stored screenings, by category.", ["category"])
DECIDING_SECONDS = Histogram(
    "moderation_deciding_seconds",
    "Time the pipeline took for one request.",
    buckets=(0.001, 0.002, 0.004, 0.008, 0.016, 0.032, 0.064, 0.128, 0.256, 0.512, 1.024),
)
