"""Small PDFs laid on the pages of another, however those are turned or cut."""

import copy
import io
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

import pikepdf


class Size(NamedTuple):
    """Width and height in points."""

    width: float
    height: float


class Place(NamedTuple):
    """Lower left corner and scale of a part, in points of the page as it is seen."""

    x: float
    y: float
    scale: float


class FlatPageError(ValueError):
    """A page without an area."""


Forms = Mapping[str, pikepdf.Object]
Arrange = Callable[[Size], Iterable[tuple[str, Place]]]


def form_of(pdf: pikepdf.Pdf, page: pikepdf.Page) -> pikepdf.Object:
    """A page of another PDF as a part that pages of ``pdf`` can draw."""
    return pdf.copy_foreign(page.as_form_xobject())


def forms_of(pdf: pikepdf.Pdf, data: bytes) -> list[pikepdf.Object]:
    """The pages of the PDF ``data`` as parts that pages of ``pdf`` can draw."""
    with pikepdf.open(io.BytesIO(data)) as source:
        return [form_of(pdf, page) for page in source.pages]


def size_of(form: pikepdf.Object) -> Size:
    """How large a part is."""
    left, bottom, right, top = (float(edge) for edge in form.BBox)
    return Size(right - left, top - bottom)


def seen_size(page: pikepdf.Page) -> Size:
    """How large the page is as a viewer shows it; raises FlatPageError."""
    return _seen(page)[0]


def lay_on(page: pikepdf.Page, forms: Forms, arrange: Arrange) -> None:
    """Draw ``forms`` on the page by name, where ``arrange`` puts them on its size.

    What is drawn is an artifact in the sense of tagged PDF: screen readers pass over
    it. The page gets resources of its own, which other pages may have shared.
    """
    resources = copy.copy(page.get_resources() or pikepdf.Dictionary())
    parts = resources.get("/XObject")
    parts = pikepdf.Dictionary() if parts is None else copy.copy(parts)
    for name, form in forms.items():
        parts[name] = form
    resources.XObject = parts
    page.obj.Resources = resources
    seen, matrix = _seen(page)
    drawn = " ".join(_draw(name, place) for name, place in arrange(seen))
    missing, left_open = _loose_states(page)
    page.contents_add(b"q " * (1 + missing) + b"\n", prepend=True)
    mark = f"/Artifact BMC q {matrix} cm {drawn} Q EMC\n"
    page.contents_add(b"\n" + b"Q " * (1 + left_open) + mark.encode())


def _loose_states(page: pikepdf.Page) -> tuple[int, int]:
    """How many graphics states the page closes too often, and leaves open.

    Careless generators do both; the mark would be drawn in a foreign coordinate system.
    """
    depth = lowest = 0
    for instruction in pikepdf.parse_content_stream(page, "q Q"):
        depth += 1 if str(instruction.operator) == "q" else -1
        lowest = min(lowest, depth)
    return -lowest, depth - lowest


def _draw(name: str, place: Place) -> str:
    x, y, scale = (f"{number:.4f}" for number in place)
    return f"q {scale} 0 0 {scale} {x} {y} cm {name} Do Q"


def _seen(page: pikepdf.Page) -> tuple[Size, str]:
    """The page as a viewer shows it, and the matrix from there to its own space."""
    left, bottom, right, top = _visible_box(page)
    width, height = right - left, top - bottom
    match page.rotation % 360:
        case 90:
            return Size(height, width), f"0 1 -1 0 {right} {bottom}"
        case 180:
            return Size(width, height), f"-1 0 0 -1 {right} {top}"
        case 270:
            return Size(height, width), f"0 -1 1 0 {left} {top}"
        case _:
            return Size(width, height), f"1 0 0 1 {left} {bottom}"


def _visible_box(page: pikepdf.Page) -> tuple[float, float, float, float]:
    """Left, bottom, right and top of the crop box as far as it lies on the medium."""
    media, crop = _edges(page.mediabox), _edges(page.cropbox)
    left, bottom = max(media[0], crop[0]), max(media[1], crop[1])
    right, top = min(media[2], crop[2]), min(media[3], crop[3])
    return (left, bottom, right, top) if left < right and bottom < top else media


def _edges(box: pikepdf.Object) -> tuple[float, float, float, float]:
    x0, y0, x1, y1 = (float(edge) for edge in pikepdf.Array(box))
    if x0 == x1 or y0 == y1:
        raise FlatPageError
    return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)
