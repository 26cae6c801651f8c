"""Addresses of documents."""

from django.urls import path

from documents.views import gate

app_name = "documents"
urlpatterns = [
    path("g/", gate.gate, name="gate"),
    path("g/card/", gate.card, name="gate-card"),
    path("g/notice/", gate.notice, name="gate-notice"),
    path("g/code/<slug:way_name>/", gate.code, name="gate-code"),
]
