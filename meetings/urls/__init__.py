"""Addresses of meetings, a module for each theme."""

from django.urls import path

from meetings.urls import (
    cases,
    dates,
    exports,
    papers,
    people,
    records,
    retention,
    room,
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
    *dates.urlpatterns,
    *cases.urlpatterns,
    *retention.urlpatterns,
]
