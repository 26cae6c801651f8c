"""Writing, forgetting and asking the index.

A token is the first 64 bit of an HMAC of two characters, or of a day, for one realm and
one kind of things, under a key that only the key file gives: whoever has the database
alone has no words, and equal words of two realms have nothing in common. The index only
says where to look; what is shown was decided, and its true text looked through, by who
asked.
"""

import hmac
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any, TypeVar
from uuid import UUID

from django.db import connection, transaction
from django.db.models import BooleanField, Exists, OuterRef, Q, QuerySet
from django.db.models.expressions import RawSQL

from portal.core import keys
from portal.core.models import SearchDue, SearchRow
from portal.core.search.sources import SOURCES
from portal.core.search.words import Query

BATCH = 200
# So many candidates are named by one look into the index; no more than these are
# loaded and decided at once.
NAMED = 600
AT_ONCE = 120
# So many more than are wanted are taken first.
SPARE = 4


def _token(key: bytes, kind: str, realm: UUID, token: str) -> int:
    named = realm.bytes + f"{kind}:{token}".encode()
    made = hmac.digest(key, named, "sha256")
    return int.from_bytes(made[:8], "big", signed=True)


# Writing ----------------------------------------------------------------------------


@transaction.atomic
def write(kind: str, subjects: Collection[UUID]) -> None:
    """Index the things as they are now; forget those that are none any more."""
    _one_at_a_time()
    found = {each.subject: each for each in SOURCES[kind].read(subjects)}
    SearchRow.objects.filter(kind=kind, subject__in=set(subjects) - set(found)).delete()
    if not found:
        return
    number = keys.primary("code")
    SearchRow.objects.bulk_create(
        (
            SearchRow(
                kind=kind,
                subject=each.subject,
                realm=each.realm,
                scope=each.scope,
                at=each.at,
                key=number,
            )
            for each in found.values()
        ),
        update_conflicts=True,
        unique_fields=["kind", "subject"],
        update_fields=["realm", "scope", "at", "key"],
    )
    rows = SearchRow.objects.filter(kind=kind, subject__in=found)
    key = keys.index_keys()[0]
    _write_tokens(
        {
            row: sorted(
                {_token(key, kind, each.realm, t) for x in each.texts for t in x.tokens}
            )
            for row, subject in rows.values_list("id", "subject")
            for each in [found[subject]]
        }
    )


def _one_at_a_time() -> None:
    """Who reads later writes later: no writer puts older words over newer ones."""
    if connection.vendor == "postgresql":  # SQLite has one writer anyway
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(x'696E646578'::bigint)")


def _write_tokens(tokens: dict[int, list[int]]) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.executemany(
                "UPDATE core_searchrow SET tokens = %s WHERE id = %s",
                [(made, row) for row, made in tokens.items()],
            )
            return
        cursor.executemany(
            'DELETE FROM core_searchtoken WHERE "row" = %s', [(row,) for row in tokens]
        )
        cursor.executemany(
            'INSERT INTO core_searchtoken (token, "row") VALUES (%s, %s)',
            [(token, row) for row, made in tokens.items() for token in made],
        )


def catch_up() -> int:
    """Index what was written since; returns how much that was."""
    done = 0
    while due := list(SearchDue.objects.order_by("id").values_list()[:BATCH]):
        with transaction.atomic():
            for kind, subjects in _by_kind(due).items():
                if kind in SOURCES:
                    write(kind, subjects)
            SearchDue.objects.filter(id__in=[number for number, *_rest in due]).delete()
        done += len(due)
    return done


def _by_kind(due: Iterable[tuple[Any, ...]]) -> dict[str, set[UUID]]:
    found: dict[str, set[UUID]] = {}
    for _number, kind, subject in due:
        found.setdefault(kind, set()).add(subject)
    return found


def look_after() -> int:
    """Index what is missing, drop what is left over; some of it at a time.

    What an older key indexed is indexed anew.
    """
    done = 0
    for kind, source in SOURCES.items():
        kept = SearchRow.objects.filter(kind=kind)
        known = Exists(kept.filter(subject=OuterRef(source.key)))
        there = Exists(source.present().filter(**{source.key: OuterRef("subject")}))
        stale = ~Q(key=keys.primary("code")) | ~Q(there)
        for subjects in (
            source.present().filter(~known).values_list(source.key, flat=True),
            kept.filter(stale).values_list("subject", flat=True),
        ):
            batch = list(subjects[:BATCH])
            if batch:
                write(kind, batch)
                done += len(batch)
    return done


def rebuild(progress: Callable[[str, int, int], object]) -> None:
    """Index everything anew, while people work; tells of each batch."""
    for kind, source in SOURCES.items():
        count, done = source.present().count(), 0
        kept = SearchRow.objects.filter(kind=kind).order_by("subject")
        for subjects in (
            *_batches(kept, "subject"),
            *_batches(source.present(), source.key),
        ):
            write(kind, subjects)
            done += len(subjects)
            progress(kind, done, count)


def _batches(rows: Any, name: str) -> Iterator[list[UUID]]:
    ordered = rows.order_by(name).values_list(name, flat=True)
    batch = list(ordered[:BATCH])
    while batch:
        yield batch
        batch = list(ordered.filter(**{f"{name}__gt": batch[-1]})[:BATCH])


def living() -> Iterator[bytes]:
    """What the index rests on, as key rotation counts it: a mark of each key."""
    numbers = SearchRow.objects.order_by("key").values_list("key", flat=True).distinct()
    yield from (keys.mark_of(number) for number in numbers)


# Asking -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Within:
    """Where somebody looks: realms, and by scope; perhaps some span of time."""

    realms: Sequence[UUID]
    scopes: Q = field(default_factory=Q)
    since: datetime | None = None
    until: datetime | None = None


Hit = TypeVar("Hit")
Candidate = tuple[int, UUID, datetime]


def hits(
    kind: str,
    query: Query,
    within: Within,
    check: Callable[[list[UUID]], Iterable[Hit]],
    count: int,
) -> list[Hit]:
    """The first ``count`` things, the newest first, that ``check`` lets pass.

    ``check`` decides on the candidates and looks through their texts; it keeps their
    order. Candidates are taken until there are enough hits or none is left, so what
    is hidden takes nobody's place: few at first, since most pass, then more.
    """
    found: list[Hit] = []
    rows = _candidates(kind, query, within)
    last: tuple[datetime, int] | None = None
    while len(found) < count:
        named = _behind(rows, last)
        for batch in _growing(named, count + SPARE):
            passed = check([subject for _id, subject, _at in batch])
            found += islice(passed, count - len(found))
            if len(found) == count:
                return found
        if len(named) < NAMED:
            break
        number, _subject, at = named[-1]
        last = (at, number)
    return found


def _growing(named: list[Candidate], first: int) -> Iterator[list[Candidate]]:
    """A few of them, then as many at once as there may be."""
    at, size = 0, min(first, AT_ONCE)
    while at < len(named):
        yield named[at : at + size]
        at, size = at + size, AT_ONCE


def _candidates(
    kind: str, query: Query, within: Within
) -> QuerySet[SearchRow, Candidate]:
    rows = SearchRow.objects.filter(within.scopes, _meets(kind, query, within))
    if within.since:
        rows = rows.filter(at__gte=within.since)
    if within.until:
        rows = rows.filter(at__lt=within.until)
    return rows.order_by("-at", "-id").values_list("id", "subject", "at")


def _behind(
    rows: QuerySet[SearchRow, Candidate], last: tuple[datetime, int] | None
) -> list[Candidate]:
    if last:
        rows = rows.filter(Q(at__lt=last[0]) | Q(at=last[0], id__lt=last[1]))
    return list(rows[:NAMED])


def _meets(kind: str, query: Query, within: Within) -> Q:
    """The rows that have all tokens of the query, of one realm, kind and key."""
    wanted = [
        sorted(_token(key, kind, realm, each) for each in query.tokens)
        for key in keys.index_keys()
        for realm in within.realms
    ]
    if connection.vendor == "postgresql":
        return _held(wanted)
    return _listed(_rarest_first(wanted))


def _held(wanted: list[list[int]]) -> Q:
    """By the column of tokens and its index."""
    found = Q(pk__in=())
    for tokens in wanted:
        text = '"core_searchrow"."tokens" @> %s::bigint[]'
        found |= Q(RawSQL(text, (tokens,), output_field=BooleanField()))  # nosec B611 # noqa: S611 – fixed words
    return found


def _listed(wanted: list[list[int]]) -> Q:
    """By the table of tokens, in one list of rows: SQLite then begins with it."""
    if not wanted:
        return Q(pk__in=())
    lists = " UNION ALL ".join(_joined(len(tokens)) for tokens in wanted)
    values = tuple(each for first, *others in wanted for each in (*others, first))
    text = f'"core_searchrow"."id" IN ({lists})'
    return Q(RawSQL(text, values, output_field=BooleanField()))  # nosec B611 # noqa: S611 – fixed words


def _joined(count: int) -> str:
    """The rows with so many tokens, looked up in the order in which they are given."""
    others = "".join(
        f' CROSS JOIN core_searchtoken t{n} ON t{n}."row" = t0."row"'
        f" AND t{n}.token = %s"
        for n in range(1, count)
    )
    return f'SELECT t0."row" FROM core_searchtoken t0{others} WHERE t0.token = %s'  # nosec B608 # noqa: S608 – fixed words


# Where a list is longer than this, it does not matter by how much.
_COUNTED = "SELECT 1 FROM core_searchtoken WHERE token = %s LIMIT 1000"


def _rarest_first(wanted: list[list[int]]) -> list[list[int]]:
    """The tokens with the shortest list first; none where one of them is nowhere."""
    each = f"SELECT %s, (SELECT count(*) FROM ({_COUNTED}))"  # nosec B608 # noqa: S608 – fixed words
    tokens = [token for tokens in wanted for token in tokens]
    if not tokens:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            " UNION ALL ".join([each] * len(tokens)),
            [value for token in tokens for value in (token, token)],
        )
        counts = dict(cursor.fetchall())
    there = [tokens for tokens in wanted if all(counts[token] for token in tokens)]
    return [sorted(tokens, key=lambda token: counts[token]) for tokens in there]
