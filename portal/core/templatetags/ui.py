"""Template tags for the recurring parts of a page; see docs/developers/design.md."""

from collections.abc import Iterable
from typing import Protocol, TypedDict

from django import template
from django.forms import BaseForm, BoundField, CheckboxInput
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from portal.core.fields import LateBox

register = template.Library()

TONES = frozenset({"neutral", "key", "info", "success", "warning", "danger"})
# What a browser never gets back into a field.
_NOT_KEPT = frozenset({"password", "file"})
ICONS = frozenset({"info", "success", "warning", "danger", "file", "lock", "person"})
_TONE_OF_LEVEL = {"debug": "info", "error": "danger"}


class FieldContext(TypedDict):
    """What ``includes/field.html`` shows of a form field."""

    field: BoundField
    is_shown: bool
    is_checkbox: bool
    is_group: bool
    needed: str


class ChipContext(TypedDict):
    """What ``includes/status_chip.html`` shows."""

    label: str
    tone: str


@register.inclusion_tag("includes/field.html")
def field(bound: BoundField) -> FieldContext:
    """A form field with label, support text, control and errors."""
    widget = bound.field.widget
    comes_later = isinstance(bound.field, LateBox)
    return {
        "field": bound,
        "is_shown": bool(not comes_later or bound.errors or bound.value()),
        "is_checkbox": isinstance(widget, CheckboxInput),
        "is_group": bool(widget.use_fieldset),
        "needed": getattr(bound.field, "needed", ""),
    }


@register.filter
def keeps_all(form: BaseForm) -> bool:
    """Whether everything that was sent stands in the form again."""
    sorts = (getattr(each.field.widget, "input_type", "") for each in form)
    return _NOT_KEPT.isdisjoint(sorts)


@register.inclusion_tag("includes/status_chip.html")
def status_chip(label: str, tone: str = "neutral") -> ChipContext:
    """A status in words; ``tone`` is one of ``TONES`` and only supports the words."""
    if tone not in TONES:
        message = f"unknown tone {tone!r}, expected one of {sorted(TONES)}"
        raise template.TemplateSyntaxError(message)
    return {"label": label, "tone": tone}


@register.simple_tag
def icon(name: str) -> SafeString:
    """An icon of the portal, silent to screen readers: words always stand by it."""
    if name not in ICONS:
        message = f"unknown icon {name!r}, expected one of {sorted(ICONS)}"
        raise template.TemplateSyntaxError(message)
    return format_html(
        '<svg class="icon" aria-hidden="true" focusable="false">'
        '<use href="{}#{}"></use></svg>',
        static("img/icons.svg"),
        name,
    )


@register.filter
def tone_of(level: str) -> str:
    """The tone of a message level of ``django.contrib.messages``."""
    return _TONE_OF_LEVEL.get(level, level)


@register.filter
def words(text: str) -> list[str]:
    """The comma-separated words of a translated text, as a list."""
    return text.split(",")


class Piece(Protocol):
    """A piece of a compared text: ``op`` is same, gone or new."""

    op: str
    text: str


@register.simple_tag
def marked(pieces: Iterable[Piece]) -> SafeString:
    """What was taken out and put in: by line, sign and words, not by colour alone."""
    return format_html_join("", "{}", ((_marked(piece),) for piece in pieces))


def _marked(piece: Piece) -> str | SafeString:
    if piece.op == "same":
        return piece.text
    new = piece.op == "new"
    return format_html(
        '<{tag} class="change"><span class="visually-hidden">{begins}</span>'
        '<span class="change__sign" aria-hidden="true">{sign}</span>{text}'
        '<span class="visually-hidden">{ends}</span></{tag}>',
        tag="ins" if new else "del",
        sign="+" if new else "−",
        begins=_("追加:") if new else _("削除:"),
        ends=_("追加おわり") if new else _("削除おわり"),
        text=piece.text,
    )
