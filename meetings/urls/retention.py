"""Addresses of keeping and disposing, and of what the archive opens."""

from django.urls import path

from meetings.views import archive, retention

FILE = "files/<str:kind>/<uuid:thing_id>/"

urlpatterns = [
    path(
        "bodies/<uuid:body_id>/retention/",
        retention.disposal_list,
        name="disposal-list",
    ),
    path(
        "bodies/<uuid:body_id>/retention/act/",
        retention.disposal_act,
        name="disposal-act",
    ),
    path(
        "bodies/<uuid:body_id>/retention/register/",
        retention.disposal_register,
        name="disposal-register",
    ),
    path(
        "bodies/<uuid:body_id>/retention/class/",
        retention.retention_class,
        name="retention-class",
    ),
    path(
        "bodies/<uuid:body_id>/retention/class/new/",
        retention.retention_class_add,
        name="retention-class-add",
    ),
    path(FILE, retention.file_detail, name="file-detail"),
    path(f"{FILE}lengthen/", retention.file_lengthen, name="file-lengthen"),
    path(f"{FILE}package/", retention.file_package, name="file-package"),
    path(
        "items/<uuid:item_id>/record/package/",
        retention.record_package,
        name="record-package",
    ),
    path(f"{FILE}hold/", retention.file_hold, name="file-hold"),
    path(f"{FILE}holds/<uuid:hold_id>/lift/", retention.hold_lift, name="hold-lift"),
    path("archive/", archive.archive_read, name="archive-read"),
    path(
        "cases/<uuid:case_id>/archive/", archive.archive_grants, name="archive-grants"
    ),
    path(
        "cases/<uuid:case_id>/archive/<int:grant_id>/end/",
        archive.archive_grant_end,
        name="archive-grant-end",
    ),
]
