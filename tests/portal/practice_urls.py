"""The addresses of an installation for practice: all, and those of the demo."""

from django.urls import include, path

from portal.urls import handler404
from portal.urls import urlpatterns as _portal

urlpatterns = [*_portal, path("", include("portal.demo.urls"))]
__all__ = ["handler404", "urlpatterns"]
