"""Batteries: orders made by the thousand whose right answer is known, so that anyone can measure what holds.

``disguise(choose_terms(lists.blocked, each=2))`` spells listed terms in every way that a prankster has;
``innocents(lists.blocked, each=100)`` gives names, places, words and phrases that must pass.
"""

from moderation.battery.disguised import choose_terms, disguise
from moderation.battery.innocent import innocents
from moderation.battery.sample import Sample

__all__ = ["Sample", "choose_terms", "disguise", "innocents"]
