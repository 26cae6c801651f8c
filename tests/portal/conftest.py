"""Fixtures for the face: the component gallery, rendered with a full context."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django import forms
from django.conf import settings
from django.contrib.messages.storage import default_storage
from django.core.paginator import Paginator
from django.template.loader import render_to_string

from portal.core.templatetags import ui

SERVER_ONLY = ["test_objectlock.py", "test_s3.py"]
collect_ignore = [] if settings.PROFILE == "server" else SERVER_ONLY

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
def page_request(rf):
    request = rf.get("/", {"unit": "north"})
    request.session = {}
    request._messages = default_storage(request)
    return request


@pytest.fixture
def render(settings, page_request) -> Callable[..., str]:
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
                "own_url": "/own",
                "sign_out_url": "/out",
            },
            "navigation": [
                {"label": "ホーム", "url": "/"},
                {"label": "会議", "url": "/m", "current": True, "count": 3},
            ],
        }
        return render_to_string(name, {**context, **more}, page_request)

    return rendered
