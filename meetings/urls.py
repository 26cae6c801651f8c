"""Addresses of meetings."""

from django.urls import path

from meetings.views import records, watch

app_name = "meetings"
urlpatterns = [
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
    path("watch/<slug:kind>/<uuid:thing_id>/", watch.watch, name="watch"),
]
