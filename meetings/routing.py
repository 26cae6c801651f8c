"""Websocket addresses."""

from django.urls import URLPattern, path

from meetings.consumers import LiveConsumer

websocket_urlpatterns: list[URLPattern] = [
    path("live/sittings/<uuid:sitting_id>/", LiveConsumer.as_asgi()),  # type: ignore[arg-type] # an ASGI view
]
