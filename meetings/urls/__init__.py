"""Addresses of meetings, a module for each theme."""

from django.urls import path

from meetings.urls import (
    api,
    cases,
    dates,
    exports,
    imports,
    papers,
    people,
    records,
    retention,
    room,
    set_up,
    sittings,
)
from meetings.views import home, search

app_name = "meetings"
urlpatterns = [
    path("", home.home, name="home"),
    path("search/", search.search_view, name="search"),
    *sittings.urlpatterns,
    *papers.urlpatterns,
    *people.urlpatterns,
    *room.urlpatterns,
    *records.urlpatterns,
    *exports.urlpatterns,
    *imports.urlpatterns,
    *dates.urlpatterns,
    *cases.urlpatterns,
    *retention.urlpatterns,
    *set_up.urlpatterns,
    *api.urlpatterns,
]
