"""Addresses for other systems; ``meetings/api.py`` describes them."""

from django.urls import path, re_path

from meetings.views import api

urlpatterns = [
    path("api/v1/openapi.json", api.description, name="api-description"),
    path("api/v1/records", api.records, name="api-records"),
    path("api/v1/records/<uuid:record_id>", api.record, name="api-record"),
    path(
        "api/v1/records/<uuid:record_id>/files/<uuid:file_id>",
        api.record_file,
        name="api-record-file",
    ),
    path("api/v1/disposals", api.disposals, name="api-disposals"),
    re_path(r"^api/v1/", api.unknown, name="api-unknown"),
]
