"""What thousands of bad files do to the portal, each sent by the plain form.

The corpora are those of the tests (tests/documents/corpora.py), which send a share of
them. Every answer must be a page: the file is taken, or refused in words.
"""

import resource
import time
from uuid import uuid4

from common import BenchError, figure, say, set_up_django

set_up_django()

from django.conf import settings  # noqa: E402 – after set-up
from django.core.files.uploadedfile import SimpleUploadedFile  # noqa: E402
from django.test import Client  # noqa: E402
from django.urls import reverse  # noqa: E402
from notices import make_body, make_sitting, session_of, signed_in  # noqa: E402

from documents.intake import quotas  # noqa: E402
from tests.documents import corpora  # noqa: E402

REFUSED, TAKEN = 422, 201


def main() -> None:
    """Send all files, one after the other; count, time and weigh the answers."""
    body, people = make_body()
    sitting = make_sitting(signed_in(people[0]), body, people, 0)
    page = reverse("meetings:paper-upload", args=[sitting.items.all()[0].id])
    browser = Client(raise_request_exception=False, headers={"host": "127.0.0.1"})
    browser.cookies[settings.SESSION_COOKIE_NAME] = session_of(people[0])
    quotas.ITEM_FILES = sum(corpora.COUNTS.values()) + 1
    answers = [
        answer_to(browser, page, bad)
        for corpus, count in corpora.COUNTS.items()
        for bad in corpora.some(corpus, count)
    ]
    statuses = [status for status, _ in answers]
    say(f"bad_input: {statuses.count(TAKEN)} taken, {statuses.count(REFUSED)} refused")
    if set(statuses) - {TAKEN, REFUSED} and max(statuses) < 500:
        raise BenchError(f"the form answered {sorted(set(statuses))}")
    figure("bad_input_files", len(answers))
    figure("bad_input_5xx", sum(status >= 500 for status in statuses))
    figure("bad_input_slowest_ms", 1000 * max(seconds for _, seconds in answers))
    figure("bad_input_rss_mb", heaviest() / 1024)


def answer_to(browser: Client, page: str, bad: corpora.Bad) -> tuple[int, float]:
    """The status of the answer, and the seconds it took."""
    form = {
        "title": "計測",
        "kind": "case_summary",
        "document_class": "3B",
        "key": str(uuid4()),
        "file": SimpleUploadedFile(bad.name, bad.data),
    }
    start = time.perf_counter()
    answer = browser.post(page, form, headers={"Accept": "application/json"})
    return answer.status_code, time.perf_counter() - start


def heaviest() -> int:
    """Kilobytes of the largest process: this one, or one that looked into a file."""
    kinds = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return max(resource.getrusage(kind).ru_maxrss for kind in kinds)


if __name__ == "__main__":
    main()
