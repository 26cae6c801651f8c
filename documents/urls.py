"""Addresses of documents."""

from django.urls import path

from documents.views import gate, papers, requests

app_name = "documents"
urlpatterns = [
    path("g/", gate.gate, name="gate"),
    path("g/card/", gate.card, name="gate-card"),
    path("g/notice/", gate.notice, name="gate-notice"),
    path("g/code/<slug:way_name>/", gate.code, name="gate-code"),
    path("papers/<uuid:version_id>/", papers.version_view, name="version-view"),
    path(
        "papers/<uuid:version_id>/<int:page>/", papers.version_view, name="version-page"
    ),
    path(
        "papers/<uuid:version_id>/<int:page>/image",
        papers.page_image,
        name="page-image",
    ),
    path(
        "papers/<uuid:version_id>/download",
        papers.version_download,
        name="version-download",
    ),
    path("reply/<uuid:request_id>/", requests.reply, name="reply"),
]
