"""Charts of the team page: made on the server as SVG, in the page's own colours, each beside its table.

Colours are written as the style sheet's variables, so that a chart is light or dark with the page; no script, no
inline style.
"""

import re
from collections.abc import Sequence

import leather
from leather import theme
from markupsafe import Markup, escape

WIDTH = 400
_BAR = 30
_COLUMNS = 160

#: Coordinates are written with two dozen digits; a tenth of a unit is more than can be seen.
_TINY = re.compile(r"-?\d+(\.\d+)?E-\d+")
_LONG = re.compile(r"(\.\d)\d+")

theme.background_color = "none"
theme.margin = 0.04
theme.tick_color = "var(--line)"
theme.zero_color = "var(--soft)"
theme.label_color = "var(--soft)"
theme.tick_font_family = "inherit"
theme.tick_font_size = 12
theme.tick_font_char_width = 7
theme.tick_font_char_height = 12
theme.default_series_colors = ["var(--accent)"]


def bars(rows: Sequence[tuple[str, float]], says: str, most: float | None = None) -> Markup:
    """Horizontal bars, the first row on top.

    Args:
        rows: Names, each its own, with their values.
        says: What the chart shows, for those who hear the page; the figures are in the table.
        most: Where the scale ends; the largest value when empty.

    Returns:
        Nothing without a row.
    """
    if not rows:
        return Markup()
    chart = leather.Chart()
    chart.add_bars([(value, f"{name}  {value:g}") for name, value in rows])
    top = most or max((value for _name, value in rows), default=0) or 1
    chart.add_x_scale(0, top)
    chart.add_x_axis(ticks=_ticks(top), tick_formatter=_figure)
    return _svg(chart, _BAR * len(rows) + 40, says)


def columns(rows: Sequence[tuple[str, float]], says: str, every: int = 1) -> Markup:
    """Upright columns, the first row on the left; every so-manieth has its name below."""
    chart = leather.Chart()
    chart.add_columns([(name, value) for name, value in rows])
    top = max((value for _name, value in rows), default=0) or 1
    chart.add_y_scale(0, top)
    chart.add_y_axis(ticks=_ticks(top), tick_formatter=_figure)
    chart.add_x_axis(tick_formatter=lambda name, index, _count: "" if index % every else str(name))
    return _svg(chart, _COLUMNS, says)


def _svg(chart: leather.Chart, height: int, says: str) -> Markup:
    drawn = chart.to_svg(width=WIDTH, height=height)
    inner = _LONG.sub(r"\1", _TINY.sub("0", drawn[drawn.index(">") + 1 :]))
    opening = f'<svg class="chart" viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{escape(says)}">'
    return Markup(opening + inner)


def _ticks(top: float) -> list[float]:
    return [0, top] if top < 2 else [0, top // 2, top]


def _figure(value: float, _index: int, _count: int) -> str:
    return f"{value:g}"
