"""Traces for an OpenTelemetry collector: a span for each request and for each detector that looked at its order.

Off unless ``MODERATION_TRACES_TO`` names a collector; needs the extra: ``pip install 'moderation[tracing]'``. Spans hold names
and numbers of ours: never a customer's words, an address with an id in it, or the message of an exception.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import StartRefused

#: The library's tracer; None while nobody asks for traces, and then nothing of the library is imported.
_tracer: Any = None


def start_tracing(collector: str) -> None:
    """Send spans to an OTLP collector over HTTP, in batches, from now on.

    Args:
        collector: Its address for traces, like ``http://collector:4318/v1/traces``.

    Raises:
        StartRefused: The extra is not installed.
    """
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError:
        raise StartRefused(
            "MODERATION_TRACES_TO is set, but OpenTelemetry is not installed. Run `pip install 'moderation[tracing]'`."
        ) from None
    provider = TracerProvider(
        resource=Resource.create({"service.name": "moderation", "service.version": version("moderation")})
    )
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=collector)))
    trace_with(provider)


def trace_with(provider: Any) -> None:
    """Make spans by this provider from now on; None for none."""
    global _tracer
    _tracer = provider.get_tracer("moderation") if provider is not None else None


@contextmanager
def span(name: str) -> Iterator[None]:
    """What is done within is one step of the request's trace."""
    if _tracer is None:
        yield
        return
    # An exception's message may quote a customer; that it failed is said by our own metrics and logs.
    with _tracer.start_as_current_span(name, record_exception=False, set_status_on_exception=False):
        yield


class Traces:
    """A span for each request, a child of the caller's where that sent ``traceparent``; named by the route."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if _tracer is None or scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        from opentelemetry.propagate import extract
        from opentelemetry.trace import SpanKind

        caller = extract({name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]})
        with _tracer.start_as_current_span(
            scope["method"], caller, SpanKind.SERVER, record_exception=False, set_status_on_exception=False
        ) as current:

            async def noting(message: Message) -> None:
                if message["type"] == "http.response.start":
                    current.set_attribute("http.response.status_code", message["status"])
                await send(message)

            await self._app(scope, receive, noting)
            route = getattr(scope.get("route"), "path", "no route")
            current.update_name(f"{scope['method']} {route}")
            current.set_attribute("http.request.method", scope["method"])
            current.set_attribute("http.route", route)
