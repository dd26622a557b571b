"""Wording: what pages and hints say to customers, in the languages of the messages.

One YAML file per locale with the same keys; ``{...}`` is filled in by the page.
"""

from collections.abc import Mapping
from pathlib import Path

from moderation.yaml_text import load_yaml

DIRECTORY = Path(__file__).parent
FALLBACK = "en"


class Wording:
    """All locales at hand."""

    def __init__(self, locales: Mapping[str, Mapping[str, str]]) -> None:
        self._locales = dict(locales)

    @property
    def locales(self) -> list[str]:
        return sorted(self._locales)

    def language(self, *wanted: str | None) -> str:
        """The first of the BCP 47 tags that we speak: ``"pt-BR"`` -> ``"pt"``; English when we speak none."""
        for tag in wanted:
            language = (tag or "").replace("_", "-").split("-")[0].strip().lower()
            if language in self._locales:
                return language
        return FALLBACK

    def words(self, *wanted: str | None) -> Mapping[str, str]:
        """The sentences by key, in the first language that we speak."""
        return self._locales[self.language(*wanted)]


def load_wording(directory: Path = DIRECTORY) -> Wording:
    """Read every ``<locale>.yaml``."""
    return Wording({path.stem: load_yaml(path.read_text("utf-8")) for path in sorted(directory.glob("*.yaml"))})
