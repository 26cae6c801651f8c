"""People at real Chromium windows, on a real server in the test's own event loop."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import uvicorn
from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.staticfiles import finders
from playwright.async_api import (
    Browser,
    BrowserContext,
    CDPSession,
    Page,
    Route,
    async_playwright,
)

from meetings.models import Sitting
from members.access import Actor
from members.http import SESSION_KEY
from portal.asgi import application
from portal.core.management.commands.serve import (
    WEBSOCKET_FRAME_LIMIT,
    WEBSOCKET_SILENCE_SECONDS,
)
from tests.journeys.installation import free_port

HOST = "127.0.0.1"


class Town:
    """The server on one port: it can be stopped and started again."""

    def __init__(self, silence: float = WEBSOCKET_SILENCE_SECONDS) -> None:
        self.port = free_port()
        self.url = f"http://{HOST}:{self.port}"
        self._silence = silence
        self._server: uvicorn.Server | None = None
        self._serving: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Listen; returns once a connection is taken."""
        config = uvicorn.Config(
            application,
            host=HOST,
            port=self.port,
            ws="websockets-sansio",
            ws_max_size=WEBSOCKET_FRAME_LIMIT,
            ws_ping_interval=self._silence,
            ws_ping_timeout=self._silence,
            ws_per_message_deflate=False,
            lifespan="off",
            log_config=None,
            timeout_graceful_shutdown=1,
        )
        self._server = uvicorn.Server(config)
        self._serving = asyncio.create_task(self._server.serve())
        while not self._server.started:
            await asyncio.sleep(0)

    async def stop(self) -> None:
        """Hang up on everybody and listen no more."""
        if self._server is not None and self._serving is not None:
            self._server.should_exit = True
            await self._serving
            self._server = None


class Window:
    """One person's browser window."""

    def __init__(self, town: Town, context: BrowserContext, page: Page) -> None:
        self.town, self.context, self.page = town, context, page
        self.sent: list[str] = []
        page.on("websocket", lambda ws: ws.on("framesent", self._note))
        page.on("dialog", lambda dialog: asyncio.ensure_future(dialog.accept()))

    def _note(self, frame: str | bytes) -> None:
        self.sent.append(str(frame))

    @property
    def operations(self) -> list[str]:
        """What this window wrote over its websocket so far."""
        return [frame for frame in self.sent if '"operation"' in frame]

    async def enter(self, sitting: Sitting) -> None:
        """Open the room."""
        await self.page.goto(f"{self.town.url}/sittings/{sitting.id}/room/")

    async def devtools(self) -> CDPSession:
        """The line on which a keyboard's input method speaks."""
        return await self.context.new_cdp_session(self.page)


class House:
    """One browser with a context for each person."""

    def __init__(self, town: Town, browser: Browser) -> None:
        self.town, self.browser = town, browser

    async def window(self, actor: Actor) -> Window:
        """A window in which ``actor`` is signed in."""
        context = await self.browser.new_context(base_url=self.town.url)
        key = await sync_to_async(session_of)(actor)
        await context.add_cookies(
            [
                {
                    "name": settings.SESSION_COOKIE_NAME,
                    "value": key,
                    "url": self.town.url,
                }
            ]
        )
        await context.route("**/static/**", _static)
        return await self.another(context)

    async def another(self, context: BrowserContext) -> Window:
        """One more tab of the same person."""
        return Window(self.town, context, await context.new_page())


def session_of(actor: Actor) -> str:
    """The cookie of a browser in which ``actor`` is signed in."""
    assert actor.sign_in is not None
    session = SessionStore()
    session[SESSION_KEY] = str(actor.sign_in.id)
    session.save()
    return str(session.session_key)


async def _static(route: Route) -> None:
    path = urlsplit(route.request.url).path.removeprefix("/static/")
    found = await asyncio.to_thread(finders.find, path)
    await route.fulfill(path=Path(found)) if found else await route.fulfill(status=404)


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """Debian's Chromium for one test."""
    program = shutil.which("chromium")
    assert program is not None, "install Debian's chromium (make test does)"
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=program,
            args=["--no-sandbox", "--disable-quic", "--disable-background-networking"],
        )
        yield browser
        with suppress(Exception):
            await browser.close()
