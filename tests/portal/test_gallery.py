"""The component gallery: every part of the guide, with realistic words."""

import re

import pytest
from django import forms
from django.contrib import messages
from django.template import TemplateSyntaxError, engines

from portal.core.templatetags import ui


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
    assert re.search(r'<label\s+class="field__label"\s+for="id_title">', page)
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


@pytest.mark.parametrize(
    ("lost", "kept"),
    [
        (forms.CharField(widget=forms.PasswordInput), False),
        (forms.FileField(), False),
        (forms.CharField(widget=forms.Textarea), True),
    ],
)
def test_the_errors_summary_claims_to_keep_only_what_comes_back(lost, kept):
    fields = {"title": forms.CharField(), "more": lost}
    form = type("Some", (forms.Form,), fields)({"title": ""})
    summary = engines["django"].get_template("includes/errors_summary.html")
    words = summary.render({"form": form})
    assert ("入力した内容は残っています" in words) == kept
    assert ("空に戻った欄も入れ直して" in words) != kept


def test_messages_become_notices(render, page_request):
    messages.success(page_request, "12人に案内を送りました。")
    messages.error(page_request, "<b>送れませんでした。</b>")
    page = render("base.html", signed_in=None, navigation=[])
    assert 'class="notice notice--success"' in page
    assert 'class="notice notice--danger"\n             role="alert"' in page
    assert "&lt;b&gt;送れませんでした。" in page


def test_a_frame_without_a_person_offers_no_way_out(render):
    page = render("base.html", signed_in=None, navigation=[])
    assert "サインアウト</button>" not in page
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
