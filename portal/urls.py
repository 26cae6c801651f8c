"""All addresses of the portal, composed from the apps."""

from django.conf import settings
from django.urls import include, path

urlpatterns = [
    path("", include("portal.core.urls")),
    path("", include("members.urls")),
    path("", include("documents.urls")),
    path("", include("meetings.urls")),
]

if settings.DEMO:
    urlpatterns.append(path("", include("portal.demo.urls")))

handler404 = "portal.core.http.not_found"
