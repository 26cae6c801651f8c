"""The ASGI application: pages over HTTP, live minutes over websockets."""

import os

from django.core.asgi import get_asgi_application

_profile = os.environ.get("KASANE_PROFILE", "embedded")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", f"portal.settings.{_profile}")
pages = get_asgi_application()

from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402 – after setup
from channels.sessions import SessionMiddlewareStack  # noqa: E402

from meetings.routing import websocket_urlpatterns  # noqa: E402
from portal.core.body_limit import limited  # noqa: E402
from portal.core.severing import severable  # noqa: E402
from portal.origin import SameOriginValidator  # noqa: E402

application = ProtocolTypeRouter(
    {
        "http": limited(severable(pages)),
        "websocket": SameOriginValidator(
            SessionMiddlewareStack(URLRouter(websocket_urlpatterns))
        ),
    }
)
