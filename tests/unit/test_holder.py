"""Changed files come into force while orders are decided; broken ones change nothing."""

import os
import threading
import time
from pathlib import Path

import pytest

from moderation.brands import load_brands
from moderation.detectors.blocklist import BlocklistDetector
from moderation.evidence import Outcome
from moderation.holder import PipelineHolder, Sources
from moderation.pipeline import Pipeline
from moderation.policy import load_policies
from moderation.request import PersonalizationRequest
from moderation.terms import load_lists

HEAD = """\
# purpose: Words for tests.
# licence: Apache-2.0
# category: profanity
# language: en
# owner: policy@example
id,term,match,action,severity,unless,reason
"""
DARN, DRAT, HECK = (f"p{number},{word},word,reject,3,,oath\n" for number, word in enumerate(("darn", "drat", "heck")))


@pytest.fixture(autouse=True)
def _cache_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MODERATION_CACHE_DIR", str(tmp_path / "cache"))


class Shop:
    """A folder of lists and the pipeline over it."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "blocklists/profanity/en.csv"
        self.file.parent.mkdir(parents=True)
        self.write(DARN)
        lists, brands = load_lists(folder / "blocklists"), load_brands(folder / "blocklists/brands")
        pipeline = Pipeline(
            [BlocklistDetector(lists)], load_policies(), {"lists": lists.version, "brands": brands.version}
        )
        self.holder = PipelineHolder(pipeline, Sources(blocklists=folder / "blocklists"))

    def write(self, rows: str) -> None:
        self.file.write_text(HEAD + rows, encoding="utf-8")
        # Two writes within one tick of the file system's clock would look like none.
        os.utime(self.file, ns=(time.time_ns(), time.time_ns()))

    def outcome(self, text: str) -> Outcome:
        return self.holder.pipeline.moderate(PersonalizationRequest.of(text)).outcome


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


def test_an_entry_added_changed_or_gone_is_in_force_after_a_refresh(shop: Shop) -> None:
    shop.write(DARN + DRAT)
    assert shop.holder.refresh()
    assert (shop.outcome("darn it"), shop.outcome("drat it")) == (Outcome.REJECT, Outcome.REJECT)
    shop.write(DRAT.replace("reject", "review"))
    assert shop.holder.refresh()
    assert (shop.outcome("darn it"), shop.outcome("drat it")) == (Outcome.APPROVE, Outcome.REVIEW)


def test_nothing_is_read_again_while_nothing_changes(shop: Shop) -> None:
    before = shop.holder.pipeline
    assert not shop.holder.refresh()
    assert shop.holder.pipeline is before


def test_a_reload_gives_what_a_start_gives(shop: Shop) -> None:
    """Entries changed back and forth, an innocent phrase added and taken away again: no trace is left."""
    for rows in (DARN + HECK, DARN.replace(",,", ",darn socks,"), DARN, DRAT, DARN):
        shop.write(rows)
        shop.holder.refresh()
        anew = BlocklistDetector(load_lists(shop.file.parents[1]))
        once = Pipeline([anew], load_policies(), shop.holder.pipeline.versions)
        for text in ("darn it", "darn socks", "drat", "heck"):
            request = PersonalizationRequest.of(text)
            assert shop.holder.pipeline.moderate(request) == once.moderate(request), (rows, text)


def test_broken_files_leave_the_former_lists_in_force_and_say_where(
    shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    version = shop.holder.pipeline.versions["lists"]
    shop.write(DARN + "p2,drat,wurd,reject,3,,oath\n")
    assert not shop.holder.refresh()
    assert shop.outcome("darn it") is Outcome.REJECT
    assert shop.holder.pipeline.versions["lists"] == version
    assert shop.holder.failure is not None
    assert shop.holder.failure.place == "blocklists/profanity/en.csv:8"
    assert 'match is "wurd"' in shop.holder.failure.message
    assert "blocklists/profanity/en.csv:8" in caplog.text
    told = len(caplog.records)
    shop.holder.refresh()
    assert len(caplog.records) == told, "one broken file is told once, not at every look"
    shop.write(DARN + DRAT)
    assert shop.holder.refresh()
    assert shop.holder.failure is None
    assert shop.outcome("drat it") is Outcome.REJECT


def test_a_folder_that_is_gone_is_a_failure_not_an_empty_list(shop: Shop) -> None:
    shop.file.unlink()
    assert not shop.holder.refresh()
    assert shop.holder.failure is not None
    assert shop.outcome("darn it") is Outcome.REJECT


def test_orders_are_decided_while_lists_are_renewed(shop: Shop) -> None:
    """No order waits, fails, or sees half of a change: one entry is always in force."""
    stopped, wrong = threading.Event(), []

    def ask() -> None:
        while not stopped.is_set():
            if shop.outcome("darn it") is not Outcome.REJECT:
                wrong.append(1)
            time.sleep(0.0001)  # lets the others run: one that asks without end would hold the lock that threads share

    readers = [threading.Thread(target=ask) for _ in range(2)]
    for reader in readers:
        reader.start()
    for number in range(8):
        shop.write(DARN + (DRAT if number % 2 else HECK))
        assert shop.holder.refresh()
    stopped.set()
    for reader in readers:
        reader.join()
    assert not wrong
