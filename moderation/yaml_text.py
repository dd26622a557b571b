"""YAML as our files use it: plain values, read in C where the platform has it, which takes a tenth of the time."""

from typing import Any

import yaml

#: Makes plain values only, whoever wrote the file.
Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def load_yaml(text: str) -> Any:
    """The value of a document.

    Raises:
        yaml.YAMLError: The text is no YAML.
    """
    return yaml.load(text, Loader=Loader)


def key_lines(text: str) -> dict[tuple[str, ...], int]:
    """Where the keys of a document of mappings stand, by their path, counted from 1: ``("brands", "Acme"): 7``.

    Raises:
        yaml.YAMLError: The text is no YAML, or a key stands twice, of which only the last would hold.
    """
    found: dict[tuple[str, ...], int] = {}
    _note_lines(yaml.compose(text, Loader=Loader), (), found)
    return found


def _note_lines(node: Any, path: tuple[str, ...], found: dict[tuple[str, ...], int]) -> None:
    if not isinstance(node, yaml.MappingNode):
        return
    for key, value in node.value:
        here = (*path, str(key.value))
        if here in found:
            raise yaml.MarkedYAMLError(problem=f"{key.value} stands twice", problem_mark=key.start_mark)
        found[here] = key.start_mark.line + 1
        _note_lines(value, here, found)


def error_line(error: yaml.YAMLError) -> int:
    """The line that a YAML error is about, counted from 1."""
    mark = getattr(error, "problem_mark", None)
    return mark.line + 1 if mark else 1
