"""The brand profile: what a brand is called, says, fears and allows, as data that brand people own."""

from dataclasses import dataclass
from enum import StrEnum

from moderation.evidence import Outcome


class Criticism(StrEnum):
    """What a brand does about criticism of itself."""

    #: A person decides; the default.
    REVIEW = "review"
    #: The clearest cases may be refused by the machine; the rest a person decides.
    REJECT = "reject"
    #: Noted for the reviewer when something else brings the order to them; stops nothing.
    ALLOW = "allow"

    def at_most(self, *, clear: bool) -> Outcome:
        """The strictest outcome that a finding may cause."""
        if self is Criticism.ALLOW:
            return Outcome.APPROVE
        return Outcome.REJECT if self is Criticism.REJECT and clear else Outcome.REVIEW


@dataclass(frozen=True, slots=True, kw_only=True)
class BrandProfile:
    """One brand. All names are as people write them; comparing folds them."""

    name: str
    #: Other names of the brand, nicknames and handles.
    aliases: tuple[str, ...] = ()
    #: What it makes, e.g. ``"sport"``; brands of one trade in ``marks.yaml`` are its competitors.
    trade: str = ""
    #: Product lines; criticism of one is criticism of the brand.
    products: tuple[str, ...] = ()
    slogans: tuple[str, ...] = ()
    hashtags: tuple[str, ...] = ()
    #: Executives; abuse of them is criticism, their bare name is nothing.
    executives: tuple[str, ...] = ()
    #: Faces of the brand: allowed by name.
    faces: tuple[str, ...] = ()
    competitors: tuple[str, ...] = ()
    #: Partners and licensed names that customers may use.
    partners: tuple[str, ...] = ()
    #: Themes on which the brand is vulnerable: one word of them is enough for a look.
    sensitive: tuple[str, ...] = ()
    #: Places and factories; named together with anything bad they stand for the maker.
    places: tuple[str, ...] = ()
    #: Phrases that are praise or ordinary talk for this brand, whatever they contain.
    praise: tuple[str, ...] = ()
    criticism: Criticism = Criticism.REVIEW

    @property
    def names(self) -> tuple[str, ...]:
        """Everything that means the brand itself."""
        return (self.name, *self.aliases, *self.products, *self.hashtags)
