"""Term lists: what is looked for, what only looks like it, and who answers for each entry."""

from moderation.terms.load import SHIPPED_LISTS, load_lists
from moderation.terms.term import Action, Allow, AllowKind, MatchKind, Term, TermLists

__all__ = ["SHIPPED_LISTS", "Action", "Allow", "AllowKind", "MatchKind", "Term", "TermLists", "load_lists"]
