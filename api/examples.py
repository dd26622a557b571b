"""Examples in the OpenAPI: what an answer looks like, beside what it is made of."""

from typing import Any

from pydantic import ConfigDict


def example(**values: Any) -> ConfigDict:
    """A model's ``model_config`` with one example. A test reads every example with its own model."""
    return ConfigDict(json_schema_extra={"examples": [values]})
