"""Wrong codes in parallel over real HTTP, on the server profile to two processes.

The large counts are those of ``make bench`` (``otp_evaluated_of_10000``).
"""

import http.client
import re
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http.cookies import SimpleCookie
from urllib.parse import urlencode

from documents.models.links import MAX_WRONG_CODES
from portal.core import clock
from tests.journeys.installation import Installation, until

ADDRESS = "dojima@mihon-police.example"
PAGE = "/g/code/mail/"
CONNECTIONS = 20
GUESSES = 120
COUNT = (
    "from documents.models import Link; from members.models import SignIn;"
    "from portal.core.models import AuditEvent;"
    "link = Link.objects.filter(person__email='{address}', wrong_count__gt=0).get();"
    "print(link.wrong_count, AuditEvent.objects.filter("
    "action='documents.link.wrong_code', subject=f'link:{{link.id}}').count(),"
    "SignIn.objects.filter(link_id=link.id).count())"
)


class Guesser:
    """One connection of the one browser that asked for the code."""

    def __init__(self, port: int, cookies: dict[str, str], token: str = "") -> None:
        self.line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.origin, self.cookies, self.token = (
            f"http://127.0.0.1:{port}",
            cookies,
            token,
        )

    def ask(self, method: str, path: str, **form: str) -> tuple[int, str]:
        """One request; its status and where it leads."""
        pairs = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        body = urlencode({**form, "csrfmiddlewaretoken": self.token}) if form else None
        headers = {
            "Cookie": pairs,
            "Origin": self.origin,
            "Content-Type": "application/x-www-form-urlencoded",
        }
        self.line.request(method, path, body, headers)
        answer = self.line.getresponse()
        page = answer.read().decode()
        for line in answer.headers.get_all("Set-Cookie") or ():
            self.cookies |= {k: m.value for k, m in SimpleCookie(line).items()}
        found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
        self.token = found[1] if found else self.token
        return answer.status, answer.headers.get("Location", "")


def stand_at_the_code(installation: Installation, ports: list[int]) -> Guesser:
    notice = installation.notice_of(clock.today(), ADDRESS)
    secret = notice.body.partition("/g/#")[2].split()[0]
    guesser = Guesser(ports[0], {})
    guesser.ask("GET", "/g/")
    assert guesser.ask("POST", "/g/", secret=secret)[1] == "/g/notice/"
    guesser.ask("GET", "/g/notice/")
    assert guesser.ask("POST", "/g/notice/", go="")[1] == "/g/code/mail/"
    guesser.ask("GET", "/g/code/mail/")
    return guesser


def code_of(installation: Installation) -> str:
    def arrived() -> list[str]:
        bodies = [mail.body for mail in installation.mails(ADDRESS)]
        return [
            b for b in bodies if re.search(r"\d{4} \d{4}", b) and "確認コード  " in b
        ]

    found = re.search(r"確認コード  (\d{4}) (\d{4})", until(arrived)[0])
    assert found
    return found[1] + found[2]


def test_parallel_guesses_are_compared_five_times(installation: Installation) -> None:
    ports = [installation.port]
    if installation.profile == "server":
        ports.append(installation.one_more())
    first = stand_at_the_code(installation, ports)
    code = code_of(installation)
    gate = threading.Barrier(CONNECTIONS)

    def work(number: int) -> Counter[int]:
        port = ports[number % len(ports)]
        own = Guesser(port, dict(first.cookies), first.token)
        gate.wait()
        with closing(own.line):
            return Counter(
                own.ask("POST", PAGE, code=f"{(int(code) + n) % 10**8:08d}")[0]
                for n in range(number + 1, GUESSES + 1, CONNECTIONS)
            )

    with ThreadPoolExecutor(CONNECTIONS) as pool:
        answers = sum(pool.map(work, range(CONNECTIONS)), Counter[int]())
    assert sum(answers.values()) == GUESSES
    assert set(answers) <= {422, 403}
    assert answers[422] < MAX_WRONG_CODES
    with closing(first.line):
        assert first.ask("POST", PAGE, code=code)[0] == 403
    said = installation.manage("shell", "-c", COUNT.format(address=ADDRESS))
    assert said.split()[-3:] == [str(MAX_WRONG_CODES), str(MAX_WRONG_CODES), "0"]
