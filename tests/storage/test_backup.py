"""A backup holds everything, is refused when a byte of it differs, and puts an installation back."""

import hashlib
import subprocess
import threading
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import func
from sqlmodel import col, select
from typer.testing import CliRunner

from api.cli.app import app
from api.errors import StoreRefused
from api.storage.backup import back_up, restore
from api.storage.database import Database
from api.storage.tables import Delivery, Merchant, OutboxEvent, Screening
from tests.conftest import postgres_binary
from tests.delivery.receiver import wait_until
from tests.storage.busy import fill


@pytest.fixture(autouse=True)
def _client_programs(monkeypatch):
    monkeypatch.setenv("PATH", str(Path(postgres_binary("pg_dump")).parent), prepend=":")


@pytest.fixture
def other_url(request, database_url):
    """A second database of the same kind, migrated and empty."""
    kind = "postgres" if database_url.startswith("postgresql") else "sqlite"
    return request.getfixturevalue(f"new_{kind}_url")()


def opened(url: str):
    return closing(Database(url))


def content(database: Database) -> dict[str, list[str]]:
    """All rows of all tables but what a restore asks for again."""
    with database.engine.connect() as connection:
        return {
            table.name: sorted(str(tuple(row)) for row in connection.execute(table.select()))
            for table in Screening.metadata.sorted_tables
            if table.name not in ("delivery", "outbox_event")
        }


def test_what_was_backed_up_comes_back(database, other_url, tmp_path):
    fill(database)
    file = tmp_path / "kept.backup"
    assert back_up(database, file) == hashlib.sha256(file.read_bytes()).hexdigest()
    before = content(database)
    subprocess.run(["sha256sum", "--check", "--quiet", "kept.backup.sha256"], cwd=tmp_path, check=True)
    assert file.stat().st_mode & 0o077 == 0
    with opened(other_url) as other:
        restore(other, file, replace=True)
    assert not list(tmp_path.rglob("*.restoring*"))
    with opened(other_url) as other:
        assert other.is_current()
        assert content(other) == before
        with other.reading() as session:
            assert session.exec(select(func.count()).select_from(Delivery)).one() == 15


def test_a_backup_is_a_moment_although_orders_come_in(database, tmp_path):
    """What is written meanwhile is in it whole or not at all, and nobody who writes is kept out."""
    fill(database, orders=1)
    stop, written = threading.Event(), []

    def write_pairs() -> None:
        while not stop.is_set():
            number = len(written)
            with database.writing() as session:
                session.add_all([Merchant(name=f"{number} left"), Merchant(name=f"{number} right")])
            written.append(number)

    writer = threading.Thread(target=write_pairs)
    writer.start()
    wait_until(lambda: len(written) > 0)
    back_up(database, tmp_path / "one")
    before_the_end = len(written)
    wait_until(lambda: len(written) > before_the_end)
    stop.set()
    writer.join(30)
    database.close()
    restore(database, tmp_path / "one", replace=True)
    with database.reading() as session:
        names = set(session.exec(select(Merchant.name)).all()) - {"Shop Ünïcode"}
    assert 2 <= len(names) <= 2 * len(written)
    assert {name.split()[0] for name in names if "left" in name} == {n.split()[0] for n in names if "right" in n}


def test_data_is_not_given_up_unasked(database, tmp_path):
    fill(database, orders=1)
    back_up(database, tmp_path / "one")
    database.close()
    with pytest.raises(StoreRefused, match="--replace"):
        restore(database, tmp_path / "one")


@pytest.mark.parametrize("where", [0.1, 0.5, 0.99])
def test_a_backup_with_one_other_byte_is_refused(database, tmp_path, where):
    file = tmp_path / "one"
    back_up(database, file)
    damaged = bytearray(file.read_bytes())
    damaged[int(len(damaged) * where)] ^= 1
    file.write_bytes(damaged)
    with pytest.raises(StoreRefused, match="hash differs"):
        restore(database, file, replace=True)
    assert database.is_current()


def test_a_backup_of_the_other_kind_of_database_is_refused(database, tmp_path):
    other = tmp_path / "other"
    other.write_bytes(b"SQLite format 3\0" if database.engine.dialect.name == "postgresql" else b"PGDMP and more")
    (tmp_path / "other.sha256").write_text(hashlib.sha256(other.read_bytes()).hexdigest())
    with pytest.raises(StoreRefused, match=r"is no backup of (sqlite|postgresql)\. Name one, or set"):
        restore(database, other, replace=True)


def test_a_backup_never_replaces_another(database, tmp_path):
    back_up(database, tmp_path / "one")
    with pytest.raises(StoreRefused, match="never replaces"):
        back_up(database, tmp_path / "one")
    (tmp_path / "one.sha256").unlink()
    with pytest.raises(StoreRefused, match="Copy both files"):
        restore(database, tmp_path / "one")


def test_the_commands_say_what_they_did_and_what_is_missing(database, database_url, tmp_path, monkeypatch):
    fill(database, orders=1)
    database.close()
    monkeypatch.setenv("MODERATION_DATABASE_URL", database_url)
    monkeypatch.setenv("MODERATION_SECRET_KEY", "k" * 32)
    file = str(tmp_path / "one")
    said = CliRunner().invoke(app, ["db", "backup", file], catch_exceptions=False).output
    assert f"sha256 {hashlib.sha256(Path(file).read_bytes()).hexdigest()}" in said
    said = CliRunner().invoke(app, ["db", "restore", file, "--replace"], catch_exceptions=False).output
    assert said.startswith("Restored.")
    if database_url.startswith("postgresql"):
        monkeypatch.setenv("PATH", str(tmp_path))
        with pytest.raises(StoreRefused, match=r"pg_dump is missing\. Install"):
            back_up(database, tmp_path / "two")
        assert not list(tmp_path.glob("two*"))


def test_a_damaged_page_is_found_before_it_is_kept(sqlite_database, tmp_path):
    fill(sqlite_database, orders=3)
    place = Path(sqlite_database.engine.url.database)
    sqlite_database.close()
    content = bytearray(place.read_bytes())
    for page in range(20 * 4096, len(content), 4096):
        content[page : page + 64] = b"\xff" * 64
    place.write_bytes(content)
    with pytest.raises(StoreRefused, match="damaged"):
        back_up(sqlite_database, tmp_path / "one")
    assert not list(tmp_path.glob("one*"))


def test_a_database_in_use_is_not_replaced(database, tmp_path):
    fill(database, orders=1)
    back_up(database, tmp_path / "one")
    with database.reading() as session:
        session.exec(select(Merchant)).all()
        with pytest.raises(StoreRefused, match="Stop servers"):
            restore(database, tmp_path / "one", replace=True)


def test_what_was_there_is_kept_aside(sqlite_database, tmp_path):
    """The work that was begun for the old data goes with it; the restored data has its own begun anew."""
    fill(sqlite_database, orders=1)
    back_up(sqlite_database, tmp_path / "one")
    place = Path(sqlite_database.engine.url.database)
    work = place.with_name(f"{place.stem}.work{place.suffix}")
    work.write_bytes(b"")
    sqlite_database.close()
    restore(sqlite_database, tmp_path / "one", replace=True)
    assert not work.exists()
    assert len(list(place.parent.glob("*.replaced-*"))) == 2
    with sqlite_database.reading() as session:
        states = session.exec(select(Delivery.status).order_by(col(Delivery.status))).all()
        assert states == ["delivered", "failed", "requested"]
        waiting = session.exec(select(OutboxEvent.id).where(col(OutboxEvent.relayed_at).is_(None))).all()
        assert waiting == ["evt_UNATTEMPTED"]
