"""The server: settings in, an application out, everything slow done once at the start."""

import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from importlib.metadata import version
from pathlib import Path

from fastapi import FastAPI
from sqlalchemy.exc import SQLAlchemyError

import api.console
from api import problems
from api.admission import Admission
from api.budget import Budget
from api.console.routes import router as console_router
from api.delivery.routes import router as delivery_router
from api.delivery.worker import Worker, every
from api.errors import StartRefused
from api.followup.routes import holds_router
from api.followup.routes import router as followup_router
from api.guards import AnswerHeaders, BodyLimit, Faults, OpenToBrowsers
from api.guidelines.routes import router as guidelines_router
from api.health.routes import router as health_router
from api.intake.direct import DirectRoute
from api.intake.idempotency import forget_old_keys
from api.intake.routes import previews_router
from api.intake.routes import router as intake_router
from api.keys.routes import router as keys_router
from api.limits import limits_in
from api.logs import RequestIds
from api.pages.demo import router as demo_router
from api.pages.demo import widget_router
from api.pages.partner import router as partner_router
from api.pages.status import router as status_router
from api.pages.web import STATIC as PAGES_STATIC
from api.reloading import Reloader
from api.rendering import Statics
from api.reviewing.audit import anchor, seal_all
from api.reviewing.deciding import settle_due
from api.reviewing.retention import forget_words
from api.settings import Settings
from api.state import AppState
from api.storage.clock import now
from api.storage.database import Database
from api.storage.happened import in_force
from api.storage.together import Together
from api.tracing import Traces, start_tracing
from api.wording import load_wording
from moderation.holder import PipelineHolder, Sources
from moderation.messages import load_messages
from moderation.pipeline import Pipeline, build_pipeline
from moderation.routing import load_routing, shipped_routing

log = logging.getLogger(__name__)

STATIC = Path(api.console.__file__).parent / "static"


def create_app(settings: Settings, pipeline: Pipeline | None = None) -> FastAPI:
    """The application, ready to serve.

    Args:
        pipeline: One that is ready already; None builds the one that the settings describe.

    Raises:
        StartRefused: The database has not been migrated; the message says which command does it.
        ModerationError: A list, profile or policy cannot be used; the message names file and place.
    """
    state = build_state(settings, pipeline)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        worker = build_worker(settings, state.database) if settings.run_worker else None
        if worker is not None:
            worker.start()
        note_in_force(state)
        reloader = Reloader(state.holder, timedelta(seconds=settings.reload_seconds), lambda: note_in_force(state))
        reloader.start()
        yield
        reloader.stop()
        if worker is not None:
            worker.stop()
        state.database.close()

    app = FastAPI(
        title="Moderation",
        summary="Approve, reject for the one true reason, or review by a person.",
        version=version("moderation"),
        lifespan=lifespan,
        # What a generated client calls its functions: create_screening, not create_screening_v1_screenings_post.
        generate_unique_id_function=lambda route: route.name,
    )
    app.state.moderation = state
    problems.install(app)
    app.add_middleware(Admission, settings=settings)  # a body that arrives slowly takes no place
    app.add_middleware(BodyLimit, max_bytes=settings.max_body_bytes)
    app.add_middleware(OpenToBrowsers, paths=["/v1/previews"])
    app.add_middleware(Faults)
    app.add_middleware(AnswerHeaders)
    app.add_middleware(RequestIds)
    app.add_middleware(Traces)
    if settings.traces_to:
        start_tracing(settings.traces_to)
    checkout = (intake_router, followup_router, previews_router, guidelines_router, delivery_router)
    for router in (*checkout, holds_router, keys_router):
        app.include_router(router)
    for router in (status_router, partner_router, demo_router, widget_router, health_router, console_router):
        app.include_router(router)
    app.router.routes.insert(0, DirectRoute(app.router, state))
    app.mount("/pages/static", Statics(directory=PAGES_STATIC), name="pages-static")
    app.mount("/console/static", Statics(directory=STATIC), name="console-static")
    return app


def build_state(settings: Settings, pipeline: Pipeline | None = None) -> AppState:
    """Everything that requests share."""
    database = Database(settings.database_url)
    if not database.is_current():
        raise StartRefused("The database's schema is not the one this version needs. Run: moderation db upgrade")
    holder = PipelineHolder(pipeline) if pipeline else _build_holder(settings)
    return AppState(
        settings=settings,
        database=database,
        together=Together(database),
        holder=holder,
        messages=load_messages(),
        wording=load_wording(),
        routing=load_routing(settings.routing) if settings.routing else shipped_routing(),
        budget=Budget(settings.answer_within_ms),
        limits=limits_in(settings.limits_directory, "keys", 60),
        typing_limits=limits_in(settings.limits_directory, "typing", 600),
    )


def _build_holder(settings: Settings) -> PipelineHolder:
    """The pipeline that the settings describe, and the files to watch for it."""
    sources = Sources(blocklists=settings.blocklists, policies=settings.policies, products=settings.products)
    pipeline = build_pipeline(
        blocklists=settings.blocklists,
        policies=settings.policies,
        products=settings.products,
        engine=settings.toxicity_engine,
        model=settings.toxicity_model,
        model_directory=settings.model_directory,
    )
    return PipelineHolder(pipeline, sources)


def note_in_force(state: AppState) -> None:
    """Have the log say by which lists, policies and model orders are decided from now on."""
    pipeline = state.pipeline
    policies = {name: pipeline.policies.effective(name).version for name in pipeline.policies.names}
    try:
        with state.database.writing() as session:
            in_force(session, {**pipeline.versions, "policies": policies, "program": version("moderation")})
    except SQLAlchemyError as error:
        # Every decision names its versions, so the record of them is whole without this line.
        log.warning("the log could not be told which lists are in force (%s)", type(error).__name__)


def build_worker(settings: Settings, database: Database) -> Worker:
    """The background work of one process: its chores, and what shops must hear of."""
    return Worker(settings, database, chores=chores(settings, database))


def chores(settings: Settings, database: Database) -> list[Callable[[], object]]:
    """Verdicts whose time to undo is over take effect, what happened is sealed, old keys and old words are forgotten."""
    kept, keep_words = settings.audit_anchor, timedelta(days=settings.keep_words_days)
    found: list[Callable[[], object]] = [
        lambda: settle_due(database, now()),
        every(timedelta(seconds=2), lambda: seal_all(database, settings.secret_key)),
        *([every(timedelta(hours=1), lambda: anchor(database, kept, now()))] if kept else ()),
        every(timedelta(hours=1), lambda: forget_old_keys(database, now())),
    ]
    if keep_words:
        found.append(every(timedelta(hours=1), lambda: forget_words(database, keep_words, now())))
    return found
