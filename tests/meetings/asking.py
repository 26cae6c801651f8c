"""What the tests of co-operation requests share: a request made as a clerk makes it."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from documents.models import CooperationRequest, PaperVersion
from documents.services import replies, requests
from documents.services.requests import Asked
from members.models import Body, Charter, Person, Purpose, Scope
from members.services.people import Outsider
from portal.core import clock
from tests import factories
from tests.cast import Cast
from tests.documents import files
from tests.papers import upload

TEXT = "長男さんの昨年度の通院の有無について、差し支えない範囲で教えてください。"
GAS = Outsider("見本ガス株式会社", "辻 和夫", "保安課", "tsuji@gas.mihon.example")


def asked(cast: Cast, **more: Any) -> Asked:
    values: dict[str, Any] = {
        "body": cast.shien,
        "whom": GAS,
        "text": TEXT,
        "document_class": "2",
        "due_on": clock.today() + timedelta(days=14),
    }
    return Asked(**{**values, **more})


def ask(cast: Cast, number: int = 1, **more: Any) -> CooperationRequest:
    return requests.make_request(
        actor=factories.sign_in(cast.secretariat),
        key=UUID(int=7000 + number),
        case=cast.case,
        asked=asked(cast, **more),
    )


def scope(request: CooperationRequest) -> Scope:
    return Scope(Purpose.REQUEST, request.id)


def respondent(request: CooperationRequest, strength: int = 1) -> Any:
    """The respondent, come in through the link."""
    person: Person = request.person
    return factories.sign_in(person, strength, scope(request))


def give(
    request: CooperationRequest, number: int = 1, name: str = "回答.pdf"
) -> PaperVersion:
    return replies.file_reply(
        actor=respondent(request),
        request=request,
        upload=upload(files.pdf_file(), name),
        token=UUID(int=8000 + number),
    )


def answered(cast: Cast, number: int = 1, **more: Any) -> CooperationRequest:
    """A request with a file and an opinion that were handed in."""
    request = ask(cast, number, **more)
    give(request)
    return replies.answer(
        actor=respondent(request), request=request, opinion="昨年度は月1回でした。"
    )


def meet_on_request(body: Body) -> None:
    charter = Charter.usual(body)
    charter.rhythm = Charter.Rhythm.ON_REQUEST
    charter.starts_at = clock.now() - timedelta(days=1)
    charter.decided_by, charter.decided_on = "市長", clock.today()
    charter.save()
