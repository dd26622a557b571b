"""A client that somebody's generator makes of our OpenAPI works as it comes: typed calls, typed answers, typed errors."""

import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
import uvicorn

from api.main import create_app
from tests.api.conftest import make_token
from tests.conftest import find_free_port

#: It needs other versions than we do and so lives apart; `make test` puts it there.
GENERATOR = Path(sys.prefix) / "generator"


@pytest.mark.skipif(not GENERATOR.is_dir(), reason=f"no generator in {GENERATOR}: run `make .venv/generator`")
def test_a_generated_client_makes_the_calls(settings, pipeline, database, tmp_path):
    app = create_app(settings, pipeline)
    (tmp_path / "openapi.json").write_text(json.dumps(app.openapi()), "utf-8")
    environment = {
        **os.environ,
        "PYTHONPATH": f"{GENERATOR}:{tmp_path}",
        "PATH": f"{GENERATOR}/bin:{os.environ['PATH']}",
    }
    generate = [sys.executable, "-m", "openapi_python_client", "generate", "--fail-on-warning", "--meta", "none"]
    run(
        [*generate, "--path", "openapi.json", "--output-path", "shop_client", "--config", config(tmp_path)],
        tmp_path,
        environment,
    )
    port = find_free_port()
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_config=None))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    calls = str(Path(__file__).with_name("generated_calls.py"))
    token = make_token(database, "Generated", "admin")
    run([sys.executable, calls, f"http://127.0.0.1:{port}", token], tmp_path, environment)
    server.should_exit = True
    thread.join(10)


def config(folder: Path) -> str:
    """No formatters: nobody reads it."""
    (folder / "config.json").write_text('{"post_hooks": []}')
    return "config.json"


def run(command: list[str], folder: Path, environment: dict[str, str]) -> None:
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
