"""A body's 設置要綱: as it reads today, as it read before, and how it is changed."""

from datetime import timedelta

from django.test import Client
from django.urls import reverse

from meetings import retention
from meetings.models import FileKind, RecordsClass
from meetings.services.retention import set_rule
from members.charters import draft_of
from members.models import Body, Charter
from members.services.charters import set_rules
from portal.core import clock
from tests import factories
from tests.cast import Cast
from tests.conftest import SignIn


def changed(cast: Cast, **settings: object) -> Charter:
    body = Body.objects.get(pk=cast.shien.pk)
    draft = draft_of(body)
    for name, value in settings.items():
        setattr(draft, name, value)
    return set_rules(
        actor=factories.sign_in(cast.secretariat),
        body=body,
        rules=draft,
        starts_on=clock.today(),
        decided_by="市長決裁",
        decided_on=clock.today(),
    )


def read(client: Client, body: Body) -> str:
    address = reverse("meetings:body-charter", args=[body.pk])
    return client.get(address).content.decode()


def test_each_article_leads_to_its_change(cast: Cast, signed_in: SignIn) -> None:
    page = read(signed_in(cast.secretariat), cast.shien)
    rules = reverse("members:rules-edit", args=[cast.shien.pk])
    form = signed_in(cast.secretariat).get(rules).content.decode()
    for setting in ("consent", "head_rule", "closed", "record_unit"):
        assert f'href="{rules}#{setting}"' in page
        assert f'id="{setting}"' in form


def test_an_earlier_version_reads_as_it_was(cast: Cast, signed_in: SignIn) -> None:
    first = changed(cast, head_title="座長", name="支援会議設置要綱")
    old = clock.now() - timedelta(days=30)
    Charter.objects.filter(pk=first.pk).update(starts_at=old)
    changed(cast, head_title="会長")
    client = signed_in(cast.secretariat)
    today = read(client, cast.shien)
    assert "会長は、会議を代表し" in today
    assert "改正</" in today
    assert "市長決裁 決定" in today
    then = reverse("meetings:body-charter-version", args=[cast.shien.pk, first.pk])
    page = client.get(then).content.decode()
    assert "座長は、会議を代表し" in page
    assert "変更する" not in page
    assert "いまの規則ではありません" in page


def test_what_is_settled_beside_the_rules_is_said(
    cast: Cast, signed_in: SignIn
) -> None:
    retention.enter_usual_classes()
    set_rule(
        actor=factories.sign_in(cast.secretariat),
        body=cast.shien,
        kind=FileKind.CASE,
        records_class=RecordsClass.objects.get(years=10),
        decided_by="文書取扱規程",
    )
    whole = factories.organization("見本中学校")
    factories.commission(None, cast.shien, form="organization", organization=whole)  # type: ignore[arg-type] # of the whole
    page = read(signed_in(cast.secretariat), cast.shien)
    assert "事例のファイルの保存期間は、10年とする。" in page
    assert "見本中学校は、団体として構成員に委嘱する" in page
    keeper = cast.secretariat.organization.name
    assert f"会議の庶務は、{keeper}において処理する。" in page
