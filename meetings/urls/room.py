"""Addresses of the room."""

from django.urls import path

from meetings.views import live, room

urlpatterns = [
    path("sittings/<uuid:sitting_id>/room/", room.room, name="room"),
    path("sittings/<uuid:sitting_id>/room/wall/", room.room_wall, name="room-wall"),
    path(
        "sittings/<uuid:sitting_id>/room/check-in/",
        room.room_check_in,
        name="room-check-in",
    ),
    path("sittings/<uuid:sitting_id>/room/close/", room.room_close, name="room-close"),
    path("items/<uuid:item_id>/room/<slug:act>/", room.room_item, name="room-item"),
    path("sittings/<uuid:sitting_id>/room/live/", live.live_since, name="live-since"),
    path(
        "sittings/<uuid:sitting_id>/room/live/operation/",
        live.live_operation,
        name="live-operation",
    ),
]
