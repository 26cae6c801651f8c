"""Where a mark goes on a page, and what an uploaded paper is refused for.

Shared by those who draw and those who stamp; imports nothing of the portal.
"""

from collections.abc import Iterator
from typing import NamedTuple

from documents.output.overlays import Place, Size

MAX_PAGES = 2_000
MAX_PIXELS = 50_000_000
MAX_TEXT = 100_000  # characters of a page's text layer

# The mark is drawn for the width of A4 and grows and shrinks with the page.
_DRAWN_FOR_PT = 595.0
_TILE_STEP_PT = 200.0
_MARGIN_PT = 9.0
_LABEL_MARGIN_PT = 16.0  # inside what office printers can reach


class RefusedError(Exception):
    """The order cannot be done; the argument is the reason's code."""


class Stamp(NamedTuple):
    """A mark as two PDFs of one page: the slanted tile, the line at the foot."""

    tile: bytes
    line: bytes


def tile_places(page: Size, tile: Size) -> Iterator[Place]:
    """Tiles in every second square of a board centred on the page."""
    scale = min(page) / _DRAWN_FOR_PT
    step = _TILE_STEP_PT * scale
    columns, rows = round(page.width / step) or 1, round(page.height / step) or 1
    for row in range(rows):
        for column in range(columns):
            if (row + column) % 2 == 0:
                x = page.width * (column + 0.5) / columns - tile.width * scale / 2
                y = page.height * (row + 0.5) / rows - tile.height * scale / 2
                yield Place(x, y, scale)


def line_place(page: Size, line: Size) -> Place:
    """The line in the lower left corner, made smaller where it is too wide."""
    margin = _MARGIN_PT * min(page) / _DRAWN_FOR_PT
    scale = min(min(page) / _DRAWN_FOR_PT, (page.width - 2 * margin) / line.width)
    return Place(margin, margin, scale)


def label_place(page: Size, label: Size) -> Place:
    """The label in the upper right corner."""
    scale = min(page) / _DRAWN_FOR_PT
    margin = _LABEL_MARGIN_PT * scale
    return Place(
        page.width - margin - label.width * scale,
        page.height - margin - label.height * scale,
        scale,
    )
