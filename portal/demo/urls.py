"""Addresses of the demo; included on demo installations only."""

from django.urls import path

from portal.demo import practice_views, views

app_name = "demo"
urlpatterns = [
    path("demo/enter/<slug:key>/", views.enter, name="enter"),
    path("demo/mail/", views.mail, name="mail"),
    path("practice/enter/", practice_views.enter, name="practice-enter"),
    path("practice/exercises/", practice_views.exercises, name="exercises"),
    path("practice/anew/", practice_views.anew, name="practice-anew"),
]
