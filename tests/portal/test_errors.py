"""Every refusal has one page and one status, and every page the same guards."""

import sqlite3
from contextlib import closing
from pathlib import Path
from threading import Event, Thread

import pytest
from django.db import OperationalError, connection, transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import path, reverse

from portal.core import errors
from portal.core.http import DomainErrorMiddleware
from portal.urls import urlpatterns as portal_urls
from tests.cast import Cast
from tests.conftest import SignIn

STATUSES = {
    errors.DomainError: 409,
    errors.HiddenError: 404,
    errors.NeedAcknowledgementError: 403,
    errors.StepUpError: 403,
    errors.RefusedError: 409,
    errors.InvalidError: 422,
    errors.UnavailableError: 503,
    errors.BusyError: 503,
    errors.TooManyError: 429,
    errors.UnknownTokenError: 401,
}


def failing(request: HttpRequest) -> HttpResponse:
    """A page that breaks down."""
    raise ZeroDivisionError("見本 ハナ")


urlpatterns = [*portal_urls, path("breakdown/", failing)]
handler404 = "portal.core.http.not_found"


def answered(rf: RequestFactory, error: Exception) -> HttpResponse | None:
    pages = DomainErrorMiddleware(lambda _: HttpResponse())
    return pages.process_exception(rf.get("/"), error)


@pytest.mark.django_db
@pytest.mark.parametrize(("kind", "status"), STATUSES.items())
def test_a_refusal_is_a_page_with_its_status(
    kind: type[errors.DomainError], status: int, rf: RequestFactory
) -> None:
    response = answered(rf, kind())
    assert response is not None
    assert response.status_code == status
    text = response.content.decode()
    assert '<html lang="ja"' in text
    assert status == 404 or kind().message in text
    later = issubclass(kind, errors.UnavailableError)
    assert ("Retry-After" in response.headers) is later


def test_every_kind_of_refusal_is_tested() -> None:
    kinds = {
        value
        for value in vars(errors).values()
        if isinstance(value, type) and issubclass(value, errors.DomainError)
    }
    assert kinds == STATUSES.keys()


def test_an_incident_is_no_refusal(rf: RequestFactory) -> None:
    assert answered(rf, ValueError("x")) is None


def assert_to_be_tried_again(answer: HttpResponse | None) -> None:
    assert answer is not None
    assert (answer.status_code, answer["Retry-After"]) == (503, "10")
    assert "ほかの方の操作と重なった" in answer.content.decode()


@pytest.mark.server
@pytest.mark.django_db(transaction=True)
def test_who_waits_in_a_ring_is_told_to_try_again(rf: RequestFactory) -> None:
    """Each of two holds what the other asks for: PostgreSQL ends one of them."""
    first_holds, second_holds = Event(), Event()
    ended: list[OperationalError] = []

    def act(mine: int, holds: Event, theirs: int, held: Event) -> None:
        lock = "SELECT pg_advisory_xact_lock(%s)"
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(lock, [mine])
                holds.set()
                held.wait()
                cursor.execute(lock, [theirs])
        except OperationalError as error:
            ended.append(error)
        finally:
            connection.close()

    acts = [
        Thread(target=act, args=[1, first_holds, 2, second_holds]),
        Thread(target=act, args=[2, second_holds, 1, first_holds]),
    ]
    for each in acts:
        each.start()
    for each in acts:
        each.join()
    (error,) = ended
    assert_to_be_tried_again(answered(rf, error))


def test_who_waits_too_long_for_another_writer_is_told_so(
    rf: RequestFactory, tmp_path: Path
) -> None:
    with (
        closing(sqlite3.connect(tmp_path / "rows")) as writer,
        closing(sqlite3.connect(tmp_path / "rows", timeout=0)) as other,
    ):
        writer.execute("BEGIN IMMEDIATE")
        with pytest.raises(sqlite3.OperationalError) as locked:
            other.execute("BEGIN IMMEDIATE")
    error = OperationalError()
    error.__cause__ = locked.value  # as Django hands it on
    assert_to_be_tried_again(answered(rf, error))


def test_a_database_that_breaks_down_is_an_incident(rf: RequestFactory) -> None:
    assert answered(rf, OperationalError("server closed the connection")) is None


GUARDS = {
    "Cache-Control": "private, no-store",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
POLICY = {
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "font-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
}


def assert_guarded(response: object) -> None:
    headers = response.headers  # type: ignore[attr-defined] # the test client's response
    assert {name: headers.get(name) for name in GUARDS} == GUARDS
    policy = {part.strip() for part in headers["Content-Security-Policy"].split(";")}
    assert policy == POLICY


@pytest.mark.django_db
def test_a_page_for_anybody_is_guarded(client: Client) -> None:
    page = client.get(reverse("members:sign-in"))
    assert page.status_code == 200
    assert_guarded(page)


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/nothing-here/", "/cases/", "/sign-out/"])
def test_refusals_and_redirects_are_guarded(client: Client, address: str) -> None:
    assert_guarded(client.get(address))


def test_a_page_about_a_case_is_guarded(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.clinic)
    page = client.get(reverse("members:case-detail", args=[cast.case.id]))
    assert page.status_code == 200
    assert_guarded(page)


@pytest.mark.django_db
@pytest.mark.urls(__name__)
def test_a_breakdown_is_guarded_and_says_nothing(client: Client) -> None:
    client.raise_request_exception = False
    page = client.get("/breakdown/")
    assert page.status_code == 500
    assert "見本 ハナ" not in page.content.decode()
    assert_guarded(page)


@pytest.mark.django_db
def test_a_form_from_elsewhere_is_refused_in_words() -> None:
    page = Client(enforce_csrf_checks=True).post(reverse("members:sign-out"))
    assert page.status_code == 403
    assert "読み込み直してください" in page.content.decode()
    assert_guarded(page)
