"""Websocket handshakes come from the portal's own pages only."""

from typing import Any
from urllib.parse import urlsplit

from channels.security.websocket import WebsocketDenier
from django.conf import settings


class _Denier(WebsocketDenier):
    """Closes before accepting; it needs no channel, so it works without Redis."""

    channel_layer_alias = "none"


class SameOriginValidator:
    """Refuse a handshake whose Origin is not exactly that of KASANE_BASE_URL.

    Channels' own validator compares host names only: another port or scheme of
    the same host would pass.
    """

    def __init__(self, application: Any) -> None:
        self.application = application
        base = urlsplit(settings.BASE_URL)
        self.origin = f"{base.scheme}://{base.netloc}"

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Let the handshake through, or close it before it is accepted."""
        origins = [v for k, v in scope["headers"] if k == b"origin"]
        if [o.decode("latin-1") for o in origins] == [self.origin]:
            await self.application(scope, receive, send)
        else:
            await _Denier()(scope, receive, send)
