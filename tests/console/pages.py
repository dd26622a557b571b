"""Pages without a browser: what stands in their forms, and signing in."""

import html
import re

from tests.reviewing.shop import PASSWORD


def field_of(page: str, name: str) -> str:
    """The value of a hidden field."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, f"no field {name}"
    return html.unescape(found[1])


def sign_in(client, email: str, password: str = PASSWORD, back: str = "/console"):
    """The answer to the sign-in form."""
    token = field_of(client.get("/console/sign-in").text, "csrf")
    form = {"email": email, "password": password, "csrf": token, "back": back}
    return client.post("/console/sign-in", data=form)
