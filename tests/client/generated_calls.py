"""Calls with a client that a generator made of our OpenAPI: ``python generated_calls.py ADDRESS KEY``; run beside ``shop_client``."""

import sys

from shop_client import AuthenticatedClient
from shop_client.api.keys import list_keys
from shop_client.api.previews import create_preview
from shop_client.api.screenings import (
    create_appeal,
    create_revision,
    create_screening,
    create_screenings,
    get_screening,
    get_text,
    list_screenings,
)
from shop_client.api.webhooks import create_endpoint, list_endpoints, reconcile
from shop_client.models import (
    AppealCreate,
    BatchCreate,
    EndpointCreate,
    ErrorPublic,
    FieldBody,
    PreviewCreate,
    RevisionCreate,
    ScreeningCreate,
)


def order(text: str) -> ScreeningCreate:
    return ScreeningCreate(fields=[FieldBody(name="line1", text=text)], reference="generated")


def main(address: str, key: str) -> None:
    """Every assertion is about a typed answer; a body that does not fit its type would have failed before."""
    with AuthenticatedClient(base_url=address, token=key) as client:
        made = create_screening.sync(client=client, body=order("rejectme"), idempotency_key="g1")
        again = create_screening.sync_detailed(client=client, body=order("rejectme"), idempotency_key="g1")
        assert (again.status_code, again.headers["idempotent-replayed"]) == (200, "true")
        assert again.parsed == made
        assert (str(made.status), made.reasons[0].category.value) == ("rejected", "profanity")
        conflict = create_screening.sync(client=client, body=order("hello"), idempotency_key="g1")
        assert isinstance(conflict, ErrorPublic)
        assert conflict.error.code == "idempotency_conflict"

        new = create_revision.sync(made.id, client=client, body=RevisionCreate(fields=[FieldBody("line1", "hello")]))
        assert (str(new.status), new.revision_of) == ("approved", made.id)
        assert get_screening.sync(made.id, client=client).revised_by == new.id
        assert get_text.sync(new.id, client=client).fields[0].text == "hello"
        other = create_screening.sync(client=client, body=order("rejectme"))
        appealed = create_appeal.sync(other.id, client=client, body=AppealCreate(message="It is a town."))
        assert (str(appealed.status), appealed.appeal.verdict) == ("in_review", None)
        assert reconcile.sync(client=client).total == 1
        assert get_screening.sync("scr_none", client=client).error.code == "screening_not_found"

        batch = create_screenings.sync(client=client, body=BatchCreate.from_dict({"items": [order("a").to_dict()]}))
        assert batch.items[0].screening.status == "approved"
        page = list_screenings.sync(client=client, limit=2)
        assert (len(page.items), page.next_cursor is None) == (2, False)
        hint = create_preview.sync(client=client, body=PreviewCreate(fields=[FieldBody("a", "rejectme")]))
        assert str(hint.hint) == "needs_a_look"
        refused = create_endpoint.sync(client=client, body=EndpointCreate(url="https://127.0.0.1/hook"))
        assert refused.error.code == "address_refused"
        assert list_endpoints.sync(client=client).items == []
        assert [each.name for each in list_keys.sync(client=client).items] == ["checkout"]


if __name__ == "__main__":
    main(*sys.argv[1:])
