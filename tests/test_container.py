"""The image and the compose file, as far as they can be held to their word without a container engine.

The structure is read; the commands that the files name are run here, as they stand, against real processes.
"""

import contextlib
import itertools
import json
import os
import re
import secrets
import shlex
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from typer.testing import CliRunner

from tests.conftest import PostgresServer, find_free_port
from tests.delivery.receiver import Receiver, wait_until

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent
#: What only compiling a model needs.
FOR_COMPILING = ("torch", "transformers", "detoxify", "onnx", "safetensors")


def instructions(stage: str) -> list[tuple[str, str]]:
    """The stage's instructions in order: ``("RUN", "python -m venv /opt/compile")``."""
    text = re.sub(r"\\\n\s*", " ", (ROOT / "Dockerfile").read_text())
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    found, current = [], None
    for line in lines:
        word, _, rest = line.partition(" ")
        if word == "FROM":
            current = rest.split(" AS ")[1]
        elif current == stage:
            found.append((word, rest.strip()))
    return found


def instruction(word: str, stage: str = "serve") -> str:
    """The only instruction of that kind."""
    [rest] = [rest for each, rest in instructions(stage) if each == word]
    return rest


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    content = yaml.safe_load((ROOT / "compose.yaml").read_text())
    found: dict[str, Any] = content["services"]
    return found


def test_the_serving_stage_has_no_torch_and_no_root() -> None:
    serve = instructions("serve")
    assert not [rest for word, rest in serve if word == "RUN" and "pip" in rest]
    assert [rest for word, rest in serve if word == "COPY"] == [
        "--from=build /opt/moderation /opt/moderation",
        "--from=build /models /models",
    ]
    # What is copied was made without the extra that brings torch.
    assert ("RUN", "/opt/moderation/bin/pip install .") in instructions("build")
    words = [word for word, _ in serve]
    assert instruction("USER") == "moderation"
    assert "RUN" not in words[words.index("USER") :]
    assert "useradd --system --uid 10001" in " ".join(rest for word, rest in serve if word == "RUN")


def test_the_image_takes_only_what_it_is_made_of() -> None:
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    assert "*" in ignored
    allowed = {line.removeprefix("!") for line in ignored if line.startswith("!")}
    copied = {source for word, rest in instructions("build") if word == "COPY" for source in rest.split()[:-1]}
    assert copied == allowed
    assert all((ROOT / source).exists() for source in copied)


def test_the_compose_file_fits_its_schema() -> None:
    schema = distribution("check-jsonschema").locate_file("check_jsonschema/builtin_schemas/vendor/compose-spec.json")
    jsonschema.validate(yaml.safe_load((ROOT / "compose.yaml").read_text()), json.loads(Path(str(schema)).read_text()))


def test_compose_starts_each_part_after_what_it_needs(services: dict[str, Any]) -> None:
    assert set(services) == {"database", "migrate", "api", "worker"}
    assert services["migrate"]["depends_on"] == {"database": {"condition": "service_healthy"}}
    for name in ("api", "worker"):
        assert services[name]["depends_on"] == {"migrate": {"condition": "service_completed_successfully"}}
        assert services[name]["restart"] == "unless-stopped"
    assert services["migrate"]["restart"] == "no"
    assert services["api"]["ports"] == ["127.0.0.1:8000:8000"]
    for name in ("migrate", "api", "worker"):
        assert services[name]["read_only"] is True
        assert services[name]["cap_drop"] == ["ALL"]


def test_compose_sets_only_settings_that_exist_and_ships_no_secret(services: dict[str, Any]) -> None:
    from api.settings import PREFIX, Settings

    known = {PREFIX + name.upper() for name in Settings.model_fields}
    for name in ("migrate", "api", "worker"):
        assert set(services[name]["environment"]) <= known
        assert services[name]["environment"]["MODERATION_RUN_WORKER"] == "false"
        assert services[name]["environment"]["MODERATION_SECRET_KEY"].startswith("${MODERATION_SECRET_KEY:?")
    assert services["database"]["environment"]["POSTGRES_PASSWORD"].startswith("${POSTGRES_PASSWORD:?")


def test_the_commands_of_compose_and_image_are_commands_of_ours(services: dict[str, Any]) -> None:
    from api.cli.app import app

    assert json.loads(instruction("ENTRYPOINT")) == ["moderation"]
    commands = [services[name]["command"] for name in ("migrate", "api", "worker")]
    for command in [*commands, json.loads(instruction("CMD"))]:
        words = list(itertools.takewhile(lambda word: not word.startswith("-"), command))
        known = CliRunner().invoke(app, [*words, "--help"], env={"COLUMNS": "200"})
        assert known.exit_code == 0, known.output
        for option in (word for word in command if word.startswith("--")):
            assert option in known.output


#: What setuptools would put into the package, asked without building it: a tenth of the time.
PACKED = """
import json, sys
from pathlib import Path
from setuptools.dist import Distribution
package = Distribution()
package.script_name = "setup.py"
package.parse_config_files()
package.get_command_obj("egg_info").egg_base = sys.argv[1]
build = package.get_command_obj("build_py")
build.build_lib = sys.argv[1]
build.ensure_finalized()
print(json.dumps([str(Path(file).relative_to(sys.argv[1])) for file in build.get_outputs(include_bytecode=False)]))
"""


def test_the_package_carries_every_data_file(tmp_path: Path) -> None:
    """What the image installs is the package, not the working tree: a file that is left out is missed only there."""
    command = [sys.executable, "-c", PACKED, str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    packed = set(json.loads(done.stdout.splitlines()[-1]))
    there = {
        str(path.relative_to(ROOT))
        for name in ("moderation", "api", "blocklists")
        for path in (ROOT / name).rglob("*")
        if path.is_file() and path.suffix != ".md" and "__pycache__" not in path.parts
    }
    assert packed
    assert there - packed == set()


#: Found before everything else by each process of the deployment: what the image does not have is not there.
ABSENT = f"""
import sys
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {FOR_COMPILING!r}:
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Absent())
"""


class Deployment:
    """The services of compose.yaml as processes of this machine."""

    def __init__(self, services: dict[str, Any], database: str, port: int, directory: Path) -> None:
        self._services = services
        self._port = port
        self._directory = directory
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("MODERATION_")},
            **self._settings(database),
            "PYTHONPATH": f"{directory}:{ROOT}",
        }
        (directory / "sitecustomize.py").write_text(ABSENT)
        self._processes: dict[str, subprocess.Popen[str]] = {}

    def _settings(self, database: str) -> dict[str, str]:
        given = {"POSTGRES_PASSWORD": "unused", "MODERATION_SECRET_KEY": secrets.token_urlsafe(48)}
        settings = {
            name: re.sub(
                r"\$\{(\w+)(?::([-?])([^}]*))?\}",
                lambda found: given.get(found[1]) or (found[3] if found[2] == "-" else ""),
                value,
            )
            for name, value in self._services["api"]["environment"].items()
        }
        return {
            **settings,
            "MODERATION_DATABASE_URL": database,
            "MODERATION_MODEL_DIRECTORY": str(ROOT / ".models"),
            "MODERATION_ALLOW_PRIVATE_WEBHOOKS": "true",
        }

    def _command(self, service: str) -> list[str]:
        words = self._services[service]["command"]
        replaced = {"0.0.0.0": "127.0.0.1", "8000": str(self._port)}
        return [str(BIN / "moderation"), *[replaced.get(word, word) for word in words]]

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            words, env=self._environment, cwd=self._directory, capture_output=True, text=True, check=False
        )

    def run_service(self, service: str) -> subprocess.CompletedProcess[str]:
        return self.run(*self._command(service))

    def start(self, service: str) -> None:
        log = (self._directory / f"{service}.log").open("w")
        self._processes[service] = subprocess.Popen(
            self._command(service), env=self._environment, cwd=self._directory, stdout=log, stderr=log, text=True
        )

    def is_healthy(self) -> bool:
        """What the image's HEALTHCHECK says."""
        check = instruction("HEALTHCHECK").partition(" CMD ")[2].replace(":8000/", f":{self._port}/")
        words = json.loads(check)
        return self.run(str(BIN / words[0]), *words[1:]).returncode == 0

    def is_listening(self) -> bool:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self._port), timeout=1):
            return True
        return False

    def stop(self, service: str) -> int:
        """As ``docker stop`` does it: SIGTERM, and SIGKILL after the grace period; the exit status."""
        process = self._processes.pop(service)
        process.terminate()
        try:
            return process.wait(int(self._services[service]["stop_grace_period"].removesuffix("s")))
        except subprocess.TimeoutExpired:
            process.kill()
            return process.wait()

    def close(self) -> None:
        for process in self._processes.values():
            process.kill()
            process.wait()

    def post(self, path: str, token: str, body: dict[str, Any]) -> dict[str, Any]:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self._port}{path}",
            data=json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            content: dict[str, Any] = json.load(answer)
            return content


@pytest.fixture
def deployment(services: dict[str, Any], postgres_server: PostgresServer, tmp_path: Path) -> Iterator[Deployment]:
    name = f"deployed_{time.time_ns()}"
    postgres_server.run(f"CREATE DATABASE {name}")
    opened = Deployment(services, postgres_server.url_of(name), find_free_port(), tmp_path)
    yield opened
    opened.close()


@pytest.mark.postgres
def test_the_composed_processes_take_an_order_from_http_to_webhook_without_what_compiling_needs(
    deployment: Deployment,
) -> None:
    absent = deployment.run(sys.executable, "-c", "import torch")
    assert absent.stderr.endswith("ModuleNotFoundError: torch\n")
    migrated = deployment.run_service("migrate")
    assert migrated.returncode == 0, migrated.stderr
    deployment.start("api")
    deployment.start("worker")
    assert not deployment.is_healthy()
    token = deployment.run(str(BIN / "moderation"), "keys", "create", "checkout").stdout.strip()
    wait_until(deployment.is_listening, 60)
    assert deployment.is_healthy()
    receiver = Receiver()
    try:
        endpoint = deployment.post("/v1/webhook-endpoints", token, {"url": receiver.url})
        order = {"reference": "order-1", "fields": [{"name": "line1", "text": "Class of 2026"}]}
        screening = deployment.post("/v1/screenings", token, order)
        [received] = receiver.wait_for(1, 60)
    finally:
        receiver.close()
    message = received.verified(endpoint["secret"])
    assert message["data"]["id"] == screening["id"]
    assert message["type"] == "screening.approved"
    assert screening["versions"]["model"] != "unavailable"
    assert deployment.stop("worker") == 0
    assert deployment.stop("api") in (0, -15)  # uvicorn ends itself by the signal once it has drained


@pytest.mark.slow
def test_the_steps_of_the_image_run_outside_it(tmp_path: Path) -> None:
    """Every RUN and COPY but the two that need root, with the image's folders moved under a temporary one."""

    def moved(text: str) -> str:
        return re.sub(r"(?<![\w.:/}])/(src|opt|models)\b", rf"{tmp_path}/\1", text)

    environment = {**os.environ, "TORCH_INDEX": ""}
    (tmp_path / "src").mkdir()
    for word, rest in instructions("build"):
        if word == "COPY":
            *sources, _target = rest.split()
            for source in sources:
                copy = shutil.copytree if (ROOT / source).is_dir() else shutil.copy
                copy(ROOT / source, tmp_path / "src" / source)
        elif word == "RUN":
            command = moved(rest).replace("python -m venv", f"{shlex.quote(sys.executable)} -m venv")
            done = subprocess.run(
                ["bash", "-c", command],
                cwd=tmp_path / "src",
                env=environment,
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == 0, f"{command}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}"
    served = tmp_path / "opt" / "moderation" / "bin"
    listed = subprocess.run([served / "pip", "list"], capture_output=True, text=True, check=True).stdout.lower()
    assert not [name for name in FOR_COMPILING if re.search(rf"^{name}\s", listed, re.MULTILINE)]
    environment |= {
        "MODERATION_MODEL_DIRECTORY": str(tmp_path / "models"),
        "MODERATION_DATABASE_URL": f"sqlite:///{tmp_path}/moderation.sqlite3",
        "MODERATION_SECRET_KEY": "k" * 32,
    }
    for words in (["db", "upgrade"], ["models", "list"], ["screen", "--text", "Class of 2026"]):
        done = subprocess.run(
            [served / "moderation", *words], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
    assert "approve" in done.stdout.lower()
