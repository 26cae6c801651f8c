"""Errors of the domain, each with the HTTP status that answers it.

``portal.core.http.domain_errors`` turns them into pages in one place.
"""

from typing import ClassVar

from django.utils.translation import gettext as _


class DomainError(Exception):
    """A refusal that a person can understand; ``message`` is Japanese and neutral."""

    status: ClassVar[int] = 409
    code: ClassVar[str] = "refused"

    def __init__(self, message: str = "") -> None:
        self.message = message or self.default_message()
        super().__init__(self.message)

    def default_message(self) -> str:
        """What is said when the raiser says nothing more exact."""
        return _(
            "この操作はできませんでした。画面を読み込み直して、もう一度お試しください。"
        )


class HiddenError(DomainError):
    """Unknown and forbidden alike: byte-equal to "does not exist" (R4)."""

    status = 404
    code = "hidden"

    def default_message(self) -> str:
        """The words of an absent page."""
        return _("ページが見つかりません。")


class NeedAcknowledgementError(DomainError):
    """Everything but the current pledge is in place (R10)."""

    status = 403
    code = "need_ack"

    def default_message(self) -> str:
        """Say the next step."""
        return _("守秘義務の誓約をお願いします。")


class StepUpError(DomainError):
    """Everything but the strength of the session is in place (R8)."""

    status = 403
    code = "step_up"

    def default_message(self) -> str:
        """Say the next step."""
        return _("この操作の前に、本人確認をもう一度お願いします。")


class RefusedError(DomainError):
    """An act that the state of things does not allow now; the message says why."""


class InvalidError(DomainError):
    """Input that cannot be accepted; the message says what to mend, in which field."""

    status = 422
    code = "invalid"

    def __init__(self, message: str = "", *, field: str = "") -> None:
        self.field = field
        super().__init__(message)


class UnknownTokenError(DomainError):
    """A program came without a key that opens anything; it is not told why."""

    status = 401
    code = "unknown_token"


class UnavailableError(DomainError):
    """Something the decision or the audit depends on is missing (R38)."""

    status = 503
    code = "unavailable"
    retry_after: ClassVar[int] = 10

    def default_message(self) -> str:
        """Say when to try again."""
        return _("ただいま処理できません。少し待ってから、もう一度お試しください。")


class BusyError(UnavailableError):
    """Too much at once: shed before any work was done, to be tried again soon."""

    code = "busy"

    def default_message(self) -> str:
        """Say when to try again."""
        return _(
            "ただいま混み合っています。10秒ほど待ってから、もう一度お試しください。"
        )


class TooManyError(BusyError):
    """More requests than one program may send in a minute."""

    status = 429
    code = "too_many"
    retry_after = 60
