"""What guessing at a link's code comes to, over HTTP and in parallel (SECURITY 3b).

One browser's cookies on 200 connections type 10,000 wrong codes: exactly five may be
compared, and the right one is refused afterwards. Then 500 right codes at once, on a
new link: exactly one sign-in. The server profile answers from two processes of their
own, each with half of the connections. Counted is what stands in the database.
"""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

from common import BenchError, Browser, figure, profile, say, serving, set_up_django
from gate import arrived, code_in_mail, new_links

set_up_django()

from django.urls import reverse  # noqa: E402 – after set-up

from documents.models import Link  # noqa: E402
from documents.services.links import IssuedLink  # noqa: E402
from members.models import SignIn  # noqa: E402
from portal.core.models import AuditEvent  # noqa: E402

GUESSES = 10_000
GUESSERS = 200
RIGHT = 500
RIGHT_AT_ONCE = 50
CODE_PAGE = reverse("documents:gate-code", args=["mail"])


def main() -> None:
    """Guess, then come in, through one or two processes; print what was counted."""
    guessed, entered = new_links(2)
    processes = 2 if profile() == "server" else 1
    prefix = "otp" if profile() == "server" else "otp_embedded"
    with ExitStack() as stack:
        ports = [stack.enter_context(serving()) for _ in range(processes)]
        figure(f"{prefix}_evaluated_of_{GUESSES}", evaluated(guessed, ports))
        figure(f"{prefix}_sessions_of_{RIGHT}", sessions(entered, ports))


def evaluated(issued: IssuedLink, ports: list[int]) -> int:
    """How many of the wrong codes were compared."""
    browser, code = asked(issued, ports[0])
    wrong = [f"{(int(code) + step) % 10**8:08d}" for step in range(1, GUESSES + 1)]
    answers = at_once(browser, ports, wrong, GUESSERS)
    say(f"codes: {GUESSES} wrong ones were answered {dict(answers)}")
    late = browser.twin(ports[0]).post(CODE_PAGE, {"code": code}, follow=False)
    if late.status != 403 or SignIn.objects.filter(link_id=issued.link.id).exists():
        raise BenchError("the right code opened a locked link")
    link = Link.objects.get(pk=issued.link.pk)
    events = AuditEvent.objects.filter(
        action="documents.link.wrong_code", subject=f"link:{link.id}"
    )
    if events.count() != link.wrong_count:
        raise BenchError("the trail and the link count wrong codes differently")
    return int(link.wrong_count)


def sessions(issued: IssuedLink, ports: list[int]) -> int:
    """How many sign-ins the right code began, typed again and again at once."""
    browser, code = asked(issued, ports[0])
    answers = at_once(browser, ports, [code] * RIGHT, RIGHT_AT_ONCE)
    say(f"codes: {RIGHT} right ones were answered {dict(answers)}")
    return SignIn.objects.filter(link_id=issued.link.id).count()


def asked(issued: IssuedLink, port: int) -> tuple[Browser, str]:
    """A browser that stands before the code page, and the code it was sent."""
    browser = Browser(port)
    door = browser.get(reverse("documents:gate"))
    secret = issued.url.partition("#")[2]
    notice = reverse("documents:gate-notice")
    arrived(browser.post(door.path, {"secret": secret}, follow=True), notice)
    arrived(browser.post(notice, {}, follow=True), CODE_PAGE)
    return browser, code_in_mail()


def at_once(
    browser: Browser, ports: list[int], codes: list[str], connections: int
) -> Counter[int]:
    """Type the codes from many connections that start together; the statuses."""
    gate = threading.Barrier(connections)

    def work(number: int) -> Counter[int]:
        twin = browser.twin(ports[number % len(ports)])
        gate.wait()
        return Counter(
            twin.post(CODE_PAGE, {"code": code}, follow=False).status
            for code in codes[number::connections]
        )

    with ThreadPoolExecutor(connections) as pool:
        answers = sum(pool.map(work, range(connections)), Counter[int]())
    if errors := sum(count for status, count in answers.items() if status >= 500):
        raise BenchError(f"{errors} codes were answered by an error of the server")
    return answers


if __name__ == "__main__":
    main()
