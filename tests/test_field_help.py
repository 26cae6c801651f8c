"""Every field that a person sees says what to write, with an example where one helps.

Where the label already says it all there is nothing to add: those labels stand here,
each kind with its reason.
"""

import importlib
import pkgutil
from collections.abc import Iterator

from django import forms
from django.forms import BaseForm

import documents
import meetings
import members

APPS = (members, documents, meetings)
LONGEST = 160
PLAIN = {
    "a day of which the label says all": """
        この日から この日まで 承認した日 決めた日 決定した日
    """,
    "what everybody writes on any form": "電話 FAX 事例番号 新しい職名 標題 時間(分)",
    "each choice says what it is": "種類 渡すもの 異動先",
    "a statement to be ticked": """
        上の注意を読み、決定した人にも伝わっていることを確かめました
        同じ文が別の部分に残ることを確かめました
        同じ氏名の、別の方として登録する
    """,
}


def fields() -> Iterator[tuple[str, str, forms.Field]]:
    """Class, name and field of every form of the apps."""
    for app in APPS:
        for module in pkgutil.walk_packages(app.__path__, f"{app.__name__}."):
            if ".forms." in module.name:
                importlib.import_module(module.name)
    for form in sorted(_below(BaseForm), key=lambda form: form.__qualname__):
        if form.__module__.partition(".")[0] in {app.__name__ for app in APPS}:
            for name, field in form.base_fields.items():  # type: ignore[attr-defined] # set by the metaclass
                yield f"{form.__module__}.{form.__name__}", name, field


def _below(base: type[BaseForm]) -> set[type[BaseForm]]:
    found = set(base.__subclasses__())
    return found.union(*map(_below, found))


def test_every_field_says_what_to_write() -> None:
    plain = " ".join(PLAIN.values()).split()
    bare = {
        (form, name, str(field.label))
        for form, name, field in fields()
        # Without a label the page itself draws the field, beside words of its own.
        if field.label and not field.widget.is_hidden and not field.help_text
    }
    assert sorted(each for each in bare if each[2] not in plain) == []
    assert sorted(set(plain) - {label for _, _, label in bare}) == [], "no longer bare"


def test_help_is_short() -> None:
    long = {
        (form, name)
        for form, name, field in fields()
        if len(str(field.help_text)) > LONGEST and not field.widget.is_hidden
    }
    assert sorted(long) == []
