"""Addresses of tables that are taken in and given out."""

from django.urls import path

from meetings.views import imports

urlpatterns = [
    path("imports/", imports.import_read, name="import-read"),
    path("imports/export/", imports.table_export, name="table-export"),
    path("imports/template/", imports.import_template, name="import-template"),
    path("imports/<uuid:import_id>/", imports.import_detail, name="import-detail"),
    path(
        "imports/<uuid:import_id>/give-up/",
        imports.import_give_up,
        name="import-give-up",
    ),
    path("imports/<uuid:import_id>/undo/", imports.import_undo, name="import-undo"),
]
