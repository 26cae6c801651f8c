"""The ASGI application: pages over HTTP, live minutes over websockets."""

import gc
import os

import django
from django.core.handlers.asgi import ASGIHandler

_profile = os.environ.get("KASANE_PROFILE", "embedded")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", f"portal.settings.{_profile}")
django.setup(set_prefix=False)

from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402 – after setup
from channels.sessions import SessionMiddlewareStack  # noqa: E402

from meetings.routing import websocket_urlpatterns  # noqa: E402
from portal.core.body_limit import limited  # noqa: E402
from portal.core.severing import severable  # noqa: E402
from portal.origin import SameOriginValidator  # noqa: E402


class Pages(ASGIHandler):
    """Django's handler, which would cut each part of a stream into 64 kB."""

    chunk_size = 1024 * 1024


application = ProtocolTypeRouter(
    {
        "http": limited(severable(Pages())),
        "websocket": SameOriginValidator(
            SessionMiddlewareStack(URLRouter(websocket_urlpatterns))
        ),
    }
)

# What is loaded by now stays. Walking it again and again would cost the collector
# half as long as the slowest page takes.
gc.freeze()
