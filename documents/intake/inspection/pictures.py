"""Pictures that can be drawn to their last row, and what the camera wrote into them."""

import io
from typing import Any, BinaryIO

from documents.intake.inspection.found import FoundError, Residue

MAX_PIXELS = 50_000_000
_GPS, _EXIF = 0x8825, 0x8769
# Orientation, resolution and the like say nothing of anybody.
_TELLING = {
    *(270, 271, 272, 305, 306, 315, 316),  # words, make, model, program, time, author
    *(36867, 36868, 42032, 42033, 42036, 42037, 37500, 37510),  # times, owner, numbers
}


def picture(file: BinaryIO, kind: str) -> tuple[int, Residue]:
    """A picture is one page."""
    from PIL import Image  # noqa: PLC0415 – the other kinds start faster without

    Image.MAX_IMAGE_PIXELS = None
    try:
        with Image.open(file, formats=[kind.upper()]) as image:
            if image.width * image.height > MAX_PIXELS:
                raise FoundError("too_long")
            image.load()
            return 1, _residue_of(image)
    except (OSError, SyntaxError, ValueError) as error:
        raise FoundError("broken") from error


def camera_residue(photo: bytes) -> Residue:
    """Of a photo inside another file; one that cannot be read carries nothing."""
    from PIL import Image  # noqa: PLC0415 – most files hold none

    try:
        with Image.open(io.BytesIO(photo), formats=["JPEG"]) as image:
            return _residue_of(image)
    except (OSError, SyntaxError, ValueError):
        return Residue()


def _residue_of(image: Any) -> Residue:
    exif = image.getexif()
    tags = {*exif, *exif.get_ifd(_EXIF)}
    words = getattr(image, "text", {})  # of a PNG
    found = Residue(
        camera=len(tags & _TELLING),
        place=bool(exif.get_ifd(_GPS)),
        document_info=len(words),
    )
    return +found
