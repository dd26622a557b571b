"""``moderation brands``: what a policy person sees."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from api.cli.brands import app
from moderation.errors import BrandProfileError

RUN = CliRunner()


def test_lint_counts_the_shipped_profiles() -> None:
    result = RUN.invoke(app, ["lint"])
    assert result.exit_code == 0
    assert "3 profiles" in result.stdout


def test_lint_says_where_a_profile_is_wrong(tmp_path: Path) -> None:
    folder = tmp_path / "brands"
    folder.mkdir()
    (folder / "shop.yaml").write_text("name: Shop\nsloagns: [Buy well]\n", encoding="utf-8")
    result = RUN.invoke(app, ["lint", str(folder)])
    assert isinstance(result.exception, BrandProfileError)
    assert "brands/shop.yaml:2" in str(result.exception)


def test_lint_remarks_on_a_brand_that_is_an_ordinary_word(tmp_path: Path) -> None:
    folder = tmp_path / "brands"
    folder.mkdir()
    (folder / "shop.yaml").write_text("name: Shoe\n", encoding="utf-8")
    result = RUN.invoke(app, ["lint", str(folder)])
    assert "'Shoe' is also an ordinary word" in result.stdout


@pytest.mark.parametrize(("name", "expected"), [("strider sport", "Maren Halvorsen"), ("Nobody", "No profile on file")])
def test_show_prints_the_profile_an_order_is_judged_by(name: str, expected: str) -> None:
    result = RUN.invoke(app, ["show", name])
    assert result.exit_code == 0
    assert expected in result.stdout
