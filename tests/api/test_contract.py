"""The API against its own OpenAPI: no fault, no undocumented status, no undocumented shape."""

from pathlib import Path

import hypothesis
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import CHECKS, load_all_checks

from api.main import create_app
from api.settings import Settings
from api.storage.database import Database
from moderation.detectors.producible import ProducibleDetector
from moderation.pipeline import Pipeline
from moderation.policy import load_policies
from moderation.products import load_products
from tests.api.conftest import SECRET, WordDetector, make_token

load_all_checks()
PROMISED = ("not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory):
    path: Path = tmp_path_factory.mktemp("contract")
    database = Database(f"sqlite:///{path / 'contract.sqlite3'}")
    database.upgrade()
    made = Settings(database_url=database.url, secret_key=SECRET, run_worker=False, model_directory=path)
    versions = {"lists": "l", "brands": "b", "model": "m"}
    detectors = (ProducibleDetector(load_products()), WordDetector())
    app = create_app(made, Pipeline(detectors, load_policies(), versions))
    return app, make_token(database, "Contract", "admin")


def operations(app):
    schema = schemathesis.openapi.from_asgi("/openapi.json", app).include(path_regex="^/(v1|healthz|readyz|metrics)")
    return [result.ok() for result in schema.get_all_operations()]


@pytest.mark.parametrize("mode", list(schemathesis.GenerationMode))
def test_every_operation_keeps_its_promise(served, mode):
    app, token = served
    checks = [CHECKS.get_one(name) for name in PROMISED]
    tried = []
    for operation in operations(app):

        @settings(max_examples=8, deadline=None, database=None, suppress_health_check=list(HealthCheck))
        @given(case=operation.as_strategy(generation_mode=mode))
        def keeps_its_promise(case):
            case.call_and_validate(headers={"Authorization": f"Bearer {token}"}, checks=checks)

        try:
            keeps_its_promise()
        except hypothesis.errors.Unsatisfiable:
            continue  # an operation that takes nothing has no wrong input
        tried.append(operation.label)
    assert "POST /v1/screenings" in tried


def test_every_operation_is_described_for_integrators(served):
    app, _token = served
    paths = app.openapi()["paths"]
    for path, operations in paths.items():
        for method, operation in operations.items():
            assert operation.get("description"), f"{method} {path} has no description"
            if path.startswith("/v1"):
                assert "401" in operation["responses"], f"{method} {path} does not say what a bad key gets"


def test_every_operation_has_a_short_name_of_its_own(served):
    app, _token = served
    names = [each["operationId"] for operations_ in app.openapi()["paths"].values() for each in operations_.values()]
    assert len(set(names)) == len(names)
    assert {"create_screening", "rotate_key", "reconcile"} <= set(names)


def test_every_body_and_every_error_has_an_example(served):
    app, _token = served
    schemas = app.openapi()["components"]["schemas"]
    bodies = [name for name in schemas if name.endswith("Create")]
    assert len(bodies) >= 8
    assert [name for name in [*bodies, "ErrorPublic", "ScreeningPublic"] if not schemas[name].get("examples")] == []
    for path, operations_ in app.openapi()["paths"].items():
        for method, operation in operations_.items() if path.startswith("/v1") else ():
            assert "Retry-After" in operation["responses"]["429"]["headers"], f"{method} {path}"
