"""One order of a battery, and what must become of it."""

from dataclasses import dataclass

from moderation.evidence import Category
from moderation.request import Field, PersonalizationRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A generated order whose right answer is known."""

    #: The texts of its fields, in order.
    texts: tuple[str, ...]
    #: Harmful: a person or the machine must stop it. Innocent: it must be approved.
    is_harmful: bool
    #: The technique of a disguise; the class of an innocent text.
    kind: str
    #: ISO 639-1, or ``"any"``.
    language: str
    #: Nothing was fitted on it and nobody looked at it while false alarms were mended.
    is_held: bool
    #: Of the term behind a disguise; None for innocent texts.
    category: Category | None = None
    #: Id of that term.
    source: str = ""

    @property
    def request(self) -> PersonalizationRequest:
        fields = (Field(name=f"line{number}", text=text) for number, text in enumerate(self.texts, 1))
        return PersonalizationRequest(fields=tuple(fields))
