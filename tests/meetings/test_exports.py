"""The files of a body's records: its style, its own Word file, and who sets them."""

import io
from dataclasses import replace

import docx
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from documents.output import layouts
from documents.services.papers import Upload
from meetings import record_template
from meetings.models import RecordStyle, RecordTemplate
from meetings.record_style import Dates, Detail, Style, Width
from meetings.rendering import MinutesEntry, Pane
from meetings.selectors.exports import style_of
from meetings.services import exports
from members.access import Actor
from portal.core import vault
from portal.core.errors import DomainError, HiddenError, InvalidError
from portal.core.models import AuditEvent, StoredObject
from tests import factories
from tests.cast import Cast
from tests.conftest import SignIn
from tests.documents import files
from tests.meetings.test_rendering import RECORD, narrow, word_text

CHOSEN = Style(
    detail=Detail.GIST,
    dates=Dates.BOTH,
    width=Width.SINGLE,
    course_first=True,
    times=False,
)


def url(name: str, *args: object) -> str:
    return reverse(f"meetings:{name}", args=args)


def upload(data: bytes, name: str = "様式.docx") -> Upload:
    return Upload(io.BytesIO(data), name, len(data))


def vault_of(data: bytes) -> StoredObject:
    stored = vault.put(io.BytesIO(data))
    vault.keep(stored)
    return stored


def filled(data: bytes, record=RECORD) -> layouts.Filled:
    return layouts.fill(
        io.BytesIO(data),
        record_template.words_of(record),
        title="会議録",
        made_at=record.made_at,
    )


# A template filled with words ---------------------------------------------------------


def test_the_example_says_the_whole_record():
    done = filled(record_template.example())
    assert done.complaints == ()
    text = narrow(word_text(done.data))
    for part in (
        "第8回見本市支援会議会議録",
        "議題事例R8-012",
        "みなと診療所医師齋藤陽介関係者午後1時45分午後2時",
        "見本警察署係長森田徹構成員欠席",
        "1週1回訪問する。",
        "社協居場所を探す期限なし",
        "事実(第三者から)民生委員電話明かりはついている。",
        RECORD.digest,
    ):
        assert part in text
    assert "{" not in text
    assert "%" not in text


def test_every_variable_is_in_the_example_and_has_its_words():
    example = word_text(record_template.example())
    words = record_template.words_of(record_template.SAMPLE)
    assert set(words) == {*record_template.SINGLE, *record_template.ROWS}
    for name, columns in record_template.ROWS.items():
        assert f"{{%trfor行in{name}%}}" in example
        assert all(set(row) == set(columns) for row in words[name])
    for name in set(record_template.SINGLE) - {"版", "状態"}:  # these are in the foot
        assert f"{{{{{name}}}}}" in example


def test_the_same_record_gives_the_same_file():
    example = record_template.example()
    assert filled(example).data == filled(example).data


def test_words_follow_the_style_of_the_body():
    text = word_text(
        filled(record_template.example(), replace(RECORD, style=CHOSEN)).data
    )
    assert "令和\uff18年\uff082026年\uff0911月19日" in text
    assert "明かりはついている。" not in text


def test_what_people_type_is_never_part_of_the_template():
    typed = "{{ 場所 }} {% for %} <w:p/> &amp; ]]> 二行目"
    entry = MinutesEntry(pane=Pane.COURSE, kind="協議", text=f"{typed}\n次の行")
    text = word_text(
        filled(record_template.example(), replace(RECORD, entries=(entry,))).data
    )
    assert "{{場所}}{%for%}<w:p/>&amp;]]>" in narrow(text)
    assert "二行目次の行" in text


def test_the_file_says_nothing_of_the_case_about_itself():
    document = docx.Document(io.BytesIO(files.docx_file("{{ 議題 }}")))
    document.core_properties.title = "{{ 議題 }}"
    document.core_properties.author = "由美"
    template = io.BytesIO()
    document.save(template)
    done = docx.Document(io.BytesIO(filled(template.getvalue()).data))
    assert done.paragraphs[0].text == "事例R8-012"
    assert done.core_properties.title == "会議録"
    assert done.core_properties.author == "かさね"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("{{ 議第 }}と{{ 議題 }}", "「議第」"),
        ("{% for 行 in 出席者 %}{{ 行.性別 }}{% endfor %}", "「性別」"),
        ("まえ {{ 議題 うしろ", "まえ"),
        ("{% for 行 in 出席者 %}", "誤り"),
        ("{{ 出席者 }}", "一覧"),
        ("{{ 議題|safe }}", "safe"),
        ("{% autoescape false %}{{ 議題 }}{% endautoescape %}", "autoescape"),
        ("{{ ''.__class__.__mro__ }}", "__class__"),
        ("{{ cycler.__init__.__globals__.os }}", "「cycler」"),
        ("{% include '/etc/passwd' %}", "開けません"),
        ("{{ range(10) }}", "range"),
        ("{{ 'あ' * 10**10 }}", "開けません"),
        ("{{r 議題 }}", "現れません"),
    ],
)
def test_a_template_that_cannot_be_used_is_named_with_its_mistake(text, complaint):
    done = filled(files.docx_file(text))
    assert done.data == b""
    assert complaint in " ".join(done.complaints)


def test_a_template_that_never_ends_is_ended():
    rows = "".join(f"{{% for a{n} in 注意書き %}}" for n in range(6))
    ends = "{% endfor %}" * 6
    done = filled(files.docx_file(f"{rows}{ends}"))
    assert done.complaints == ("差込に時間がかかりすぎるか、大きくなりすぎます。",)


# Style and template of a body ---------------------------------------------------------


@pytest.fixture
def clerk(cast: Cast) -> Actor:
    return factories.sign_in(cast.secretariat)


@pytest.mark.django_db
def test_a_body_without_choices_has_the_usual_style(cast: Cast):
    assert style_of(cast.shien) == Style()


@pytest.mark.django_db
def test_the_style_is_kept_with_who_set_it(cast: Cast, clerk: Actor):
    exports.set_style(actor=clerk, body=cast.shien, style=Style())
    exports.set_style(actor=clerk, body=cast.shien, style=CHOSEN)
    assert style_of(cast.shien) == CHOSEN
    assert style_of(cast.juso) == Style()
    assert RecordStyle.objects.get().changed_by == cast.secretariat
    events = AuditEvent.objects.filter(action="meetings.record_style.set")
    assert {event.subject for event in events} == {f"body:{cast.shien.id}"}


@pytest.mark.django_db(transaction=True)
def test_a_template_is_kept_encrypted_and_another_takes_its_place(
    cast: Cast, clerk: Actor
):
    data = record_template.example()
    for _ in range(2):
        exports.set_template(actor=clerk, body=cast.shien, upload=upload(data))
    template = RecordTemplate.objects.get()
    assert vault.read(template.stored) == data
    gone = StoredObject.objects.exclude(id=template.stored_id).get()
    assert gone.state == StoredObject.State.ERASED
    tried = exports.try_template(actor=clerk, body=cast.shien)
    assert "見本" in word_text(tried.data)
    assert "見本" in word_text(exports.word_file(record_template.SAMPLE, cast.shien))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("data", "name", "reason"),
    [
        (files.docx_file("{{ 議第 }}"), "a.docx", "議第"),
        (files.xlsx_file(), "a.xlsx", "docx"),
        (b"PK\x03\x04", "a.docx", "ファイル"),
        (b"", "a.docx", "空"),
    ],
)
def test_what_cannot_be_used_is_refused_and_the_one_there_is_stays(
    cast: Cast, clerk: Actor, data: bytes, name: str, reason: str
):
    good = record_template.example()
    exports.set_template(actor=clerk, body=cast.shien, upload=upload(good))
    with pytest.raises(InvalidError, match=reason):
        exports.set_template(actor=clerk, body=cast.shien, upload=upload(data, name))
    assert vault.read(RecordTemplate.objects.get().stored) == good


@pytest.mark.django_db(transaction=True)
def test_a_template_that_fails_costs_no_record_and_is_told(
    cast: Cast, clerk: Actor, signed_in: SignIn
):
    good = record_template.example()
    exports.set_template(actor=clerk, body=cast.shien, upload=upload(good))
    RecordTemplate.objects.update(stored=vault_of(files.docx_file("{{r 議題 }}")))
    made = narrow(word_text(exports.word_file(RECORD, cast.shien)))
    assert "週1回訪問する。" in made
    template = RecordTemplate.objects.get()
    assert template.failed_at is not None
    assert "現れません" in template.failure
    page = url("record-style", cast.shien.id)
    for person, told in ((cast.secretariat, True), (cast.clinic, False)):
        assert (page in signed_in(person).get(url("home")).content.decode()) is told
    assert "現れません" in signed_in(cast.secretariat).get(page).content.decode()
    RecordTemplate.objects.update(stored=vault_of(good))
    exports.word_file(RECORD, cast.shien)
    assert RecordTemplate.objects.get().failed_at is None


@pytest.mark.django_db(transaction=True)
def test_only_who_convenes_the_body_sets_style_and_template(cast: Cast):
    data = record_template.example()
    for person in (cast.clinic, cast.stranger, cast.administrator):
        actor = factories.sign_in(person)
        with pytest.raises(HiddenError):
            exports.set_style(actor=actor, body=cast.shien, style=CHOSEN)
        with pytest.raises(DomainError):
            exports.set_template(actor=actor, body=cast.shien, upload=upload(data))
        with pytest.raises(HiddenError):
            exports.drop_template(actor=actor, body=cast.shien)
        with pytest.raises(HiddenError):
            exports.try_template(actor=actor, body=cast.shien)
    assert not RecordStyle.objects.exists()
    assert not StoredObject.objects.exists()


# Pages --------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_the_pages_set_the_style_and_take_a_template(cast: Cast, signed_in: SignIn):
    client, page = signed_in(cast.secretariat), url("record-style", cast.shien.id)
    sent = {"detail": "gist", "dates": "both", "width": "single"}
    assert client.post(page, sent | {"detail": "x"}).status_code == 422
    assert client.post(page, sent | {"course_first": "on"}).status_code == 302
    assert style_of(cast.shien) == CHOSEN
    example = client.get(url("record-template-example", cast.shien.id)).content
    take = url("record-template", cast.shien.id)
    assert client.post(take, {"file": ""}).status_code == 422
    bad = SimpleUploadedFile("様式.docx", files.docx_file("{{ 議第 }}"))
    answer = client.post(take, {"file": bad})
    assert answer.status_code == 422
    assert "「議第」という差込項目はありません" in answer.content.decode()
    good = SimpleUploadedFile("様式.docx", example)
    assert (
        "様式.docx" in client.post(take, {"file": good}, follow=True).content.decode()
    )
    tried = client.get(url("record-template-try", cast.shien.id))
    assert tried["Content-Disposition"] == 'attachment; filename="kasane-trial.docx"'
    assert "見本" in word_text(tried.content)
    client.post(url("record-template-drop", cast.shien.id))
    assert not RecordTemplate.objects.exists()
    assert client.get(url("record-template-try", cast.shien.id)).status_code == 404
