"""Uploads on their way: on disk, but without a name.

A file without a name vanishes with the process that holds it open, however that ends:
no plain bytes are left behind for somebody to find.
"""

import os
from typing import Any

from django.core.files.uploadhandler import TemporaryFileUploadHandler


class NamelessUploadHandler(TemporaryFileUploadHandler):
    """Django's temporary file, unlinked as soon as it is open."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Open the file and forget its name."""
        super().new_file(*args, **kwargs)
        os.unlink(self.file.temporary_file_path())
