"""What one process shares between its requests: made once at the start, never looked up again."""

from dataclasses import dataclass

from fastapi import Request

from api.settings import Settings
from api.storage.database import Database
from moderation.messages import Messages
from moderation.pipeline import Pipeline


@dataclass(frozen=True, slots=True, kw_only=True)
class AppState:
    """Handed to routes as ``StateDep``."""

    settings: Settings
    database: Database
    pipeline: Pipeline
    messages: Messages


def app_state(request: Request) -> AppState:
    state: AppState = request.app.state.moderation
    return state
