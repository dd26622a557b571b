"""What lies in ``deploy/`` names only what is there: metrics, labels, commands, options, ports, paths and settings."""

import itertools
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import kubernetes_validate
import promql_parser
import pytest
import yaml
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families
from typer.testing import CliRunner

from api.cli.app import app as command_line
from api.customers import merchants
from api.main import create_app
from api.settings import PREFIX, Settings
from moderation.detectors.toxicity import ToxicityDetector
from moderation.pipeline import Pipeline
from moderation.policy import load_policies
from tests.api.test_health import QuietModel

#: A version that is served everywhere now; the kinds used here are of no newer one.
KUBERNETES = "1.32"
DEPLOY = Path(__file__).parents[1] / "deploy"
RULES = [
    rule
    for group in yaml.safe_load((DEPLOY / "prometheus/alerts.yaml").read_text())["groups"]
    for rule in group["rules"]
]
DASHBOARD = json.loads((DEPLOY / "grafana/moderation.json").read_text())
ITEMS = yaml.safe_load((DEPLOY / "kubernetes/moderation.yaml").read_text())["items"]
EXPRESSIONS = {
    **{rule["alert"]: rule["expr"] for rule in RULES},
    **{f"{panel['title']} {each['refId']}": each["expr"] for panel in DASHBOARD["panels"] for each in panel["targets"]},
}
SUFFIXES = {"counter": ("_total",), "histogram": ("_bucket", "_sum", "_count"), "info": ("_info",)}


@pytest.fixture(scope="module")
def exposed(tmp_path_factory, _sqlite_template) -> dict[str, set[str]]:
    """Every name on /metrics, with the labels seen on it."""
    place = tmp_path_factory.mktemp("deploy") / "x.sqlite3"
    place.write_bytes(_sqlite_template.read_bytes())
    settings = Settings(database_url=f"sqlite:///{place}", secret_key="k" * 32, run_worker=False)
    pipeline = Pipeline(
        (ToxicityDetector(QuietModel()),), load_policies(), dict.fromkeys(("lists", "brands", "model"), "1")
    )
    server = create_app(settings, pipeline)
    with server.state.moderation.database.writing() as session:
        shop = merchants.add_merchant(session, "Shop", "balanced")
        _key, token = merchants.create_key(session, shop.id, "test", ["screenings:write"])
    with TestClient(server, headers={"Authorization": f"Bearer {token}"}) as client:
        client.post("/v1/screenings", json={"fields": [{"name": "a", "text": "a quiet evening"}]})
        text = client.get("/metrics").text
    found: dict[str, set[str]] = {}
    for family in text_string_to_metric_families(text):
        for suffix in SUFFIXES.get(family.type, ("",)):
            found[family.name.removesuffix(suffix) + suffix] = set()
        for sample in family.samples:
            found.setdefault(sample.name, set()).update(sample.labels)
    # No order was reasoned about: the labels are those that the code declares.
    return found | {
        "moderation_reasons_total": {"outcome", "category"},
        "moderation_detector_failures_total": {"detector"},
    }


@pytest.mark.parametrize("name", EXPRESSIONS)
def test_every_metric_and_label_of_alerts_and_dashboard_is_on_metrics(exposed, name):
    expression = EXPRESSIONS[name]
    promql_parser.parse(expression)  # or Prometheus would refuse the file
    metrics = set(re.findall(r"moderation_[a-z_]+", expression))
    assert metrics
    assert metrics <= set(exposed)
    labels = {label for group in re.findall(r"by \(([a-z, ]+)\)", expression) for label in group.split(", ")}
    labels |= set(re.findall(r'([a-z_]+)="', expression))
    assert labels <= set().union(*(exposed[metric] for metric in metrics))


def test_every_metric_of_ours_is_on_the_dashboard(exposed):
    """A figure that nobody sees need not be counted; the cache's size explains its rate."""
    shown = set(re.findall(r"moderation_[a-z_]+", json.dumps(DASHBOARD)))
    ours = {re.sub(r"_(bucket|sum|count)$", "", name) for name in exposed if name.startswith("moderation_")}
    unseen = {"moderation_model_cache_entries", "moderation_model_cache_hit_rate"}
    assert {name for name in ours if not name.endswith("_created")} - unseen == {
        re.sub(r"_bucket$", "", name) for name in shown
    }


def test_every_metric_of_ours_is_explained_and_nothing_else(exposed):
    explained = set(re.findall(r"`(moderation_[a-z_]+)", (DEPLOY.parent / "docs/operating.md").read_text()))
    ours = {re.sub(r"_(bucket|sum|count|created)$", "", name) for name in exposed if name.startswith("moderation_")}
    assert {name for name in explained if name in ours} == explained
    assert {name for name in ours if name.removesuffix("_total") + "_total" not in explained} <= explained


def test_every_alert_says_what_is_so_and_what_to_do():
    names = [rule["alert"] for rule in RULES]
    assert len(set(names)) == len(names)
    for rule in RULES:
        assert set(rule["annotations"]) == {"summary", "action"}
        assert rule["labels"]["severity"] in ("warning", "critical")
        assert rule["expr"].count("(") == rule["expr"].count(")")
        told = re.findall(r"\$labels\.([a-z]+)", json.dumps(rule["annotations"]))
        assert all(f"by ({label})" in rule["expr"] for label in told)


def test_the_dashboards_panels_stand_side_by_side():
    places = [panel["gridPos"] for panel in DASHBOARD["panels"]]
    cells = [(x, y) for p in places for x in range(p["x"], p["x"] + p["w"]) for y in range(p["y"], p["y"] + p["h"])]
    assert len(set(cells)) == len(cells)
    assert max(x for x, _ in cells) < 24
    assert len({panel["id"] for panel in DASHBOARD["panels"]}) == len(places)


def test_the_manifests_fit_the_schemas_of_kubernetes():
    for item in ITEMS:
        kubernetes_validate.validate(item, KUBERNETES, strict=True)  # strict: no key that it does not know


def of_kind(*kinds: str) -> list[dict[str, Any]]:
    return [item for item in ITEMS if item["kind"] in kinds]


def pods() -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Each template of pods with its only container."""
    for item in of_kind("Job", "Deployment"):
        template = item["spec"]["template"]
        [container] = template["spec"]["containers"]
        yield template, container


def test_the_manifests_run_commands_of_ours():
    for _template, container in pods():
        words = list(itertools.takewhile(lambda word: not word.startswith("-"), container["args"]))
        known = CliRunner().invoke(command_line, [*words, "--help"], env={"COLUMNS": "200"})
        assert known.exit_code == 0, known.output
        assert all(option in known.output for option in container["args"] if option.startswith("--"))


def test_the_manifests_set_only_settings_that_exist_and_hold_no_secret():
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    [settings] = of_kind("ConfigMap")
    assert set(settings["data"]) <= known - {"MODERATION_SECRET_KEY", "MODERATION_DATABASE_URL"}
    assert not of_kind("Secret")
    Settings(database_url="sqlite:///x", secret_key="k" * 32, **{
        name.removeprefix(PREFIX).lower(): value for name, value in settings["data"].items()
    })  # fmt: skip
    for _template, container in pods():
        assert container["envFrom"] == [{"configMapRef": {"name": "settings"}}, {"secretRef": {"name": "secrets"}}]
    # The command by which the readme has the secret made names exactly the two that are missing.
    made = re.findall(r"--from-literal=(MODERATION_[A-Z_]+)=", (DEPLOY / "README.md").read_text())
    assert set(made) == {"MODERATION_SECRET_KEY", "MODERATION_DATABASE_URL"}


def test_probes_ports_and_scrapes_lead_to_addresses_that_are_served():
    [api] = [each for each in of_kind("Deployment") if each["metadata"]["name"] == "api"]
    template = api["spec"]["template"]
    [container] = template["spec"]["containers"]
    [port] = container["ports"]
    assert str(port["containerPort"]) == container["args"][container["args"].index("--port") + 1]
    scrape = template["metadata"]["annotations"]
    assert scrape["prometheus.io/port"] == str(port["containerPort"])
    from api.health.routes import router

    served = {route.path for route in router.routes}
    probes = [container[name]["httpGet"] for name in ("startupProbe", "livenessProbe", "readinessProbe")]
    assert {probe["port"] for probe in probes} == {port["name"]}
    assert {probe["path"] for probe in probes} | {scrape["prometheus.io/path"]} <= served
    assert container["readinessProbe"]["httpGet"]["path"] == "/readyz"
    [service] = of_kind("Service")
    assert [each["targetPort"] for each in service["spec"]["ports"]] == [port["name"]]


def test_selectors_select_the_pods_they_are_meant_for():
    labels = {
        item["metadata"]["name"]: item["spec"]["template"]["metadata"]["labels"] for item in of_kind("Deployment")
    }
    for item in of_kind("Deployment"):
        assert item["spec"]["selector"]["matchLabels"] == labels[item["metadata"]["name"]]
    assert of_kind("Service")[0]["spec"]["selector"] == labels["api"]
    assert of_kind("PodDisruptionBudget")[0]["spec"]["selector"]["matchLabels"] == labels["api"]
    assert of_kind("HorizontalPodAutoscaler")[0]["spec"]["scaleTargetRef"]["name"] in labels


def test_pods_have_no_privileges_and_time_to_finish():
    from api.cli.serve import DRAIN_SECONDS
    from api.delivery.sending import TIMEOUT
    from api.delivery.worker import STOP_WITHIN

    for template, container in pods():
        assert template["spec"]["securityContext"]["runAsNonRoot"] is True
        assert template["spec"]["automountServiceAccountToken"] is False
        assert container["securityContext"]["readOnlyRootFilesystem"] is True
        assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
        assert {"requests", "limits"} == set(container["resources"])
    grace = {
        d["metadata"]["name"]: d["spec"]["template"]["spec"]["terminationGracePeriodSeconds"]
        for d in of_kind("Deployment")
    }
    assert grace["api"] > DRAIN_SECONDS + 5
    assert grace["worker"] > TIMEOUT + STOP_WITHIN
