"""The public statement, and addresses for those who run the portal."""

from django.urls import path

from portal.core import health, statement

app_name = "core"
urlpatterns = [
    path("accessibility/", statement.accessibility, name="accessibility"),
    path("health/live", health.live, name="live"),
    path("health/ready", health.ready, name="ready"),
    path("metrics", health.figures, name="metrics"),
]
