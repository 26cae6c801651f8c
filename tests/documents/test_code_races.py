"""Guesses and openings in parallel, with real threads and connections."""

import threading
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from itertools import chain

import django_otp
import pytest
from django.core import mail
from django.db import connection
from django.test import Client

from documents.models import Link, LinkCode
from documents.models.links import MAX_WRONG_CODES
from documents.services import codes, links
from documents.services.codes import Sending, Way
from documents.services.visits import Verdict, Visit
from members.models import SignIn
from members.services import factors
from portal.core import clock
from portal.core.models import AuditEvent, AuditHead
from tests import cast as people
from tests import factories
from tests.cast import Cast
from tests.documents.gate import ask, enter, issue, mailed_code, other_than, typed

BROWSER = "a" * 64
THREADS = 25


@pytest.fixture
def cast(transactional_db) -> Cast:
    """The cast, committed: every thread sees it over its own connection."""
    AuditHead.objects.get_or_create(id=1)
    return people.assemble()


def at_once(act: Callable[[int], object], count: int) -> Counter[object]:
    """Call ``act(0..count-1)`` from many threads that start together."""
    gate = threading.Barrier(THREADS)

    def work(first: int) -> list[object]:
        gate.wait()
        try:
            return [act(number) for number in range(first, count, THREADS)]
        finally:
            connection.close()

    with ThreadPoolExecutor(THREADS) as pool:
        done: Iterable[list[object]] = pool.map(work, range(THREADS))
        return Counter(chain.from_iterable(done))


def visit_with_code(cast: Cast) -> tuple[Visit, str]:
    link = issue(cast).link
    assert codes.send_code(link=link, browser=BROWSER).sending is Sending.SENT
    return Visit(link, BROWSER, "192.0.2.7", ""), mailed_code().replace(" ", "")


def test_of_200_parallel_guesses_exactly_five_are_compared(cast):
    visit, code = visit_with_code(cast)
    verdicts = at_once(
        lambda n: (
            codes.try_code(
                visit=visit, way=Way.MAIL, token=other_than(code, step=n + 1)
            ).verdict
        ),
        200,
    )
    assert verdicts == {Verdict.WRONG: MAX_WRONG_CODES, Verdict.LOCKED: 195}
    assert Link.objects.get().wrong_count == MAX_WRONG_CODES
    wrong = AuditEvent.objects.filter(action="documents.link.wrong_code")
    assert wrong.count() == MAX_WRONG_CODES
    late = codes.try_code(visit=visit, way=Way.MAIL, token=code)
    assert late.verdict is Verdict.LOCKED


def test_the_device_alone_keeps_the_limit_in_parallel(cast):
    _, code = visit_with_code(cast)
    device = LinkCode.objects.get()
    at_once(
        lambda n: django_otp.verify_token(
            cast.clinic, device.persistent_id, other_than(code, step=n + 1)
        ),
        100,
    )
    assert Link.objects.get().wrong_count == MAX_WRONG_CODES
    assert not django_otp.verify_token(cast.clinic, device.persistent_id, code)


def test_of_500_parallel_right_codes_exactly_one_opens(cast):
    visit, code = visit_with_code(cast)
    verdicts = at_once(
        lambda _: codes.try_code(visit=visit, way=Way.MAIL, token=code).verdict, 500
    )
    assert verdicts == {Verdict.RIGHT: 1, Verdict.NO_CODE: 499}
    assert SignIn.objects.filter(link_id=visit.link.id).count() == 1
    assert AuditEvent.objects.filter(action="documents.link.open").count() == 1
    assert Link.objects.get().wrong_count == 0


def test_one_browser_that_posts_often_gets_one_session(cast):
    issued = issue(cast)
    client = enter(issued)
    ask(client)
    code = mailed_code()
    cookies = client.cookies

    def post(_: int) -> int:
        twin = Client()
        twin.cookies = cookies.copy()
        return int(typed(twin, code).status_code)

    statuses = at_once(post, 50)
    assert statuses[302] == 1
    assert SignIn.objects.filter(link_id=issued.link.id).count() == 1


def test_many_wishes_for_a_code_send_one_mail(cast):
    link = issue(cast).link
    outcomes = at_once(
        lambda _: codes.send_code(link=link, browser=BROWSER).sending, 50
    )
    assert outcomes == {Sending.SENT: 1, Sending.TOO_SOON: 49}
    assert len(mail.outbox) == 1


def test_right_codes_against_a_revocation_leave_no_live_sign_in(cast):
    visit, code = visit_with_code(cast)
    actor = factories.sign_in(cast.secretariat)

    def act(number: int) -> object:
        if number == 12:
            return links.revoke_link(actor=actor, link=visit.link)
        return codes.try_code(visit=visit, way=Way.MAIL, token=code).verdict

    at_once(act, 25)
    live = SignIn.objects.filter(link_id=visit.link.id, ends_at__gt=clock.now())
    assert not live.exists()


def test_two_clerks_at_once_leave_one_live_link(cast):
    at_once(lambda _: issue(cast).link.id, 25)
    found = [row for row in Link.objects.all() if links.find_by_id(row.id)]
    assert len(found) == 1


def test_paper_codes_keep_the_same_limit_in_parallel(cast):
    actor = factories.sign_in(cast.secretariat)
    _, paper = factors.issue_card(actor=actor, person=cast.clinic)
    visit = Visit(issue(cast).link, BROWSER, "192.0.2.7", "")
    verdicts = at_once(
        lambda n: (
            codes.try_code(
                visit=visit, way=Way.CARD, token=f"{int(paper[0]) ^ (n + 1):08d}"
            ).verdict
        ),
        100,
    )
    # The card's own throttle makes most of them wait, uncompared and uncounted.
    assert set(verdicts) <= {Verdict.WRONG, Verdict.WAIT, Verdict.LOCKED}
    assert 1 <= verdicts[Verdict.WRONG] <= MAX_WRONG_CODES
    assert Link.objects.get().wrong_count == verdicts[Verdict.WRONG]


def test_one_paper_code_opens_once_in_parallel(cast):
    actor = factories.sign_in(cast.secretariat)
    _, paper = factors.issue_card(actor=actor, person=cast.clinic)
    visit = Visit(issue(cast).link, BROWSER, "192.0.2.7", "")
    verdicts = at_once(
        lambda _: codes.try_code(visit=visit, way=Way.CARD, token=paper[0]).verdict, 50
    )
    assert verdicts[Verdict.RIGHT] == 1
    assert SignIn.objects.filter(link_id=visit.link.id).count() == 1
