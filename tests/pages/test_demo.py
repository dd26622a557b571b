"""The example shop is there when it is asked for, and nowhere else; its key gives hints and nothing more."""

import re

from fastapi.testclient import TestClient

from api.main import create_app

ORDER = {"fields": [{"name": "a", "text": "x"}]}


def test_a_real_installation_has_no_example_shop(client):
    assert client.get("/demo").status_code == 404
    assert client.post("/demo", data={"left_shoe": "x"}).status_code == 404


def test_the_key_in_the_page_gives_hints_and_nothing_else(settings, pipeline, token):
    demo = settings.model_copy(update={"demo_shop": "Shop"})
    keys = []
    for _ in range(2):
        with TestClient(create_app(demo, pipeline)) as client:
            page = client.get("/demo").text
            assert page == client.get("/demo").text
            found = re.search(r'data-key="([^"]+)"', page)
            keys.append({"Authorization": f"Bearer {found.group(1)}"})
            assert token not in page
            assert client.post("/v1/previews", json=ORDER, headers=keys[-1]).status_code == 200
            assert client.post("/v1/screenings", json=ORDER, headers=keys[-1]).status_code == 403
            old = client.post("/v1/previews", json=ORDER, headers=keys[0]).status_code
    assert old == 401
