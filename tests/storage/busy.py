"""An installation in which every kind of row refers to others, for tests that move it."""

from datetime import timedelta

from sqlmodel import SQLModel

from api.storage.clock import now
from api.storage.database import Database
from api.storage.tables import (
    ApiKey,
    CaseMessage,
    DecisionRecord,
    Delivery,
    IdempotencyKey,
    Merchant,
    OutboxEvent,
    ReviewCase,
    Reviewer,
    Screening,
    WebhookEndpoint,
)


def fill(database: Database, orders: int = 5) -> None:
    """Orders with their cases, answers, events and deliveries in every state."""
    with database.writing() as session:

        def add(*rows: SQLModel) -> None:
            session.add_all(rows)
            session.flush()

        shop = Merchant(name="Shop Ünïcode", policy_layer={"note": "a\0b"})
        add(shop)
        reviewer = Reviewer(merchant_id=shop.id, email="a@example.org", pseudonym="A", role="lead", password_hash="x")
        early = now() - timedelta(days=1)
        shops_ear = WebhookEndpoint(merchant_id=shop.id, url="https://shop.example/", secrets=["s"], created_at=early)
        add(reviewer, ApiKey(merchant_id=shop.id, name="k", token_hash="h"), shops_ear)
        for number in range(orders):
            order = Screening(merchant_id=shop.id, fields=[{"name": "a", "text": f"Zoë\0 {number}"}], status="rejected")
            add(order)
            # The later decision has the smaller key: a reference to a row that is copied afterwards.
            first = DecisionRecord(
                id=f"dec_Z{number}", screening_id=order.id, decided_by="machine", outcome="review", risk=0.1
            )
            add(first)
            add(
                DecisionRecord(
                    id=f"dec_A{number}",
                    screening_id=order.id,
                    decided_by=reviewer.id,
                    outcome="reject",
                    risk=1 / 3,
                    override_of=first.id,
                )
            )
            case = ReviewCase(
                merchant_id=shop.id, screening_id=order.id, queue="brand", state="resolved", severity=2, risk=0.5
            )
            add(case)
            asked = CaseMessage(case_id=case.id, from_party="reviewer", to_party="customer", text="Which year?")
            add(asked)
            add(
                CaseMessage(
                    case_id=case.id, from_party="customer", to_party="reviewer", text="1999", answer_to=asked.id
                )
            )
            # Orders of keys that languages sort otherwise than bytes do.
            for key in ("b-é", "B_e", "a", "Ä"):
                add(
                    IdempotencyKey(
                        merchant_id=shop.id, key=f"{key}{number}", body_hash="h", screening_id=order.id, answer="{}"
                    )
                )
            for status in ("pending", "delivered", "failed"):
                event = OutboxEvent(merchant_id=shop.id, type="screening.rejected", relayed_at=now())
                add(event)
                add(Delivery(event_id=event.id, endpoint_id=shops_ear.id, status=status, attempts=1))
        # Handed to the durable engine, and not attempted yet.
        add(OutboxEvent(merchant_id=shop.id, type="screening.rejected", relayed_at=now(), id="evt_UNATTEMPTED"))
        # Decided before anybody wanted to hear of it.
        add(
            OutboxEvent(
                id="evt_OLD", merchant_id=shop.id, type="t", relayed_at=now(), created_at=early - early.resolution
            )
        )
