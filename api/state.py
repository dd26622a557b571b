"""What one process shares between its requests: made once at the start; the pipeline alone is renewed."""

from dataclasses import dataclass

from fastapi import Request

from api.budget import Budget
from api.limits import Limits
from api.settings import Settings
from api.storage.database import Database
from api.storage.together import Together
from api.wording import Wording
from moderation.holder import PipelineHolder
from moderation.messages import Messages
from moderation.pipeline import Pipeline
from moderation.routing import Routing


@dataclass(frozen=True, slots=True, kw_only=True)
class AppState:
    """Handed to routes as ``StateDep``."""

    settings: Settings
    database: Database
    #: Stores new orders, many in one transaction.
    together: Together
    holder: PipelineHolder
    messages: Messages
    wording: Wording
    #: Decides within the time that the checkout waits.
    budget: Budget
    #: Of keys, by the minute.
    limits: Limits
    #: Of customers who type, by ten minutes.
    typing_limits: Limits

    @property
    def pipeline(self) -> Pipeline:
        """What is in force now; one order takes it once."""
        return self.holder.pipeline

    @property
    def routing(self) -> Routing:
        """Where cases wait, and how long, by the rules in force."""
        return self.holder.routing


def app_state(request: Request) -> AppState:
    state: AppState = request.app.state.moderation
    return state
