"""The console: the pages in which reviewers work. Rendered on the server, complete without JavaScript."""

from api.console.routes import router
from api.console.web import STATIC_DIRECTORY

__all__ = ["STATIC_DIRECTORY", "router"]
