"""わたしの資料一式: what goes in for whom, bound, marked, on record; nothing else."""

import io
from datetime import timedelta

import pikepdf
import pytest
from asgiref.sync import async_to_sync
from django.test import Client
from django.urls import reverse

from documents.models import Paper, PaperVersion
from documents.output.binding import Gathering
from documents.output.watermark import page_count, page_text
from documents.services import releases
from members.facts import State, Way
from members.models import Consent, Membership, Recusal
from portal.core import clock
from portal.core.errors import UnavailableError
from portal.core.models import AuditEvent
from portal.core.objectstore import store
from tests import factories
from tests.cast import Cast
from tests.clients import close
from tests.conftest import SignIn
from tests.documents import files
from tests.papers import Filed


def address(cast: Cast) -> str:
    return reverse("meetings:packet", args=[cast.sitting.id])


def body(response) -> bytes:
    async def all_of_it() -> bytes:
        return b"".join([chunk async for chunk in response.streaming_content])

    return async_to_sync(all_of_it)()


def words_of(data: bytes) -> list[str]:
    pdf = io.BytesIO(data)
    return [page_text(pdf, page) for page in range(page_count(pdf))]


def outline_of(data: bytes) -> list[tuple[int, str, int]]:
    """Depth, title and page (from 1) of every bookmark."""
    with pikepdf.open(io.BytesIO(data)) as pdf:
        numbers = {page.objgen: at for at, page in enumerate(pdf.pages, 1)}
        found = []

        def walk(items, depth: int) -> None:
            for item in items:
                found.append((depth, item.title, numbers[item.destination[0].objgen]))
                walk(item.children, depth + 1)

        with pdf.open_outline() as outline:
            walk(outline.root, 1)
        return found


def reads() -> list[tuple[str, str, str]]:
    return [
        (event.action, event.actor, event.subject)
        for event in AuditEvent.objects.order_by("seq")
        if event.action in {"documents.copy.download", "meetings.agenda.print"}
    ]


# What is in it


def test_agenda_and_papers_are_one_pdf_in_the_order_of_the_agenda(
    cast: Cast, released: Filed, signed_in: SignIn
) -> None:
    released(
        item=cast.juso_item,
        number="資料2",
        title="計画案",
        data=files.pdf_file(1, "Plan"),
    )
    released(number="資料1", title="事例概要", data=files.pdf_file(3, "Summary"))
    response = signed_in(cast.clinic).get(address(cast))
    assert response["Content-Type"] == "application/pdf"
    data = body(response)
    assert int(response["Content-Length"]) == len(data)
    pages = words_of(data)
    case = cast.case.number
    start = len(pages) - 4 + 1
    assert outline_of(data) == [
        (1, "表紙", 1),
        (1, "次第", 2),
        (1, f"議題1 {case}", start),
        (2, "資料1 事例概要", start),
        (1, f"議題2 {case}", start + 3),
        (2, "資料2 計画案", start + 3),
    ]
    assert "Summary 1" in pages[start - 1]
    assert "Plan 1" in pages[-1]


def test_the_cover_is_neutral(cast: Cast, released: Filed, signed_in: SignIn) -> None:
    released(number="資料1", title="母の通院について")
    cover = words_of(body(signed_in(cast.clinic).get(address(cast))))[0]
    flat = "".join(cover.split())
    for words in (cast.clinic.name, cast.clinic.organization.name, "取扱注意"):
        assert "".join(words.split()) in flat
    assert "資料1" in flat
    assert "保管の期限" in flat
    for words in ("母の通院", cast.case.number, cast.shien.name, "事例概要"):
        assert words not in flat


def test_every_page_bears_the_mark_and_its_number(
    cast: Cast, released: Filed, signed_in: SignIn
) -> None:
    released(data=files.pdf_file(2))
    data = body(signed_in(cast.clinic).get(address(cast)))
    pages = words_of(data)
    for number, words in enumerate(pages, 1):
        flat = "".join(words.split())
        assert f"通し{number}/{len(pages)}" in flat
        assert "".join(cast.clinic.name.split()) in flat
        assert "会議番号" in flat


def test_the_file_says_nothing_outside(
    cast: Cast, released: Filed, signed_in: SignIn
) -> None:
    released()
    response = signed_in(cast.clinic).get(address(cast))
    day = cast.sitting.starts_at.astimezone(clock.JST)
    name = f'attachment; filename="kasane-{day:%Y%m%d}-shiryo.pdf"'
    assert response["Content-Disposition"] == name
    assert response["Cache-Control"] == "private, no-store"
    with pikepdf.open(io.BytesIO(body(response))) as pdf:
        assert pdf.docinfo["/Title"] == "会議資料"
        assert set(pdf.docinfo.keys()) == {"/Title", "/Author"}


def test_what_cannot_be_drawn_is_named_with_the_reason(
    cast: Cast, released: Filed, signed_in: SignIn
) -> None:
    released(number="資料1", title="事例概要")
    broken = released(number="資料9", title="間取り")
    broken.media_type = "application/octet-stream"
    broken.save()
    data = body(signed_in(cast.clinic).get(address(cast)))
    cover = words_of(data)[0]
    assert "資料9" in cover
    assert "画面でご覧ください" in "".join(cover.split())
    assert "間取り" not in cover
    assert len([line for line in outline_of(data) if line[0] == 2]) == 1
    assert f"version:{broken.id}" not in [subject for *_, subject in reads()]


def test_hidden_layers_stay_hidden(
    cast: Cast, released: Filed, signed_in: SignIn
) -> None:
    released(data=_layered())
    data = body(signed_in(cast.clinic).get(address(cast)))
    with pikepdf.open(io.BytesIO(data)) as pdf:
        (layer,) = pdf.Root.OCProperties.D.OFF
        (drawn,) = pdf.pages[-1].Resources.Properties.values()
        assert layer.objgen == drawn.objgen


def _layered() -> bytes:
    with pikepdf.open(io.BytesIO(files.pdf_file(1, "Shown"))) as pdf:
        layer = pdf.make_indirect(
            pikepdf.Dictionary(Type=pikepdf.Name.OCG, Name="memo")
        )
        pdf.Root.OCProperties = pikepdf.Dictionary(
            OCGs=[layer], D=pikepdf.Dictionary(OFF=[layer])
        )
        page = pdf.pages[0]
        page.Resources.Properties = pikepdf.Dictionary(L=layer)
        page.contents_add(b"/OC /L BDC BT /F1 24 Tf 72 300 Td (Secret) Tj ET EMC")
        out = io.BytesIO()
        pdf.save(out)
        return out.getvalue()


# Who gets nothing


OUTSIDERS = ["leaver", "colleague", "stranger", "recused", "administrator", "auditor"]


@pytest.mark.parametrize("name", OUTSIDERS)
def test_others_get_nothing(
    cast: Cast, released: Filed, signed_in: SignIn, name: str
) -> None:
    released()
    assert signed_in(getattr(cast, name)).get(address(cast)).status_code == 404
    assert reads() == []


def test_a_weak_session_is_asked_for_a_factor(
    cast: Cast, released: Filed, signed_in: SignIn
) -> None:
    released()
    scope = factories.to_sitting(cast.sitting)
    response = signed_in(cast.clinic, strength=1, scope=scope).get(address(cast))
    assert response.status_code == 302
    assert response["Location"].startswith(reverse("members:step-up"))
    assert reads() == []


def test_without_the_pledge_nothing_opens(
    cast: Cast, released: Filed, signed_in: SignIn
) -> None:
    response = signed_in(cast.newcomer).get(address(cast))
    assert response["Location"].startswith(reverse("members:pledge"))


def test_a_link_of_another_sitting_opens_nothing(
    cast: Cast, released: Filed, signed_in: SignIn
) -> None:
    released()
    other = factories.sitting(cast.shien, cast.secretariat)
    client = signed_in(cast.clinic, scope=factories.to_sitting(other))
    assert client.get(address(cast)).status_code == 404


# Left out without a trace


def released_elsewhere(cast: Cast, released: Filed) -> PaperVersion:
    return released(cast.newcomer, number="資料7", title="別の人だけの資料")


def view_only(cast: Cast, released: Filed) -> PaperVersion:
    version = released(number="資料7", title="画面だけの資料")
    version.releases.update(way=Way.VIEW)
    return version


def recalled(cast: Cast, released: Filed) -> PaperVersion:
    version = released(number="資料7", title="取り下げた資料")
    releases.recall_version(actor=factories.sign_in(cast.secretariat), version=version)
    return version


def restricted(cast: Cast, released: Filed) -> PaperVersion:
    version = released(number="資料7", title="閲覧者を限る資料")
    Paper.objects.filter(id=version.paper_id).update(restricted=True)
    return version


def draft(cast: Cast, released: Filed) -> PaperVersion:
    version = released(number="資料7", title="まだの資料")
    version.releases.all().delete()
    PaperVersion.objects.filter(id=version.id).update(state=State.DRAFT)
    return version


def withdrawn(cast: Cast, released: Filed) -> PaperVersion:
    version = released(item=cast.juso_item, number="資料7", title="同意のない資料")
    Consent.objects.update(withdrawn_at=clock.now())
    return version


def recused_item(cast: Cast, released: Filed) -> PaperVersion:
    version = released(item=cast.juso_item, number="資料7", title="外れた議題の資料")
    Recusal.objects.create(
        person=cast.clinic,
        item_id=cast.juso_item.id,
        starts_at=clock.now() - timedelta(seconds=1),
        reason="親族のため",
        entered_by=cast.secretariat,
    )
    return version


def key_of_names(cast: Cast, released: Filed) -> PaperVersion:
    return released(number="資料7", title="氏名対照表", kind=Paper.Kind.IDENTITY_KEY)


HIDDEN = [key_of_names, released_elsewhere, view_only, recalled, restricted, draft]


@pytest.mark.parametrize("hide", HIDDEN)
def test_a_hidden_paper_changes_no_byte(
    cast: Cast, released: Filed, signed_in: SignIn, time_machine, hide
) -> None:
    moment = clock.now() + timedelta(minutes=1)
    time_machine.move_to(moment, tick=False)
    released(number="資料1", title="事例概要")
    client = signed_in(cast.clinic)
    before = body(client.get(address(cast)))
    hide(cast, released)
    assert body(client.get(address(cast))) == before


@pytest.mark.parametrize("hide", [withdrawn, recused_item])
def test_a_closed_item_leaves_no_trace(
    cast: Cast, released: Filed, signed_in: SignIn, hide
) -> None:
    released(number="資料1", title="事例概要")
    hide(cast, released)
    data = body(signed_in(cast.clinic).get(address(cast)))
    assert "資料7" not in "".join(words_of(data))
    assert [title for depth, title, _ in outline_of(data) if depth == 2] == [
        "資料1 事例概要"
    ]


def test_a_guest_takes_no_paper(cast: Cast, released: Filed, signed_in: SignIn) -> None:
    version = released()
    cast.clinic.seats.update(role="guest")
    cast.clinic.memberships.update(role="guest")
    factories.presence(cast.clinic, cast.shien_item)
    response = signed_in(cast.clinic).get(address(cast))
    if response.status_code == 200:
        assert "Page 1" not in "".join(words_of(body(response)))
    assert f"version:{version.id}" not in [subject for *_, subject in reads()]


# On record before the first byte


def test_each_paper_is_a_read_of_its_own_before_the_first_byte(
    cast: Cast, released: Filed, signed_in: SignIn
) -> None:
    first, second = released(number="資料1"), released(number="資料2")
    close(signed_in(cast.clinic).get(address(cast)))
    me = str(cast.clinic.id)
    assert reads() == [
        ("meetings.agenda.print", me, f"sitting:{cast.sitting.id}"),
        ("documents.copy.download", me, f"version:{first.id}"),
        ("documents.copy.download", me, f"version:{second.id}"),
    ]


def test_no_byte_leaves_when_the_trail_cannot_be_written(
    cast: Cast, released: Filed, signed_in: SignIn, monkeypatch
) -> None:
    released()

    def fail(*_, **__):
        raise UnavailableError

    monkeypatch.setattr("portal.core.audit.record_read", fail)
    response = signed_in(cast.clinic).get(address(cast))
    assert response.status_code == 503
    assert not response.streaming


def test_what_is_revoked_while_it_is_bound_does_not_leave(
    cast: Cast, released: Filed, signed_in: SignIn, monkeypatch
) -> None:
    released()
    client, bind = signed_in(cast.clinic), Gathering.bind

    def slowly(self, volumes, out):
        bind(self, volumes, out)
        Membership.objects.filter(person=cast.clinic).update(ends_at=clock.now())

    monkeypatch.setattr(Gathering, "bind", slowly)
    assert client.get(address(cast)).status_code == 404
    assert reads() == []


def test_a_paper_that_is_gone_from_the_store_is_no_read(
    cast: Cast, released: Filed, signed_in: SignIn
) -> None:
    version = released()
    store().remove(version.stored_id.hex)
    assert signed_in(cast.clinic).get(address(cast)).status_code == 503
    assert reads() == []


def test_head_costs_and_records_nothing(
    cast: Cast, released: Filed, signed_in: SignIn
) -> None:
    released()
    response = signed_in(cast.clinic).head(address(cast))
    assert (response.status_code, response.content) == (200, b"")
    assert reads() == []


def test_post_is_not_taken(cast: Cast, client: Client, signed_in: SignIn) -> None:
    assert signed_in(cast.clinic).post(address(cast)).status_code == 405
    assert client.get(address(cast)).status_code == 302


def test_the_way_stands_on_the_own_page_and_the_custodians(
    cast: Cast, released: Filed, signed_in: SignIn
) -> None:
    page = reverse("meetings:sitting-detail", args=[cast.sitting.id])
    for person in (cast.clinic, cast.secretariat):
        assert address(cast) in signed_in(person).get(page).content.decode()
    weak = signed_in(cast.clinic, strength=1, scope=factories.to_sitting(cast.sitting))
    assert address(cast) not in weak.get(page).content.decode()


@pytest.mark.parametrize("key", ["abc-123", "a;b=c", "x" * 200, ""])
def test_only_a_plain_key_comes_back_as_cookie(
    cast: Cast, released: Filed, signed_in: SignIn, key: str
) -> None:
    response = signed_in(cast.clinic).get(address(cast), {"key": key})
    plain = key == "abc-123"
    assert ("packet" in response.cookies) is plain
    close(response)
