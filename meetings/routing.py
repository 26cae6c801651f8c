"""Websocket addresses."""

from typing import Any

from django.urls import path

from meetings.consumers import LiveConsumer

# An ASGI application stands where Django's types know only views.
_live: Any = LiveConsumer.as_asgi()

websocket_urlpatterns: list[Any] = [
    path("live/sittings/<uuid:sitting_id>/", _live),
]
