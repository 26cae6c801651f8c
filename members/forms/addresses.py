"""The box of two people who have one mail address."""

from django.utils.translation import gettext_lazy as _

from portal.core.fields import LateBox


def shared_address() -> LateBox:
    """Shown once the address was found to be somebody else's."""
    return LateBox(
        label=_("同じアドレスを、お二人で使う"),
        help_text=_(
            "お二人とも、もう一方の方に届くリンクと確認コードを読めます。"
            "ほかに届け方がないときだけ、チェックを付けます。"
        ),
    )
