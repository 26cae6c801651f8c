"""Template tags for the recurring parts of a page; see docs/developers/design.md."""

from typing import TypedDict

from django import template
from django.forms import BoundField, CheckboxInput
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()

TONES = frozenset({"neutral", "key", "info", "success", "warning", "danger"})
ICONS = frozenset({"info", "success", "warning", "danger", "file", "lock", "person"})
_TONE_OF_LEVEL = {"debug": "info", "error": "danger"}


class FieldContext(TypedDict):
    """What ``includes/field.html`` shows of a form field."""

    field: BoundField
    is_checkbox: bool
    is_group: bool


class ChipContext(TypedDict):
    """What ``includes/status_chip.html`` shows."""

    label: str
    tone: str


@register.inclusion_tag("includes/field.html")
def field(bound: BoundField) -> FieldContext:
    """A form field with label, support text, control and errors."""
    widget = bound.field.widget
    return {
        "field": bound,
        "is_checkbox": isinstance(widget, CheckboxInput),
        "is_group": bool(widget.use_fieldset),
    }


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
