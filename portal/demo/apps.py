"""The demo as a Django app."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    """Command and pages of the demo municipality."""

    name = "portal.demo"
    label = "demo"
