"""A YAML file of ours, with the line of every key, so that a complaint can say where."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from moderation.errors import BrandProfileError
from moderation.yaml_text import Loader, load_yaml


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """The content of one file."""

    path: Path
    content: Mapping[str, Any]
    #: Line (from 1) of each key, by its path: ``("themes", "labour", "frames")``.
    lines: Mapping[tuple[str, ...], int]

    def complaint(self, fact: str, *key: str) -> BrandProfileError:
        """An error at the line of ``key``, or of the nearest key above it."""
        at = key
        while at and at not in self.lines:
            at = at[:-1]
        line = f":{self.lines[at]}" if at else ""
        return BrandProfileError(f"{self.path.parent.name}/{self.path.name}{line}: {fact}")

    def strings(self, *key: str) -> tuple[str, ...]:
        """The list of strings under ``key``; one string stands for a list of one, a missing key for none."""
        value: Any = self.content
        for part in key:
            value = value.get(part) if isinstance(value, Mapping) else None
        if value is None:
            return ()
        values = [value] if isinstance(value, str) else value
        if not isinstance(values, list) or not all(isinstance(each, str) for each in values):
            raise self.complaint(
                f"{'.'.join(key)} must be a list of strings. Put quotation marks around numbers, yes and no.", *key
            )
        return tuple(values)

    def refuse_unknown(self, known: frozenset[str]) -> None:
        """Raise on a key that nothing reads: it is nearly always a slip of the pen."""
        for key in self.content:
            if key not in known:
                raise self.complaint(f"unknown key {key!r}. Use any of {', '.join(sorted(known))}.", str(key))


def read_document(path: Path) -> Document:
    """Read a file that holds one mapping.

    Raises:
        BrandProfileError: The file cannot be read, is no YAML or holds something else than a mapping.
    """
    try:
        text = path.read_text(encoding="utf-8")
        root = yaml.compose(text, Loader=Loader)
        content = load_yaml(text)
    except (OSError, UnicodeDecodeError) as error:
        raise BrandProfileError(f"{path}: cannot be read ({error}). Check the path and save it as UTF-8.") from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise BrandProfileError(
            f"{path.parent.name}/{path.name}:{line}: this is not YAML ({error.problem}). Check colons and indentation."
        ) from error
    if not isinstance(content, dict):
        raise BrandProfileError(f"{path.parent.name}/{path.name}:1: the file must hold keys and values.")
    lines: dict[tuple[str, ...], int] = {}
    _note_lines(root, (), lines)
    return Document(path=path, content=content, lines=lines)


def _note_lines(node: yaml.Node | None, above: tuple[str, ...], lines: dict[tuple[str, ...], int]) -> None:
    if not isinstance(node, yaml.MappingNode):
        return
    for key, value in node.value:
        here = (*above, str(key.value))
        if here in lines:
            continue
        lines[here] = key.start_mark.line + 1
        _note_lines(value, here, lines)
