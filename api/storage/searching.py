"""Searching: what the queue's search reads of an order, in one short line that is kept with its case.

The index of waiting cases in the order of the queue has the line in it, so both databases look through 50,000 of them
in some hundredths of a second, without an extension that not every server has.
"""

import unicodedata

from api.storage.tables import Screening

#: Characters kept of one order. An index of PostgreSQL takes 2,704 bytes at most, ids and times included.
KEPT = 500


def searchable(order: Screening) -> str:
    """The order's id, reference, customer number and words, as ``plain`` writes them, up to ``KEPT`` characters."""
    names = (order.id, order.reference, order.customer)
    lines = [*(name for name in names if name), *(field["text"] for field in order.fields)]
    return plain("\n".join(lines)[:KEPT])[:KEPT]


def plain(words: str) -> str:
    """Without capitals and other spellings of one character, and without what no database takes."""
    folded = unicodedata.normalize("NFKC", words).casefold()
    return folded.replace("\0", "").encode("utf-8", "ignore").decode()
