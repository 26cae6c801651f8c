"""Addresses of the demo; included on demo installations only."""

from django.urls import path

from portal.demo import views

app_name = "demo"
urlpatterns = [
    path("demo/enter/<slug:key>/", views.enter, name="enter"),
    path("demo/mail/", views.mail, name="mail"),
]
