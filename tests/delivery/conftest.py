"""A shop with an endpoint, a receiver behind it, and a worker between them."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from sqlmodel import select

from api.delivery.outbox import announce
from api.delivery.signing import new_secret
from api.delivery.worker import Worker
from api.settings import Settings
from api.storage.database import Database
from api.storage.tables import DecisionRecord, Delivery, Merchant, OutboxEvent, Screening, WebhookEndpoint
from tests.conftest import PostgresServer
from tests.delivery.receiver import Receiver


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    opened = Receiver()
    yield opened
    opened.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """A merchant and what tests do in its name."""

    database: Database
    merchant_id: str

    def listen(self, url: str, **more: object) -> WebhookEndpoint:
        """An endpoint of this shop."""
        with self.database.writing() as session:
            endpoint = WebhookEndpoint(merchant_id=self.merchant_id, url=url, secrets=[new_secret()], **more)
            session.add(endpoint)
        return endpoint

    def decide(
        self, status: str = "rejected", reasons: tuple[str, ...] = ("profanity",), **more: object
    ) -> OutboxEvent:
        """A screening that was decided, and its event."""
        outcome = {"approved": "approve", "rejected": "reject", "in_review": "review"}[status]
        with self.database.writing() as session:
            fields = [{"name": "line1", "text": "canary words"}]
            screening = Screening(
                merchant_id=self.merchant_id, reference="order-1", status=status, fields=fields, **more
            )
            session.add(screening)
            session.flush()
            decision = DecisionRecord(
                screening_id=screening.id,
                decided_by="machine",
                outcome=outcome,
                reasons=[] if status == "approved" else list(reasons),
                risk=0.5,
            )
            session.add(decision)
            session.flush()
            return announce(session, screening, decision)

    def deliveries(self) -> list[Delivery]:
        """All to this shop's endpoints, the oldest first."""
        mine = select(Delivery).join(WebhookEndpoint).where(WebhookEndpoint.merchant_id == self.merchant_id)
        with self.database.reading() as session:
            return list(session.exec(mine.order_by(Delivery.id)))

    def delivery_to(self, endpoint: WebhookEndpoint) -> Delivery | None:
        """The only one to this endpoint, if there is one yet."""
        with self.database.reading() as session:
            return session.exec(select(Delivery).where(Delivery.endpoint_id == endpoint.id)).one_or_none()

    def was_relayed(self, event: OutboxEvent) -> bool:
        with self.database.reading() as session:
            return session.get_one(OutboxEvent, event.id).relayed_at is not None

    def endpoint(self, endpoint_id: str) -> WebhookEndpoint:
        with self.database.reading() as session:
            return session.get_one(WebhookEndpoint, endpoint_id)


def make_shop(database: Database) -> Shop:
    """A shop of its own in a database that several tests share."""
    with database.writing() as session:
        merchant = Merchant(name=f"Shop {uuid.uuid4().hex}")
        session.add(merchant)
    return Shop(database=database, merchant_id=merchant.id)


def make_worker(database: Database, *, allow_private: bool = True, **more: Any) -> Worker:
    """A worker with short waits; a shop has three seconds, for the machine may be busy with other tests."""
    settings = Settings(database_url=database.url, secret_key="k" * 32, allow_private_webhooks=allow_private)
    waits = {"back_off": (0.1, 0.1), "timeout": 3.0, "poll": 0.1, "queue_poll": 0.05, **more}
    return Worker(settings, database, **waits)


#: For a fixture that several tests share, so that not every test pays for a worker's start and end.
ENGINES = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]


@contextmanager
def served_database(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, **more: Any
) -> Iterator[Database]:
    """A migrated database of the requested engine with a worker at work; ``more`` goes to ``make_worker``."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('served')}/served.sqlite3"
    else:
        server: PostgresServer = request.getfixturevalue("postgres_server")
        name = f"served_{uuid.uuid4().hex}"
        server.run(f"CREATE DATABASE {name}")
        url = server.url_of(name)
    database = Database(url)
    database.upgrade()
    worker = make_worker(database, **more)
    worker.start()
    yield database
    worker.stop()
    database.close()
