"""Every route of the console, found in the code: what walks them all forgets none."""

import importlib
import pkgutil
from collections.abc import Iterator

from fastapi.routing import APIRoute

import api.console


def all_routes() -> Iterator[tuple[str, str]]:
    """Method and path of each, like ``("POST", "/console/cases/{case_id}/claim")``."""
    for found in pkgutil.iter_modules(api.console.__path__):
        router = getattr(importlib.import_module(f"api.console.{found.name}"), "router", None)
        for route in getattr(router, "routes", ()):
            if isinstance(route, APIRoute):
                yield from ((method, route.path) for method in sorted(route.methods))
