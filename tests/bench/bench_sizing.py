"""What an order costs a store and a processor: ``python tests/bench/bench_sizing.py [--orders N] [DATABASE_URL]``.

Orders go through the use case itself, with the shipped lists and model, one after another in one process; HTTP is not
in it (``bench_checkout.py`` has it). Without an address a new SQLite file is filled.
"""

import argparse
import random
import resource
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from sqlalchemy import text

from api.customers import merchants
from api.intake.schemas import ScreeningCreate
from api.intake.submit import submit
from api.main import build_state
from api.settings import Settings
from api.storage.database import Database
from tests.bench.bench_checkout import NAMES, WISHES


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--orders", type=int, default=2000)
    parser.add_argument("--models", type=Path, default=Path(".models"))
    parser.add_argument("url", nargs="?")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        measure(asked.url or f"sqlite:///{directory}/x.sqlite3", asked.orders, asked.models)


def measure(url: str, orders: int, models: Path) -> None:
    database = Database(url)
    database.upgrade()
    with database.writing() as session:
        shop = merchants.add_merchant(session, f"Sizing {time.time()}", "balanced")
        token = merchants.create_key(session, shop.id, "k", ["screenings:write"])[1]
    with database.writing() as session:
        caller = merchants.authenticate(session.connection(), token)
    assert caller is not None
    state = build_state(Settings(database_url=url, secret_key="k" * 32, model_directory=models))
    chosen = random.Random(7)
    before, began, worked = size(database), time.perf_counter(), time.process_time()
    for number in range(orders):
        wish = f"{chosen.choice(WISHES)} {chosen.choice(NAMES)} {number}"
        fields = [{"name": "line1", "text": wish}, {"name": "line2", "text": chosen.choice(NAMES)}]
        body = ScreeningCreate.model_validate({"fields": fields, "reference": f"order-{number}", "locale": "en"})
        submit(state, caller.account, body, f"key-{number}")
    worked, took = time.process_time() - worked, time.perf_counter() - began
    print(f"model {state.pipeline.versions['model']}, {orders} orders, every text new")
    print(f"processor time  {worked / orders * 1000:.2f} ms an order, so {orders / worked:.0f} orders/s a core")
    print(f"clock           {took / orders * 1000:.2f} ms an order, one after another")
    print(f"store           {(size(database) - before) / orders:,.0f} bytes an order, indexes included")
    print(f"memory          {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10} MiB at most")


def size(database: Database) -> int:
    """Bytes of the database, with what was not folded into it yet."""
    with database.engine.connect() as connection:
        if database.engine.dialect.name == "postgresql":
            return int(connection.execute(text("SELECT pg_database_size(current_database())")).scalar_one())
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        return int(pages * connection.exec_driver_sql("PRAGMA page_size").scalar_one())


if __name__ == "__main__":
    main()
