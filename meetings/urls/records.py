"""Addresses of what comes out of the room: the summary and the record."""

from django.urls import path

from meetings.views import corrections, frozen, records, records_desk, summary

urlpatterns = [
    path("records/", records_desk.records_desk, name="records-desk"),
    path(
        "items/<uuid:item_id>/record/remind/",
        records_desk.record_remind,
        name="record-remind",
    ),
    path(
        "sittings/<uuid:sitting_id>/summary/",
        summary.sitting_summary,
        name="sitting-summary",
    ),
    path(
        "sittings/<uuid:sitting_id>/summary.pdf",
        summary.summary_print,
        name="summary-print",
    ),
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
        "items/<uuid:item_id>/record/changes/",
        corrections.record_changes,
        name="record-changes",
    ),
    path(
        "items/<uuid:item_id>/record/reopen/",
        records.record_reopen,
        name="record-reopen",
    ),
    path(
        "items/<uuid:item_id>/record/frozen/",
        frozen.record_frozen,
        name="record-frozen",
    ),
    path(
        "items/<uuid:item_id>/earlier/",
        records.earlier_records,
        name="earlier-records",
    ),
    path(
        "items/<uuid:item_id>/record/confirm/",
        records.record_confirm,
        name="record-confirm",
    ),
    path(
        "items/<uuid:item_id>/record/entries/<uuid:entry_id>/correction/",
        corrections.correction_ask,
        name="correction-ask",
    ),
    path(
        "items/<uuid:item_id>/record/corrections/<uuid:correction_id>/answer/",
        corrections.correction_answer,
        name="correction-answer",
    ),
]
