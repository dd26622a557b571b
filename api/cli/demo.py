"""``moderation demo``: the first look, in one command."""

from __future__ import annotations

import json
import secrets
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from api.settings import Settings

HOST = "127.0.0.1"


def demo(
    directory: Annotated[Path, typer.Option(help="Where the demo's database and keys are kept.")] = Path(".demo"),
    serve: Annotated[bool, typer.Option("--serve", help="Serve it and say where to look.")] = False,
    port: Annotated[int, typer.Option(help="Port to serve on.")] = 8000,
) -> None:
    """Seed a believable shop; run again, the data is kept. Delete the directory to begin anew."""
    from moderation.collector import collector_paused, leave_alone

    directory.mkdir(parents=True, exist_ok=True)
    with collector_paused():
        server = _made(directory, port, serve=serve)
        leave_alone()
    if server is None:
        typer.echo(f"The demo shop is ready in {directory}. Serve it: moderation demo --serve")
    else:
        server.run()


def _made(directory: Path, port: int, *, serve: bool) -> Any:
    """The server of the seeded shop, ready to run; None when nobody asked for it."""
    from api.demo.seed import is_seeded, load_shop, seed
    from api.logs import configure_logging
    from api.main import build_state
    from api.storage.database import Database

    settings = _settings(directory, port)
    configure_logging(settings.log_level)
    Database(settings.database_url).upgrade()
    state, shop, token_file = build_state(settings), load_shop(), directory / "api-key"
    if not is_seeded(state, shop):
        typer.echo("Seeding the demo shop ...")
        _keep_secret(token_file, seed(state, shop))
    return _server(settings, state.pipeline, shop, token_file.read_text().strip(), port) if serve else None


def _settings(directory: Path, port: int) -> Settings:
    from api.demo.seed import SHOP, load_shop
    from api.settings import Settings

    secret = directory / "secret-key"
    if not secret.exists():
        _keep_secret(secret, secrets.token_urlsafe(48))
    return Settings(
        database_url=f"sqlite:///{directory / 'moderation.sqlite3'}",
        secret_key=secret.read_text().strip(),
        products=SHOP.parent / "products.yaml",
        public_url=f"http://{HOST}:{port}",
        allow_private_webhooks=True,
        demo_shop=load_shop().data["merchant"],
        log_level="WARNING",
    )


def _keep_secret(path: Path, value: str) -> None:
    path.touch(mode=0o600)
    path.write_text(value)


def _server(settings: Settings, pipeline: Any, shop: Any, token: str, port: int) -> Any:
    import uvicorn

    from api.main import create_app

    server = uvicorn.Server(
        uvicorn.Config(
            create_app(settings, pipeline),
            host=HOST,
            port=port,
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=2,
        )
    )
    threading.Thread(target=_introduce, args=(server, shop, token, port), daemon=True).start()
    return server


def _introduce(server: Any, shop: Any, token: str, port: int) -> None:
    """Once the server answers: where to look, and one order with the answer that it really gets."""
    import time

    import httpx

    while not server.started:
        if server.should_exit:
            return
        time.sleep(0.05)
    address = f"http://{HOST}:{port}"
    body = json.dumps(shop.example)
    # One key for one example: pasting the line again gets this very answer again.
    headers = {
        "Authorization": f"Bearer {token}",
        "Idempotency-Key": "demo-example",
        "Content-Type": "application/json",
    }
    answer = httpx.post(f"{address}/v1/screenings", content=body, headers=headers, timeout=30).json()
    shown = {key: answer[key] for key in ("id", "status", "outcome", "risk", "reasons", "case") if key in answer}
    people = "\n".join(f"             {role:9} {email}   password {shop.password}" for role, email in shop.sign_ins)
    lines = " \\\n  ".join(f"-H '{name}: {value}'" for name, value in headers.items())
    typer.echo(
        f"""
API          {address}/docs
Shop         {address}/demo
Console      {address}/console
{people}

Try it, in another terminal:

curl -s {address}/v1/screenings \\
  {lines} \\
  -d '{body}'

It answers (in part):

{json.dumps(shown or answer, indent=2)}

Ctrl+C stops the server; `make run` starts it again with the same data.""".strip()
    )
