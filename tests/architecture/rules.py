"""Rules for the text of the program that no library's checker knows.

A rule names what must not be written, why, and the places that may, each with its
reason. With it stand an example that it catches and one that it lets pass.
"""

import ast
import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.architecture.source import dotted

Sees = Callable[[ast.AST], bool]


@dataclass(frozen=True, kw_only=True)
class Rule:
    """What must not be written: names that are used, or a shape of the code."""

    name: str
    why: str
    uses: tuple[str, ...] = ()  # anywhere: imported, named, called
    calls: tuple[str, ...] = ()
    sees: Sees | None = None
    within: str = ""  # modules whose path matches; empty: all
    unless: dict[str, str] = field(default_factory=dict)
    caught: str
    passed: str

    def concerns(self, module: str) -> bool:
        """Whether the rule looks into the module."""
        return module not in self.unless and bool(re.search(self.within, module))

    def found(self, code: "Code") -> list[int]:
        """The lines that break the rule."""
        lines = [line for each in self.uses for line in code.names[each]]
        lines += [line for each in self.calls for line in code.calls[each]]
        if self.sees:
            lines += [node.lineno for node in code.nodes if self.sees(node)]
        return lines


Lines = dict[str, list[int]]


@dataclass(frozen=True)
class Code:
    """A module, walked once for all rules: what it names, and on which lines."""

    nodes: list[ast.expr | ast.keyword]
    names: Lines
    calls: Lines


def read(tree: ast.AST) -> Code:
    """Walk the tree."""
    code = Code([], defaultdict(list), defaultdict(list))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            _note(code.calls, node.lineno, dotted(node.func))
        if isinstance(node, ast.Call | ast.Compare | ast.keyword | ast.Constant):
            code.nodes.append(node)
        elif isinstance(node, ast.Attribute | ast.Name):
            _note(code.names, node.lineno, dotted(node))
        elif isinstance(node, ast.Import | ast.ImportFrom):
            owner = f"{node.module}." if isinstance(node, ast.ImportFrom) else ""
            _note_imports(code.names, node.lineno, owner, node.names)
    return code


def _note(lines: Lines, line: int, name: str) -> None:
    """The line, for ``a.b.c`` and for what it ends with: ``b.c`` and ``c``."""
    while name:
        lines[name].append(line)
        name = name.partition(".")[2]


def _note_imports(lines: Lines, line: int, owner: str, things: list[ast.alias]) -> None:
    """The same for each imported thing, and for what its name begins with."""
    for thing in things:
        name = f"{owner}{thing.name}"
        while name:
            _note(lines, line, name)
            name = name.rpartition(".")[0]


def _keyword(name: str, value: object) -> Callable[[ast.AST], bool]:
    def sees(node: ast.AST) -> bool:
        return (
            isinstance(node, ast.keyword)
            and node.arg == name
            and isinstance(node.value, ast.Constant)
            and node.value.value == value
        )

    return sees


def _naive(node: ast.AST) -> bool:
    """``datetime(2026, 4, 1)`` and ``fromtimestamp(0)``: which zone?"""
    if not isinstance(node, ast.Call):
        return False
    called = dotted(node.func).rpartition(".")[2]
    if called not in {"datetime", "fromtimestamp"}:
        return False
    zoned = {"tzinfo", "tz"} & {each.arg for each in node.keywords}
    return not zoned and len(node.args) < (8 if called == "datetime" else 2)


_LOGS = {"debug", "info", "warning", "error", "critical", "exception"}
_WORDS = {"name", "title", "text", "email", "kana", "file_name", "address", "phone"}


def _log_call(node: ast.AST) -> list[ast.expr]:
    """The arguments of a call that logs."""
    if not isinstance(node, ast.Call):
        return []
    owner, _, method = dotted(node.func).rpartition(".")
    logs = owner.rpartition(".")[2] in {"log", "logger", "logging"}
    return node.args if logs and method in _LOGS else []


def _put_together(node: ast.AST) -> bool:
    """Anything but plain words as the first argument of a log call."""
    return any(not isinstance(each, ast.Constant) for each in _log_call(node)[:1])


def _tells_words(node: ast.AST) -> bool:
    """A log call with what somebody typed, or with an error's own words."""
    for argument in _log_call(node)[1:]:
        for each in ast.walk(argument):
            # The name of an error's class is ours: type(error).__name__.
            if isinstance(each, ast.Attribute) and each.attr in _WORDS:
                return True
        if isinstance(argument, ast.Name) and argument.id in {"error", "exc", "e"}:
            return True
    return False


def _asks_whatever_is_sent(node: ast.AST) -> bool:
    """``filter(**request.GET)``: a lookup that the browser composes."""
    if not isinstance(node, ast.Call):
        return False
    unpacked = [each.value for each in node.keywords if each.arg is None]
    return any(
        isinstance(part, ast.Attribute) and part.attr in {"GET", "POST", "COOKIES"}
        for value in unpacked
        for part in ast.walk(value)
    )


def _goes_where_told(node: ast.AST) -> bool:
    """``redirect(request.GET["next"])``."""
    if not isinstance(node, ast.Call):
        return False
    called = dotted(node.func).rpartition(".")[2]
    if called not in {"redirect", "HttpResponseRedirect"}:
        return False
    return any(
        isinstance(part, ast.Attribute) and part.attr in {"GET", "POST", "META"}
        for value in node.args
        for part in ast.walk(value)
    )


_SECRET = re.compile(r"(^|_)(secret|token|mac|otp|password|nonce)$")


def _compares_a_secret(node: ast.AST) -> bool:
    """``row.secret == given``: the time it takes tells how much was right."""
    if not isinstance(node, ast.Compare):
        return False
    if not any(isinstance(op, ast.Eq | ast.NotEq) for op in node.ops):
        return False
    sides = [node.left, *node.comparators]
    if any(isinstance(side, ast.Constant) for side in sides):
        return False
    return any(_SECRET.search(dotted(side).rpartition(".")[2]) for side in sides)


def _takes_the_first_word(node: ast.AST) -> bool:
    """A header that the browser may have written itself."""
    return isinstance(node, ast.Constant) and bool(
        re.fullmatch(
            r"(HTTP_)?X[-_](FORWARDED|REAL)[-_]\w+", str(node.value), re.IGNORECASE
        )
    )


def _hands_out_bytes(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and dotted(node.func).endswith(
        ("StreamingHttpResponse", "FileResponse")
    )


def _names_a_file(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and node.value == "Content-Disposition"


_MEDIA = re.compile(r"application/(pdf|zip|vnd\.)|text/csv")


def _spells_a_media_type(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and bool(_MEDIA.match(str(node.value)))


_JAPANESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")
_TRANSLATES = {"_", "gettext", "gettext_lazy", "ngettext"}


def _refuses_untranslated(node: ast.AST) -> bool:
    """``RefusedError("まだです")``, also within what is put together."""
    return (
        isinstance(node, ast.Call)
        and dotted(node.func) in {"RefusedError", "InvalidError"}
        and any(
            _untranslated(each)
            for each in (*node.args, *(keyword.value for keyword in node.keywords))
        )
    )


def _untranslated(node: ast.AST) -> bool:
    if isinstance(node, ast.Call) and dotted(node.func) in _TRANSLATES:
        return False
    if isinstance(node, ast.Constant):
        return isinstance(node.value, str) and bool(_JAPANESE.search(node.value))
    return any(_untranslated(each) for each in ast.iter_child_nodes(node))


VIEWS = r"/views(/|\.py)|consumers\.py"
RULES_OF_ACCESS = r"policies\.py|members/(decide|question|permissions)\.py"

RULES = (
    Rule(
        name="no presigned address",
        why="whoever sees it reads the object, without any question (R1)",
        uses=(
            "presigned_get_object",
            "presigned_put_object",
            "get_presigned_url",
            "presigned_post_policy",
            "generate_presigned_url",
        ),
        caught="client.presigned_get_object('kasane', name)",
        passed="client.get_object('kasane', name)",
    ),
    Rule(
        name="bytes leave through the gateway",
        why="it asks, records and marks before the first byte, and asks while it runs",
        sees=_hands_out_bytes,
        unless={
            "documents/delivery/gateway.py": "this is it",
            "documents/delivery/archives.py": "the same for many files at once",
        },
        caught="return FileResponse(file)",
        passed="return gateway.deliver(request, version)",
    ),
    Rule(
        name="a file leaves in one answer",
        why="a forgotten header shows it in the portal's own name instead of saving it",
        sees=_names_a_file,
        unless={
            "portal/core/media.py": "this is it",
            "portal/demo/practice.py": "puts a word before the name of every file",
        },
        caught="answer['Content-Disposition'] = f'attachment; filename={name}'",
        passed="return media.attachment(data, media.PDF, name)",
    ),
    Rule(
        name="media types are spelt once",
        why="what is filed as one kind is found as that kind",
        sees=_spells_a_media_type,
        unless={"portal/core/media.py": "this is it"},
        caught="HttpResponse(data, content_type='application/pdf')",
        passed="media.attachment(data, media.PDF, name)",
    ),
    Rule(
        name="only documents opens what is kept",
        why="a plaintext has one way out of the vault",
        uses=("vault.open_object", "vault.read"),
        within="^(portal|members|meetings)/|^documents/(views|forms)",
        unless={"portal/core/upkeep.py": "re-reads what is kept, and throws it away"},
        caught="from portal.core import vault\nvault.read(stored)",
        passed="vault.put(file)",
    ),
    Rule(
        name="no query in a view",
        why="a row reaches a page through a selector, which asks for whom (R1)",
        uses=("objects", "_default_manager", "_base_manager"),
        within=VIEWS,
        caught="def page(request):\n    return Case.objects.get(pk=1)",
        passed="def page(request):\n    return case_for(request.actor, 1)",
    ),
    Rule(
        name="no second door",
        why="one decision says yes; rank opens nothing (R1, R12)",
        uses=(
            "is_staff",
            "is_superuser",
            "has_perm",
            "permission_required",
            "user_passes_test",
            "login_required",
        ),
        caught="if request.user.is_superuser: show()",
        passed="if access.allows(Action.READ, facts): show()",
    ),
    Rule(
        name="one clock",
        why="tests travel in it, and all of a request has one now (R2)",
        uses=(
            "datetime.now",
            "datetime.utcnow",
            "datetime.today",
            "date.today",
            "timezone.now",
            "timezone.localdate",
            "time.time",
            "functions.Now",
        ),
        unless={"portal/core/clock.py": "this is it"},
        caught="at = datetime.now(UTC)",
        passed="at = clock.now()",
    ),
    Rule(
        name="no naive time",
        why="nine hours lie between a date in Japan and one in UTC (R2)",
        sees=_naive,
        unless={"meetings/calendar.py": "local by definition (RFC 5545, 3.6.5)"},
        caught="start = datetime(2026, 4, 1)",
        passed="start = datetime(2026, 4, 1, tzinfo=UTC)",
    ),
    Rule(
        name="one way to a day",
        why="a day is Japan's, and nobody has to remember it (R2)",
        calls=("astimezone.date",),
        unless={"portal/core/clock.py": "this is it"},
        caught="day = row.starts_at.astimezone(JST).date()",
        passed="day = clock.day_of(row.starts_at)",
    ),
    Rule(
        name="no now in a rule",
        why="a decision is about the moment it is asked for (R3, P2)",
        uses=("clock.now", "clock.today", "functions.Now"),
        within=RULES_OF_ACCESS,
        unless={"meetings/policies.py": "whether a body exists today, for a button"},
        caught="def r7(q):\n    return q.until > clock.now()",
        passed="def r7(q):\n    return q.until > q.t",
    ),
    Rule(
        name="log lines are fixed words",
        why="what is put in cannot be told apart, and breaks lines (R39)",
        sees=_put_together,
        caught="log.info(f'opened {paper}')",
        passed="log.info('opened %s', version_id)",
    ),
    Rule(
        name="log lines carry no words of people",
        why="a log is read by those who may not read cases (R35, R39)",
        sees=_tells_words,
        caught="log.warning('no mail for %s', person.name)",
        passed="log.warning('no mail: %s', type(error).__name__)",
    ),
    Rule(
        name="a refusal is translated",
        why="the catalogue would not know it, and a reader of English neither",
        sees=_refuses_untranslated,
        caught="raise RefusedError(f'{name}さんは選べません。')",
        passed="raise RefusedError(_('%(name)sさんは選べません。') % {'name': name})",
    ),
    Rule(
        name="mail never fails in silence",
        why="after a failed STARTTLS Django would go on in clear (CVE-2026-7666)",
        sees=_keyword("fail_silently", True),
        caught="message.send(fail_silently=True)",
        passed="message.send()",
    ),
    Rule(
        name="mail leaves through the outbox",
        why="a row first, neutral words, one recipient (R39)",
        uses=("send_mail", "EmailMessage", "EmailMultiAlternatives", "mail_admins"),
        unless={
            "portal/core/outbox.py": "this is it",
            "portal/core/mail_files.py": "where the outbox's mail goes if none is sent",
        },
        caught="from django.core.mail import send_mail",
        passed="outbox.queue(letter)",
    ),
    Rule(
        name="no shared cache",
        why="the page of one person was shown to another (Zulip 2021)",
        uses=("django.core.cache", "cache_page", "decorators.cache", "cache_control"),
        caught="from django.views.decorators.cache import cache_page",
        passed="from functools import cached_property",
    ),
    Rule(
        name="websockets ask for the whole origin",
        why="these compare the host alone: http and any port would pass",
        uses=("AllowedHostsOriginValidator", "OriginValidator"),
        caught="from channels.security.websocket import AllowedHostsOriginValidator",
        passed="from portal.origin import SameOriginValidator",
    ),
    Rule(
        name="no form without its token",
        why="another site could send it",
        uses=("csrf_exempt",),
        caught="@csrf_exempt\ndef page(request): ...",
        passed="@csrf_protect\ndef page(request): ...",
    ),
    Rule(
        name="no signed text as a key",
        why="it cannot be taken back; a row can (R14, R31)",
        uses=("django.core.signing", "jwt", "TimestampSigner", "signing.loads"),
        unless={
            "portal/core/practice.py": "to a portal that shares no table (ADR 0038)",
            "portal/demo/practice.py": "a pass outlives its nightly wiped tables",
        },
        caught="from django.core import signing",
        passed="secret = secrets.token_urlsafe(32)",
    ),
    Rule(
        name="no SQL by hand",
        why="the mapper quotes, and keeps to what the profile's database knows",
        calls=("RawSQL", "objects.raw", "objects.extra", "connection.cursor"),
        unless={
            "meetings/live/authorisation.py": "reads the stamp of all facts",
            "portal/core/audit.py": "one statement links a whole batch",
            "portal/core/takings.py": "triggers are no rows",
            "portal/core/dumps.py": "a backup reads the tables as they lie",
            "portal/core/restoring.py": "and a restore writes them",
            "meetings/live/rows.py": "a batch of operations in one statement",
            "portal/core/checks.py": "asks the server what it forgets",
            "portal/core/rights.py": "gives and takes rights of roles",
            "portal/core/search/index.py": "tokens lie where no field of Django's does",
            "members/services/addresses.py": "locks an address that is no row yet",
            "portal/core/search/triggers.py": "triggers are no rows",
        },
        caught="Case.objects.raw('SELECT 1')",
        passed="Case.objects.filter(number=number)",
    ),
    Rule(
        name="no lookup that the browser composes",
        why="a key like body__secret__startswith asks what no page shows",
        sees=_asks_whatever_is_sent,
        caught="rows.filter(**request.GET.dict())",
        passed="rows.filter(number=request.GET['number'])",
    ),
    Rule(
        name="no redirect to where the browser says",
        why="a link to us would lead elsewhere",
        sees=_goes_where_told,
        caught="redirect(request.GET['next'])",
        passed="redirect('meetings:home')",
    ),
    Rule(
        name="nothing stored is run",
        why="a row or a file would become a program",
        uses=("pickle", "shelve", "yaml.load"),
        calls=("eval", "exec"),
        caught="import pickle",
        passed="import json",
    ),
    Rule(
        name="no shell",
        why="a file name would become a command",
        sees=_keyword("shell", True),
        uses=("os.system", "os.popen"),
        caught="subprocess.run('ls', shell=True)",
        passed="subprocess.run(['ls'])",
    ),
    Rule(
        name="programs are started in few places",
        why="each in a box of its own, with fixed arguments",
        uses=("subprocess",),
        unless={
            "documents/intake/acceptance.py": "looks at a foreign file, apart",
            "documents/mixups/reading.py": "reads a foreign file, apart",
            "documents/output/presses.py": "sets type, apart",
            "documents/renditions/conversion.py": "converts, apart",
            "documents/renditions/office.py": "converts, inside the box",
            "documents/sandbox.py": "the box",
            "portal/core/dumps.py": "PostgreSQL's own programs, for the operator",
            "portal/demo/management/commands/practice.py": "own commands, one by one",
        },
        caught="import subprocess",
        passed="from documents import sandbox",
    ),
    Rule(
        name="secrets are drawn by secrets",
        why="random can be foretold",
        uses=("random.Random", "random.random", "random.choice", "random.randint"),
        unless={
            "documents/output/papers/scan.py": "grain of a demo picture",
        },
        caught="random.choice(letters)",
        passed="secrets.choice(letters)",
    ),
    Rule(
        name="secrets are compared in constant time",
        why="how long it takes would tell how much was right",
        sees=_compares_a_secret,
        caught="if link.secret == given: ...",
        passed="if compare_digest(link.secret, given): ...",
    ),
    Rule(
        name="no weak digest",
        why="two texts with one digest can be made",
        uses=("hashlib.md5", "hashlib.sha1"),
        unless={"portal/demo/identity.py": "the demo's known keys"},
        caught="hashlib.md5(data)",
        passed="hashlib.sha256(data)",
    ),
    Rule(
        name="markup is escaped",
        why="a name may hold a tag",
        calls=("mark_safe", "SafeString", "SafeText"),
        unless={
            "portal/core/manuals.py": "our own manuals; HTML in them is not taken",
            "portal/core/qr.py": "a QR code, drawn from our own link",
        },
        caught="mark_safe(person.name)",
        passed="format_html('<b>{}</b>', person.name)",
    ),
    Rule(
        name="no header that the browser wrote",
        why="whoever sends it would choose the address on record",
        sees=_takes_the_first_word,
        unless={
            "portal/settings/server.py": "the proxy sets the scheme",
            "portal/settings/practice.py": "the proxy sets the scheme",
            "portal/core/health.py": "who sends one is not from here",
        },
        caught="request.META['HTTP_X_FORWARDED_FOR']",
        passed="request.META['REMOTE_ADDR']",
    ),
    Rule(
        name="nothing is printed",
        why="output of a server is a log without rules",
        calls=("print", "pprint", "breakpoint"),
        caught="print(row)",
        passed="log.info('done')",
    ),
)
