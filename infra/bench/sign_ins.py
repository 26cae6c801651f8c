"""How many passwords a process proves in a second, and what pages feel meanwhile.

Two hundred people of the city send their right password over HTTP from thirty
connections. The hasher is the real one; two are hashed at a time, so the rate is that
of two cores, and a page asked for meanwhile still comes.
"""

import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

from common import (
    BenchError,
    Browser,
    figure,
    percentile,
    say,
    serving,
    set_up_django,
)

set_up_django()

from django.contrib.auth.hashers import make_password  # noqa: E402 – after set-up
from django.urls import reverse  # noqa: E402

from members.models import Organization, Person  # noqa: E402
from portal.core import clock  # noqa: E402

SIGN_INS = 200
CONNECTIONS = 30
PASSWORD = "みどりの電車は三時に着く"  # of people who exist in this run alone
PAGE = reverse("members:sign-in")


def main() -> None:
    """Sign in, look at pages beside it; print both."""
    logins = people(SIGN_INS)
    with serving() as port:
        took, waits = rush(port, logins)
    figure("signins_per_s", len(logins) / took)
    figure("page_during_signins_p95_ms", percentile(waits, 0.95))


def people(count: int) -> list[str]:
    """Sign-in names of new people who all have the one password."""
    office, _ = Organization.objects.get_or_create(name="計測課", internal=True)
    hashed, word = make_password(PASSWORD), uuid4().hex[:8]
    rows = [
        Person(
            login=f"{word}-{number}",
            password=hashed,
            name=f"計測 {number}",
            organization=office,
            starts_at=clock.now(),
        )
        for number in range(count)
    ]
    Person.objects.bulk_create(rows)
    return [str(row.login) for row in rows]


def rush(port: int, logins: list[str]) -> tuple[float, list[float]]:
    """Seconds until all had come in, and the milliseconds that pages took meanwhile."""
    over, waits = threading.Event(), list[float]()

    def look() -> None:
        browser = Browser(port)
        while not over.is_set():
            waits.append(browser.get(PAGE).seconds * 1000)

    def come_in(mine: list[str]) -> Counter[int]:
        return Counter(enter(port, login) for login in mine)

    onlooker = threading.Thread(target=look)
    onlooker.start()
    begun = time.perf_counter()
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        shares = [logins[number::CONNECTIONS] for number in range(CONNECTIONS)]
        answers = sum(pool.map(come_in, shares), Counter[int]())
    took = time.perf_counter() - begun
    over.set()
    onlooker.join()
    say(f"sign_ins: answered {dict(answers)}")
    if answers != {302: len(logins)}:
        raise BenchError("not everybody came in")
    return took, waits


def enter(port: int, login: str) -> int:
    """Send the right password; who is asked to come again does so at once."""
    browser, form = Browser(port), {"login": login, "password": PASSWORD}
    browser.get(PAGE)
    while (status := browser.post(PAGE, form, follow=False).status) == 503:
        pass
    return status


if __name__ == "__main__":
    main()
