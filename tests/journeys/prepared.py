"""The demo municipality is made once for all who want one, and copied."""

import fcntl
import shutil
import time
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

import pytest
from minio.commonconfig import CopySource

from portal.core import clock
from portal.core.objectstore import S3Store
from tests.database import code
from tests.journeys.installation import SERVER, Installation
from tests.portal.stores import options

# Today's meeting of the demo begins when the demo is made, and is of that day.
FRESH_SECONDS = 30 * 60


def copy_to(installation: Installation, config: pytest.Config) -> None:
    """Make ``installation`` the demo municipality as it was made a while ago.

    Whoever comes first makes it; those beside wait.
    """
    assert config.cache is not None
    place = config.cache.mkdir("prepared")
    with (place / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        demo = _made(place, installation.profile)
        shutil.copytree(demo.folder, installation.folder, dirs_exist_ok=True)
        if installation.profile == "server":
            installation.make_database(demo.database)
            _copy_objects(demo.bucket, installation.bucket)


def _made(place: Path, profile: str) -> Installation:
    """The demo of this code, on these services; made anew when it is too old."""
    made_of = f"{code()} {SERVER} {clock.today()}"
    kind = f"{profile}-{sha256(made_of.encode()).hexdigest()[:12]}"
    since = time.time() - FRESH_SECONDS
    for ready in place.glob(f"{kind}-*/ready"):
        if ready.stat().st_mtime > since:
            return Installation(ready.parent, profile)
    for old in place.glob(f"{profile}-*"):
        shutil.rmtree(old)
    demo = Installation(place / f"{kind}-{uuid4().hex}", profile)
    demo.prepare()
    (demo.folder / "ready").touch()
    return demo


def _copy_objects(theirs: str, ours: str) -> None:
    shelf = S3Store(options("minio", bucket=ours))
    shelf.prepare()
    for name, _written in S3Store(options("minio", bucket=theirs)).entries():
        shelf.client.copy_object(ours, name, CopySource(theirs, name))
