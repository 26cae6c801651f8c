"""The page of signed heads: for auditors alone, with words for what is wrong."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from documents.evidence import head_rows
from portal.core import clock, heads
from portal.core.models import SignedHead
from tests.portal.test_audit import write

pytestmark = pytest.mark.django_db


@pytest.fixture
def outside(settings, tmp_path):
    settings.AUDIT_DROP, settings.AUDIT_MAIL = str(tmp_path), ""


def test_an_auditor_sees_the_last_head_and_nobody_else_the_page(
    cast, signed_in, outside
):
    write(2)
    heads.keep_up()
    address = reverse("documents:heads")
    page = signed_in(cast.auditor).get(address).content.decode()
    last = SignedHead.objects.last()
    assert last is not None
    assert f"{last.seq}件目" in page
    assert last.digest[:16] in page
    assert "正常です" in page
    for person in (cast.chair, cast.secretariat, cast.clinic, cast.administrator):
        assert signed_in(person).get(address).status_code == 404
    find = reverse("documents:had-find")
    assert address in signed_in(cast.auditor).get(find).content.decode()
    assert address not in signed_in(cast.secretariat).get(find).content.decode()


def test_what_is_wrong_is_said_with_the_next_step(settings, outside):
    write(2)
    heads.keep_up()
    assert "署名は庁外に渡しています" in head_rows.proof(heads.standing())
    SignedHead.objects.update(at=clock.now() - timedelta(hours=1))
    write(1)
    (late,) = head_rows.alarms(heads.standing())
    assert "遅れています" in late
    settings.AUDIT_DROP = ""
    words = head_rows.proof(heads.standing())
    assert "渡し先が決まっていません" in words
    assert "庁外に渡しています" not in words


def test_many_heads_cost_as_many_queries_as_one(cast, signed_in, outside):
    client, address = signed_in(cast.auditor), reverse("documents:heads")
    write(1)
    heads.give_newest()
    client.get(address)
    with CaptureQueriesContext(connection) as few:
        client.get(address)
    for _ in range(4):
        write(1)
        heads.give_newest()
    with CaptureQueriesContext(connection) as many:
        client.get(address)
    assert len(many) == len(few)
