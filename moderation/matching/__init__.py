"""Matching: which listed terms a person will read in an order, where, and how surely.

``Matcher(terms, allow).find(readings)`` is all that a detector needs; indexes, disguises and scores stay inside.
"""

from moderation.matching.match import Found, Match
from moderation.matching.matcher import Matcher

__all__ = ["Found", "Match", "Matcher"]
