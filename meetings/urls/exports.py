"""Addresses of the files of records: style, own Word file, copy for disclosure."""

from django.urls import path

from meetings.views import disclosure, exports

urlpatterns = [
    path("bodies/<uuid:body_id>/records/", exports.record_style, name="record-style"),
    path(
        "bodies/<uuid:body_id>/records/template/",
        exports.record_template_set,
        name="record-template",
    ),
    path(
        "bodies/<uuid:body_id>/records/template/drop/",
        exports.record_template_drop,
        name="record-template-drop",
    ),
    path(
        "bodies/<uuid:body_id>/records/template/example/",
        exports.record_template_example,
        name="record-template-example",
    ),
    path(
        "bodies/<uuid:body_id>/records/template/try/",
        exports.record_template_try,
        name="record-template-try",
    ),
    path(
        "items/<uuid:item_id>/record/disclosure/",
        disclosure.disclosure_copy,
        name="disclosure-copy",
    ),
]
