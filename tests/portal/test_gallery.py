"""The component gallery: every part of the guide, with realistic words."""

import re
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django import forms
from django.contrib import messages
from django.contrib.messages.storage import default_storage
from django.core.paginator import Paginator
from django.http import HttpRequest
from django.template import TemplateSyntaxError, engines
from django.template.loader import render_to_string

from portal.core.templatetags import ui

TEMPLATES = Path(__file__).parent / "templates"
STARTS_AT = datetime(2026, 11, 21, 13, 30, tzinfo=ZoneInfo("Asia/Tokyo"))


class ItemForm(forms.Form):
    """One field of each kind."""

    title = forms.CharField(label="議題の名前", help_text="事例番号で書いてください。")
    section = forms.ChoiceField(
        label="提出機関", choices=[("a", "社会福祉課 多機関協働担当")]
    )
    wish = forms.DateField(
        label="希望する回", required=False, widget=forms.DateInput({"type": "date"})
    )
    words = forms.CharField(label="話し合いたいこと", widget=forms.Textarea)
    regime = forms.ChoiceField(
        label="会議の種類",
        help_text="迷うときは事務局へ。",
        choices=[("shien", "支援会議"), ("juso", "重層的支援会議")],
        widget=forms.RadioSelect,
    )
    guests = forms.MultipleChoiceField(
        label="来てほしい機関",
        required=False,
        choices=[("1", "見本保健所"), ("2", "見本市北部地域包括支援センター")],
        widget=forms.CheckboxSelectMultiple,
    )
    paper = forms.FileField(label="資料", required=False)
    promise = forms.BooleanField(label="誓約の内容を守ることを約束します。")


@pytest.fixture
def page_request(rf) -> HttpRequest:
    request = rf.get("/", {"unit": "north"})
    request.session = {}
    request._messages = default_storage(request)
    return request


@pytest.fixture
def render(settings, page_request):
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [TEMPLATES]}]

    def rendered(name: str, **more: object) -> str:
        context = {
            "starts_at": STARTS_AT,
            "form": ItemForm({"section": "a"}),
            "tones": sorted(ui.TONES),
            "page": Paginator(range(200), 20).page(2),
            "steps": ["リンク", "確認コード", "誓約", "回答・閲覧"],
            "signed_in": {
                "name": "高橋 健一",
                "office": "社会福祉課 課長",
                "sign_out_url": "/out",
            },
            "navigation": [
                {"label": "ホーム", "url": "/"},
                {"label": "会議", "url": "/m", "current": True, "count": 3},
            ],
        }
        return render_to_string(name, {**context, **more}, page_request)

    return rendered


@pytest.mark.parametrize("wrong", [False, True])
@pytest.mark.parametrize(
    "name", ["gallery.html", "gallery_gate.html", "gallery_minutes.html"]
)
def test_the_gallery_renders_whole(render, name, wrong):
    page = render(name, wrong=wrong)
    assert page.rstrip().endswith("</html>")
    assert "令和8年" in page or "午後1時30分" in page


def test_a_field_ties_label_support_and_error_to_its_control(render):
    page = render("gallery.html")
    assert '<label class="field__label" for="id_title">' in page
    control = re.search(r'<input[^>]*name="title"[^>]*>', page)
    assert control
    assert 'aria-invalid="true"' in control[0]
    assert 'aria-describedby="id_title_helptext id_title_error"' in control[0]
    assert 'id="id_title_helptext"' in page
    assert 'id="id_title_error"' in page


def test_a_group_of_choices_has_a_legend_and_names_its_error(render):
    page = render("gallery.html")
    group = re.search(r"<fieldset[^>]*>\s*<legend>会議の種類", page)
    assert group
    assert 'aria-describedby="id_regime_helptext id_regime_error"' in group[0]


def test_the_errors_summary_leads_to_each_field(render):
    page = render("gallery.html")
    for name in ("title", "regime", "promise"):
        assert f'<a href="#id_{name}">' in page
        assert f'id="id_{name}"' in page


def test_messages_become_notices(render, page_request):
    messages.success(page_request, "12人に案内を送りました。")
    messages.error(page_request, "<b>送れませんでした。</b>")
    page = render("base.html", signed_in=None, navigation=[])
    assert 'class="notice notice--success"' in page
    assert 'class="notice notice--danger"\n             role="alert"' in page
    assert "&lt;b&gt;送れませんでした。" in page


def test_a_frame_without_a_person_offers_no_way_out(render):
    page = render("base.html", signed_in=None, navigation=[])
    assert "終了する</button>" not in page
    assert "site-nav" not in page


def test_pages_of_a_list_keep_the_search(render):
    assert 'href="?unit=north&amp;page=3"' in render("gallery.html")


@pytest.mark.parametrize("name", ["400", "403", "404", "413", "500", "503"])
def test_an_error_page_needs_nothing_and_says_the_next_step(name):
    template = engines["django"].get_template(f"{name}.html")
    page = template.render({})
    assert "ください" in page
    assert 'href="/"' in page


def test_an_unknown_tone_or_icon_is_a_mistake_of_the_page():
    with pytest.raises(TemplateSyntaxError, match="'loud'"):
        ui.status_chip("確定", "loud")
    with pytest.raises(TemplateSyntaxError, match="'star'"):
        ui.icon("star")


def test_every_icon_is_drawn(settings):
    drawn = (settings.ROOT / "portal/core/static/img/icons.svg").read_text()
    assert set(re.findall(r'<symbol id="(\w+)"', drawn)) == ui.ICONS
