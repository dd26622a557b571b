"""Folders of term lists, written where a test wants them."""

from collections.abc import Callable
from pathlib import Path

import pytest

HEADER = """\
# purpose: Words for tests.
# licence: Apache-2.0
# category: profanity
# language: en
# owner: policy@example
# added: 2026-11-22
# review_by: 2027-11-22
"""
COLUMNS = "id,term,match,action,severity,reason"

WriteLists = Callable[..., Path]


@pytest.fixture(autouse=True)
def _cache_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MODERATION_CACHE_DIR", str(tmp_path / "cache"))


@pytest.fixture
def write_lists(tmp_path: Path) -> WriteLists:
    """``write_lists({"profanity/en.csv": "p1,darn,word,review,1,mild"})``: rows, under the usual header."""

    def write(rows: dict[str, str], *, columns: str = COLUMNS, header: str = HEADER) -> Path:
        folder = tmp_path / "blocklists"
        for name, body in rows.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"{header}{columns}\n{body}\n", encoding="utf-8")
        return folder

    return write
