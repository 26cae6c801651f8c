"""The paper card as a command prints it, for whoever has nobody to get one from."""

from collections.abc import Iterable

from django.conf import settings
from django.core.management.base import OutputWrapper
from django.urls import reverse
from django.utils.translation import gettext as _


def write(out: OutputWrapper, *, login: str, codes: Iterable[str]) -> None:
    """Print name and codes in the words of the pages, to be handed over apart.

    Whoever holds both can choose the first password.
    """
    begin = settings.BASE_URL + reverse("members:begin")
    out.write(_("利用者名: %(login)s") % {"login": login})
    out.write(_("はじめの画面: %(address)s") % {"address": begin})
    out.write(
        _(
            "はじめの画面でコードを1つ使ってパスワードを決め、パスキーか認証アプリを登録します。"
        )
    )
    out.write(_("―― ここで切り離し、上と下を別々にお渡しください ――"))
    out.write(_("コード(それぞれ一度だけ使えます。表示されるのは、いまだけです):"))
    for code in codes:
        out.write(f"  {code[:4]} {code[4:]}")
