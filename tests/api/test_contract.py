"""The API against its own OpenAPI: no fault, no undocumented status, no undocumented shape."""

import os
import re
import sys
from pathlib import Path

import hypothesis
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel
from schemathesis.checks import CHECKS, load_all_checks
from sqlmodel import select

import api
from api.codes import CODES
from api.customers import merchants
from api.delivery.outbox import announce
from api.delivery.signing import new_secret
from api.main import create_app
from api.settings import Settings
from api.storage.database import Database
from api.storage.tables import DecisionRecord, Delivery, Hold, Merchant, Screening, WebhookEndpoint
from moderation.detectors.producible import ProducibleDetector
from moderation.pipeline import Pipeline
from moderation.policy import load_policies
from moderation.products import load_products
from tests.api.conftest import SECRET, make_token
from tests.words import WordDetector

load_all_checks()
#: For each operation and mode; more with CONTRACT_EXAMPLES=100.
EXAMPLES = int(os.environ.get("CONTRACT_EXAMPLES", "5"))
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


def things(app):
    """New things that can be asked about, by the name of their place in an address."""
    database = app.state.moderation.database
    with database.writing() as session:
        shop = session.exec(select(Merchant).where(Merchant.name == "Contract")).one()
        screening = Screening(merchant_id=shop.id, status="rejected", fields=[{"name": "a", "text": "x"}])
        key = merchants.create_key(session, shop.id, "any", ["previews"])[0]
        # By another way than the use case, which allows twenty.
        endpoint = WebhookEndpoint(merchant_id=shop.id, url="https://93.184.216.34/", secrets=[new_secret()])
        session.add_all([screening, endpoint])
        session.flush()
        decision = DecisionRecord(
            screening_id=screening.id, decided_by="machine", outcome="reject", reasons=["profanity"], risk=0.9
        )
        screening.decision_id = decision.id
        event = announce(session, screening, decision)
        hold = Hold(merchant_id=shop.id, brand="nobody's", note="x", placed_by=key.id)
        session.add_all([decision, hold])
        session.flush()
        delivery = Delivery(event_id=event.id, endpoint_id=endpoint.id, status="failed")
        session.add(delivery)
    return {
        "screening_id": screening.id,
        "endpoint_id": endpoint.id,
        "delivery_id": delivery.id,
        "hold_id": hold.id,
        "key_id": key.id,
    }


@pytest.mark.parametrize("mode", list(schemathesis.GenerationMode))
def test_every_operation_keeps_its_promise(served, mode):
    """Also about things that there are; a made-up id alone would try little but the 404."""
    app, token = served
    tried = [operation.label for operation in operations(app) if examine(operation, mode, token, things(app))]
    assert "POST /v1/screenings" in tried


def examine(operation, mode, token, known):
    """Try one operation; False for one that takes nothing and so has no wrong input."""
    checks = [CHECKS.get_one(name) for name in PROMISED]

    @settings(max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(generation_mode=mode), is_real=st.booleans())
    def keeps_its_promise(case, is_real):
        if is_real and case.path_parameters:
            case.path_parameters = {name: known.get(name, each) for name, each in case.path_parameters.items()}
        answer = case.call_and_validate(headers={"Authorization": f"Bearer {token}"}, checks=checks)
        if answer.status_code >= 400:
            code = answer.json()["error"]["code"]
            assert code in codes(operation.definition.raw, answer.status_code), f"{operation.label}: {code}"

    try:
        keeps_its_promise()
    except hypothesis.errors.Unsatisfiable:
        return False
    return True


def codes(operation, status):
    """The error codes that the documentation of an operation names for a status."""
    return set(operation["responses"][str(status)]["content"]["application/json"]["examples"])


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


def models():
    """The models that the documentation shows, by name."""
    # The client has models of its own, under the same names.
    modules = [each for name, each in sys.modules.items() if name.startswith("api.") and "api.client" not in name]
    found = [each for module in modules for each in vars(module).values() if isinstance(each, type)]
    return {each.__name__: each for each in found if issubclass(each, BaseModel)}


def test_every_body_answer_and_error_has_an_example_that_fits(served):
    app, _token = served
    schemas, known = app.openapi()["components"]["schemas"], models()
    read = 0
    for name, schema in schemas.items():
        if schema.get("examples"):
            # From the model: what the document shows lacks the fields that are null.
            for example in known[name].model_json_schema()["examples"]:
                known[name].model_validate(example)
                read += 1
    assert read > 25
    # What is made of others, and what says nothing beyond its fields.
    composed = {name for name, each in schemas.items() if {"items", "error", "rules"} & set(each.get("properties", {}))}
    parts = {
        "AppealPublic",
        "CasePublic",
        "ReasonPublic",
        "FieldBody",
        "BatchResult",
        "ErrorBody",
        "Alive",
        "Ready",
        "Part",
    }
    lacking = {name for name, each in schemas.items() if "properties" in each and not each.get("examples")}
    assert lacking - composed - parts == set()
    for path, operations_ in app.openapi()["paths"].items():
        for method, operation in operations_.items() if path.startswith("/v1") else ():
            assert "Retry-After" in operation["responses"]["429"]["headers"], f"{method} {path}"
            for status in operation["responses"]:
                assert status < "400" or codes(operation, status), f"{method} {path} {status}"


def test_every_code_is_said_with_the_status_that_the_documentation_names():
    """The sentences are samples, the codes and statuses a promise."""
    said = {
        (code, int(status))
        for path in Path(api.__file__).parent.rglob("*.py")
        for status, code in re.findall(r'Problem\(\s*(\d{3}), "(\w+)"', path.read_text("utf-8"))
    }
    by_code = dict(said)
    assert len(said) > 40
    for code, (status, _sentence) in CODES.items():
        assert by_code.get(code, status) == status, code
