"""次第 as PDF: the own items and papers, nobody else's."""

import io

import pypdfium2
import pytest
from django.urls import reverse

from documents.output.watermark import page_count, page_text
from portal.core.models import AuditEvent
from tests import factories
from tests.cast import Cast
from tests.conftest import SignIn


def words_of(content: bytes) -> str:
    pdf = io.BytesIO(content)
    return "".join(page_text(pdf, page) for page in range(page_count(pdf)))


def test_a_member_prints_the_own_items_only(cast: Cast, signed_in: SignIn) -> None:
    other = factories.case(cast.shien, number="R8-077")
    factories.item(cast.sitting, other, cast.shien, title="別の世帯について")
    page = reverse("meetings:agenda-print", args=[cast.sitting.id])
    response = signed_in(cast.clinic).get(page)
    assert response.status_code == 200
    words = words_of(response.content)
    assert cast.clinic.name in words
    assert cast.case.number in words
    assert "R8-077" not in words
    assert cast.case.number not in response["Content-Disposition"]
    event = AuditEvent.objects.get(action="meetings.agenda.print")
    assert event.actor == str(cast.clinic.id)
    assert (
        pypdfium2.PdfDocument(response.content).get_metadata_dict()["Title"] == "次第"
    )


@pytest.mark.parametrize("name", ["colleague", "leaver", "stranger", "recused"])
def test_others_print_nothing(cast: Cast, signed_in: SignIn, name: str) -> None:
    page = reverse("meetings:agenda-print", args=[cast.sitting.id])
    response = signed_in(getattr(cast, name)).get(page)
    assert response.status_code == 404
    assert not AuditEvent.objects.filter(action="meetings.agenda.print").exists()
