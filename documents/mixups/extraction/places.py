"""What reading a file gives: words and where they stand."""

Place = tuple[str, int, str]  # documents.models.MixupHit.Part, number, text


class PartiallyReadError(Exception):
    """There is more than can be read."""
