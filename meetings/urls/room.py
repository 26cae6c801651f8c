"""Addresses of the room."""

from django.urls import path

from meetings.views import guests, live, presences, room, tasks, words

urlpatterns = [
    path("sittings/<uuid:sitting_id>/room/", room.room, name="room"),
    path("items/<uuid:item_id>/homework/", tasks.item_homework, name="item-homework"),
    path("tasks/<uuid:task_id>/", tasks.task_detail, name="task-detail"),
    path("sittings/<uuid:sitting_id>/room/wall/", room.room_wall, name="room-wall"),
    path(
        "sittings/<uuid:sitting_id>/room/check-in/",
        room.room_check_in,
        name="room-check-in",
    ),
    path("sittings/<uuid:sitting_id>/room/close/", room.room_close, name="room-close"),
    path("items/<uuid:item_id>/room/<slug:act>/", room.room_item, name="room-item"),
    path(
        "items/<uuid:item_id>/attendance/",
        presences.item_attendance,
        name="item-attendance",
    ),
    path("items/<uuid:item_id>/guests/", guests.item_guests, name="item-guests"),
    path(
        "items/<uuid:item_id>/guests/<uuid:person_id>/withdraw/",
        guests.guest_withdraw,
        name="guest-withdraw",
    ),
    path("items/<uuid:item_id>/attest/", presences.item_attest, name="item-attest"),
    path(
        "items/<uuid:item_id>/attendance/<int:attestation_id>/",
        presences.attestation_answer,
        name="attestation-answer",
    ),
    path("items/<uuid:item_id>/note/", words.item_note, name="item-note"),
    path("bodies/<uuid:body_id>/phrases/", words.phrase_list, name="phrase-list"),
    path("sittings/<uuid:sitting_id>/room/live/", live.live_since, name="live-since"),
    path(
        "sittings/<uuid:sitting_id>/room/live/operation/",
        live.live_operation,
        name="live-operation",
    ),
]
