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
