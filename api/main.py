"""The server: settings in, an application out, everything slow done once at the start."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from importlib.metadata import version
from pathlib import Path

from fastapi import FastAPI
from sqlalchemy.exc import SQLAlchemyError

import api.console
from api import docs, problems
from api.admission import Admission
from api.budget import Budget
from api.chores import build_worker
from api.console.routes import router as console_router
from api.delivery.routes import router as delivery_router
from api.errors import StartRefused
from api.followup.routes import holds_router
from api.followup.routes import router as followup_router
from api.guards import AnswerHeaders, BodyLimit, Faults, OpenToBrowsers
from api.guidelines.routes import router as guidelines_router
from api.health.routes import router as health_router
from api.intake.direct import DirectRoute
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
from api.settings import Settings
from api.state import AppState
from api.storage.database import Database
from api.storage.happened import in_force
from api.storage.together import Together
from api.tracing import Traces, start_tracing
from api.wording import load_wording
from moderation.holder import PipelineHolder, Sources
from moderation.messages import load_messages
from moderation.pipeline import Pipeline, build_pipeline

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
        docs_url=None,  # see api.docs
        redoc_url=None,
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
    docs.install(app)
    app.mount("/pages/static", Statics(directory=PAGES_STATIC), name="pages-static")
    app.mount("/console/static", Statics(directory=STATIC), name="console-static")
    return app


def build_state(settings: Settings, pipeline: Pipeline | None = None) -> AppState:
    """Everything that requests share."""
    database = Database(settings.database_url)
    if not database.is_current():
        raise StartRefused("The database's schema is not the one this version needs. Run: moderation db upgrade")
    sources = Sources(
        blocklists=settings.blocklists,
        policies=settings.policies,
        products=settings.products,
        routing=settings.routing,
    )
    if pipeline is not None:
        holder = PipelineHolder(pipeline, routing=sources.load_routing())
    else:
        holder = PipelineHolder(_build_pipeline(settings), sources)
    return AppState(
        settings=settings,
        database=database,
        together=Together(database),
        holder=holder,
        messages=load_messages(),
        wording=load_wording(),
        budget=Budget(settings.answer_within_ms),
        limits=limits_in(settings.limits_directory, "keys", 60),
        typing_limits=limits_in(settings.limits_directory, "typing", 600),
    )


def _build_pipeline(settings: Settings) -> Pipeline:
    """The pipeline that the settings describe."""
    return build_pipeline(
        blocklists=settings.blocklists,
        policies=settings.policies,
        products=settings.products,
        engine=settings.toxicity_engine,
        model=settings.toxicity_model,
        model_directory=settings.model_directory,
    )


def note_in_force(state: AppState) -> None:
    """Have the log say by which lists, policies and model orders are decided from now on."""
    pipeline = state.pipeline
    policies = {name: pipeline.policies.effective(name).version for name in pipeline.policies.names}
    more = {"policies": policies, "routing": state.routing.version, "program": version("moderation")}
    try:
        with state.database.writing() as session:
            in_force(session, {**pipeline.versions, **more})
    except SQLAlchemyError as error:
        # Every decision names its versions, so the record of them is whole without this line.
        log.warning("the log could not be told which lists are in force (%s)", type(error).__name__)
