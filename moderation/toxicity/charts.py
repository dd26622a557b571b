"""The model card's pictures: small SVG files without fonts, scripts or colours that one must tell apart."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

SIZE, MARGIN = 220, 36


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One square diagram; both axes run from 0 to ``top``."""

    title: str
    #: Points in the axes' units, and the area of each dot from 0 to 1.
    dots: Sequence[tuple[float, float, float]]
    line: Sequence[tuple[float, float]] = ()
    diagonal: bool = False
    #: Ends of the horizontal and the vertical axis.
    right: float = 1.0
    top: float = 1.0
    below: str = ""
    beside: str = ""


def draw(panels: Sequence[Panel], describe: str) -> str:
    """The panels in rows of four, as one SVG document.

    Args:
        describe: What a reader who cannot see the picture is told.
    """
    columns = min(4, len(panels))
    rows = -(-len(panels) // columns)
    step = SIZE + 2 * MARGIN
    drawn = "\n".join(
        _panel(panel, (at % columns) * step + MARGIN, (at // columns) * step + MARGIN)
        for at, panel in enumerate(panels)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {columns * step} {rows * step}" role="img" '
        f'font-family="sans-serif" font-size="12">\n<title>{escape(describe)}</title>\n'
        f'<rect width="100%" height="100%" fill="#ffffff"/>\n{drawn}\n</svg>\n'
    )


def _panel(panel: Panel, left: float, upper: float) -> str:
    def place(x: float, y: float) -> tuple[float, float]:
        return left + SIZE * min(1.0, x / panel.right), upper + SIZE * (1 - min(1.0, y / panel.top))

    parts = [
        f'<rect x="{left}" y="{upper}" width="{SIZE}" height="{SIZE}" fill="none" stroke="#555555"/>',
        f'<text x="{left}" y="{upper - 8}" font-weight="bold">{escape(panel.title)}</text>',
        f'<text x="{left}" y="{upper + SIZE + 14}">0</text>',
        f'<text x="{left + SIZE}" y="{upper + SIZE + 14}" text-anchor="end">{panel.right:g}</text>',
        f'<text x="{left - 4}" y="{upper + 10}" text-anchor="end">{panel.top:g}</text>',
        f'<text x="{left + SIZE / 2}" y="{upper + SIZE + 28}" text-anchor="middle">{escape(panel.below)}</text>',
        f'<text transform="translate({left - 14} {upper + SIZE / 2}) rotate(-90)" text-anchor="middle">{escape(panel.beside)}</text>',
    ]
    if panel.diagonal:
        parts.append(
            f'<path d="M{left} {upper + SIZE}L{left + SIZE} {upper}" stroke="#999999" stroke-dasharray="4 4"/>'
        )
    if panel.line:
        points = " ".join(f"{x:.1f},{y:.1f}" for x, y in (place(*point) for point in panel.line))
        parts.append(f'<polyline points="{points}" fill="none" stroke="#0b5fa5" stroke-width="2"/>')
    for x, y, area in panel.dots:
        across, down = place(x, y)
        parts.append(
            f'<circle cx="{across:.1f}" cy="{down:.1f}" r="{2 + 6 * area**0.5:.1f}" fill="#0b5fa5" fill-opacity="0.75"/>'
        )
    return "\n".join(parts)
