"""What a benchmark promised beside what it measured, in one table for all of them."""

from collections.abc import Iterable

#: What, the measured value, ``">="`` or ``"<="``, and the limit.
Promise = tuple[str, float, str, float]


def report(promises: Iterable[Promise]) -> int:
    """Print each with whether it was kept; the exit status, 1 when any was broken."""
    broken = False
    for what, value, sign, limit in promises:
        kept = value >= limit if sign == ">=" else value <= limit
        broken |= not kept
        print(f"{what:52} {value:8.2f}  {sign} {limit:<6g} {'kept' if kept else 'BROKEN'}")
    return int(broken)
