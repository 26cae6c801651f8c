"""What the tests of the API share: a key of another system, and a record to fetch."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from asgiref.sync import async_to_sync
from django.test import Client

from meetings.models import FileKind, Minutes
from members.models import ApiToken, Body
from members.services import api_tokens
from members.services.api_tokens import Wish
from portal.core import clock
from tests import factories
from tests.cast import Cast
from tests.meetings import keeping

RECORDS = "/api/v1/records"


def wish(*bodies: Body, **more: Any) -> Wish:
    """A wish for half a year, with files, from everywhere."""
    last_day = clock.today() + timedelta(days=180)
    usual = {"files": True, "addresses": (), "last_day": last_day}
    return Wish("文書管理システム", bodies, **{**usual, **more})


def asked(cast: Cast, **more: Any) -> ApiToken:
    """Asked for by the secretariat, for the 支援会議."""
    secretariat = factories.sign_in(cast.secretariat)
    bodies = more.pop("bodies", (cast.shien,))
    return api_tokens.ask(actor=secretariat, key=uuid4(), wish=wish(*bodies, **more))


def made(cast: Cast, **more: Any) -> str:
    """Allowed and made: the secret."""
    token = asked(cast, **more)
    administrator = factories.sign_in(cast.administrator)
    api_tokens.allow(actor=administrator, token_id=token.id)
    secretariat = factories.sign_in(cast.secretariat)
    return api_tokens.issue(actor=secretariat, token_id=token.id)


def get(secret: str, path: str = RECORDS, **more: Any) -> Any:
    """Ask as the other system does."""
    return Client().get(path, headers={"Authorization": f"Bearer {secret}"}, **more)


def record(cast: Cast) -> Minutes:
    """A confirmed record of the 支援会議, kept for five years."""
    keeping.rule(cast.shien, FileKind.CASE)
    return keeping.record(cast, cast.shien_item)


def read(response: Any) -> bytes:
    """All bytes of a file."""

    async def all_of_it() -> bytes:
        return b"".join([chunk async for chunk in response.streaming_content])

    return async_to_sync(all_of_it)()
