"""Addresses of the room and of the record that comes out of it."""

from django.urls import path

from meetings.views import live, records, room

urlpatterns = [
    path(
        "sittings/<uuid:sitting_id>/record/",
        records.sitting_record,
        name="sitting-record",
    ),
    path("items/<uuid:item_id>/record/", records.record_detail, name="record-detail"),
    path(
        "items/<uuid:item_id>/record/start/", records.record_start, name="record-start"
    ),
    path(
        "items/<uuid:item_id>/record/confirm/",
        records.record_confirm,
        name="record-confirm",
    ),
    path(
        "items/<uuid:item_id>/record/entries/<uuid:entry_id>/correction/",
        records.correction_ask,
        name="correction-ask",
    ),
    path(
        "items/<uuid:item_id>/record/corrections/<uuid:correction_id>/answer/",
        records.correction_answer,
        name="correction-answer",
    ),
    path("sittings/<uuid:sitting_id>/room/", room.room, name="room"),
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
