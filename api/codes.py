"""Every error code of the checkout's API: its status, and a sentence as it is said. The OpenAPI shows them by endpoint."""

#: What any call may be answered with.
COMMON = (
    "bad_request",
    "unauthorized",
    "scope_missing",
    "invalid_request",
    "rate_limited",
    "store_unavailable",
    "overloaded",
)
WITH_BODY = "body_too_large"

CODES: dict[str, tuple[int, str]] = {
    "bad_request": (400, "The body could not be read. Send JSON in UTF-8."),
    "unauthorized": (401, "This needs 'Authorization: Bearer <key>' with a key that is known and not revoked."),
    "scope_missing": (403, "This key lacks the scope screenings:write. Create one that has it."),
    "screening_not_found": (404, "There is no screening with this id for this key."),
    "question_not_found": (404, "There is no question with this id to the shop."),
    "hold_not_found": (404, "There is no hold with this id for this shop."),
    "key_not_found": (404, "There is no key with this id for this shop."),
    "endpoint_not_found": (404, "There is no webhook endpoint with this id for this key."),
    "delivery_not_found": (404, "There is no delivery with this id for this endpoint."),
    "idempotency_conflict": (409, "This Idempotency-Key was used for another body. Use a new key for a new request."),
    "not_revisable": (409, "This order is approved; only a rejected or held one can have a new text."),
    "already_revised": (409, "This order has a newer text. Ask about that one."),
    "too_many_revisions": (409, "This order had 5 texts, and that is the limit."),
    "not_rejected": (409, "This order is approved; only a rejected one can be appealed."),
    "already_appealed": (409, "This order was appealed already; an appeal is answered once."),
    "case_closed": (409, "This order is decided; a message would reach nobody. Appeal, or start anew."),
    "already_answered": (409, "This question was answered. Write a message without it instead."),
    "too_many_messages": (409, "30 messages are the limit for one order."),
    "hold_exists": (409, "This is held already, by hold_01K2Q4T8F6. Lift that one to go back to automatic answers."),
    "key_revoked": (409, "This key has ended, or ends already. Rotate the one that replaced it."),
    "too_many_keys": (409, "There are 100 good keys already. End one that is no longer used."),
    "too_many_endpoints": (409, "There are 20 endpoints already. Delete one that is no longer used."),
    "endpoint_disabled": (409, "This endpoint is disabled. Enable it first: POST .../enable."),
    "body_too_large": (413, "The body is larger than 1048576 bytes. Send fewer or shorter texts at a time."),
    "invalid_request": (422, "The request does not fit: body.fields: Field required"),
    "text_missing": (422, "Write something: an empty message helps nobody."),
    "test_key": (422, "A test key makes test keys only. Use a key of the shop for its real orders."),
    "address_refused": (422, "The host shop.example leads to 10.0.0.1, which is not a public internet address."),
    "range_too_large": (422, "This span has 12000 events; at most 10000 are replayed at once. Ask for a shorter one."),
    "rate_limited": (429, "More than 60000 requests in 60 s. Wait as long as Retry-After says, in seconds."),
    "policy_error": (503, "There is no policy 'balanced'. Nothing was approved."),
    "overloaded": (503, "Too much to do at the moment; nothing was stored. Repeat with the same key."),
    "store_unavailable": (503, "The database does not answer; nothing was approved. Repeat with the same key."),
}
