"""Addresses of the first set-up, and of a body's 設置要綱."""

from django.urls import path

from meetings.views import body_charter, set_up

urlpatterns = [
    path("set-up/", set_up.set_up_begin, name="set-up"),
    path(
        "set-up/<uuid:set_up_id>/result/",
        set_up.set_up_result,
        name="set-up-result",
    ),
    path("set-up/<uuid:set_up_id>/word/", set_up.set_up_word, name="set-up-word"),
    path("set-up/<uuid:set_up_id>/drop/", set_up.set_up_drop, name="set-up-drop"),
    path(
        "set-up/<uuid:set_up_id>/<slug:theme>/",
        set_up.set_up_page,
        name="set-up-page",
    ),
    path(
        "bodies/<uuid:body_id>/charter/",
        body_charter.charter_read,
        name="body-charter",
    ),
    path(
        "bodies/<uuid:body_id>/charter/<int:charter_id>/",
        body_charter.charter_version,
        name="body-charter-version",
    ),
    path(
        "bodies/<uuid:body_id>/charter/word/",
        body_charter.charter_word,
        name="body-charter-word",
    ),
]
