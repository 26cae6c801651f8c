"""Addresses of meetings, a module for each theme."""

from django.urls import path

from meetings.urls import cases, dates, people, room, sittings
from meetings.views import home

app_name = "meetings"
urlpatterns = [
    path("", home.home, name="home"),
    *sittings.urlpatterns,
    *people.urlpatterns,
    *room.urlpatterns,
    *dates.urlpatterns,
    *cases.urlpatterns,
]
