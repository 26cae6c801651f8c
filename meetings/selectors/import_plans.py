"""What the rows of a table would do to what is here: new, known, different, wrong."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from meetings.importing.columns import Kind
from meetings.importing.households import check_house
from meetings.importing.reading import Found, Row, key_of
from meetings.models import Import
from meetings.selectors.import_known import Known
from members.models import Body, Case, Organization, Person
from members.services.addresses import taken_words
from members.terms import usual_end
from portal.core import clock, jp

_NEAR = 3


class Standing(StrEnum):
    """What would become of a row."""

    PROBLEM = "problem"
    DOUBLE = "double"
    NEW = "new"
    CHANGED = "changed"
    SAME = "same"


WORDS = {
    Standing.PROBLEM: gettext_lazy("直すところあり"),
    Standing.DOUBLE: gettext_lazy("ファイルの中で重複"),
    Standing.NEW: gettext_lazy("登録する"),
    Standing.CHANGED: gettext_lazy("登録済みと違う"),
    Standing.SAME: gettext_lazy("登録済み"),
}

LATE = gettext_lazy("過ぎた日なので、今日からの委嘱として登録します。")


@dataclass(frozen=True, slots=True)
class Planned:
    """The rows of one thing, of a household several, and what would become of it."""

    rows: tuple[Row, ...]
    standing: Standing
    words: str = ""
    acts: bool = True

    @property
    def number(self) -> int:
        """Its first row in the sheet."""
        return self.rows[0].number


def planned(found: Found, source: Import, known: Known) -> list[Planned]:
    """What would become of each row, in their order."""
    plan = {
        Kind.ROLL: _roll,
        Kind.ORGANIZATIONS: _organizations,
        Kind.CASES: _cases,
        Kind.RECORDS: _records,
    }[Kind(source.kind)]
    return list(plan(found.rows, known))


def _doubles(rows: Iterable[Row], *names: str) -> Iterator[tuple[Row, Row | None]]:
    """Each row, with the earlier one of the same name that will be entered."""
    seen: dict[tuple[str, ...], Row] = {}
    for row in rows:
        key = tuple(key_of(str(row.values.get(name) or "")) for name in names)
        earlier = seen.get(key)
        if earlier is None or not earlier.sound:
            seen[key], earlier = row, None
        yield row, earlier


def _organizations(rows: Iterable[Row], known: Known) -> Iterator[Planned]:
    for row, earlier in _doubles(rows, "organization", "unit"):
        here = known.registered(row)
        _check_organization(row, known)
        if not row.sound:
            yield Planned((row,), Standing.PROBLEM, acts=False)
        elif earlier is not None:
            yield _double(row, earlier, "organization")
        elif here is None:
            _say_elsewhere(row, known)
            yield Planned((row,), Standing.NEW)
        else:
            names = ("kana", "address", "phone", "fax")
            fields = {name: getattr(here, name) for name in names}
            yield _compared(row, fields, acts=False)


def _check_organization(row: Row, known: Known) -> None:
    if row.yes("internal") and not known.administers:
        words = _(
            "庁内の部署は、システム管理者が取り込みます。この行を除いてください。"
        )
        row.say("internal", words)
    unit = row.text("unit")
    if unit and key_of(unit) not in known.units:
        row.say(
            "unit", _("登録されていない圏域です。名前を確かめるか、空けてください。")
        )


def _say_elsewhere(row: Row, known: Known) -> None:
    others = [o for o in known.named(row.text("organization")) if o.listed]
    if others:
        words = _(
            "同じ名前の機関が%(units)sに登録されています。別の機関として登録します。"
        )
        row.say("organization", words % {"units": _units(others)}, blocks=False)


def _units(organizations: Iterable[Organization]) -> str:
    return "、".join(str(each.unit or _("全域")) for each in organizations)


def _double(row: Row, earlier: Row, name: str) -> Planned:
    words = _("%(row)s行目と同じです。1行だけ取り込みます。")
    row.say(name, words % {"row": earlier.number}, blocks=False)
    return Planned((row,), Standing.DOUBLE, acts=False)


def _compared(row: Row, fields: dict[str, str], *, acts: bool) -> Planned:
    """A row of something known: what it has is kept, and each difference is said."""
    standing = Standing.SAME
    for name, here in fields.items():
        if row.text(name) and key_of(row.text(name)) != key_of(here):
            words = _("登録済みは「%(here)s」です。登録済みのままにします。")
            row.say(name, words % {"here": here or _("空欄")}, blocks=False)
            standing = Standing.CHANGED
    return Planned((row,), standing, acts=acts)


def _roll(rows: Iterable[Row], known: Known) -> Iterator[Planned]:
    mailed: dict[str, Row] = {}
    for row, earlier in _doubles(rows, "organization", "name", "kana"):
        _check_term(row)
        people = known.namesakes(row)
        _check_namesakes(row, people)
        _check_unit(row, people, known)
        if not people and earlier is None:
            _check_address(row, known, mailed)
        if not row.sound:
            yield Planned((row,), Standing.PROBLEM, acts=False)
        elif earlier is not None:
            yield _double(row, earlier, "name")
        elif people:
            yield _known_person(row, people[0], known)
        else:
            _say_new_party(row, known)
            _say_term(row, known.body)
            mailed[row.text("email").lower()] = row
            yield Planned((row,), Standing.NEW)


def _check_namesakes(row: Row, people: list[Person]) -> None:
    if len(people) < 2:
        return
    words = _("同姓同名の人がいます。フリガナを書いてください。")
    if row.text("kana"):
        words = _(
            "同姓同名で、フリガナでも見分けられない人がいます。"
            "この行を除き、会議体の画面で委嘱してください。"
        )
    row.say("name", words)


def _check_unit(row: Row, people: list[Person], known: Known) -> None:
    name = row.text("organization")
    if people or known.organization(name) is not None or not known.named(name):
        return
    words = _(
        "この名前の機関は、%(units)sに登録されています。この会議体の圏域の機関なら、"
        "先に機関を登録してください。ほかの圏域の機関の人なら、この行を除き、"
        "画面で1人ずつ登録してください。"
    )
    row.say("organization", words % {"units": _units(known.named(name))})


def _check_address(row: Row, known: Known, mailed: dict[str, Row]) -> None:
    """Whoever is new has an address of their own, as on the page of a new person."""
    address = row.text("email").lower()
    bearer, other = known.addresses.get(address), mailed.get(address)
    if address and bearer is not None:
        row.say("email", taken_words(bearer, shown=bearer.id in known.shown))
    elif address and other is not None:
        words = _(
            "%(row)s行目と同じアドレスです。本人だけが読めるアドレスにするか、空けてください。"
        )
        row.say("email", words % {"row": other.number})


def _say_new_party(row: Row, known: Known) -> None:
    if known.organization(row.text("organization")) is None:
        words = _(
            "新しい機関(庁外)として登録します。庁内の課や、登録済みの機関のはずなら、"
            "名前を確かめてください。"
        )
        words += _maybe(known.near(row.text("organization")))
        row.say("organization", words, blocks=False)


def _maybe(near: Sequence[Organization]) -> str:
    """Which agencies of the register the name may mean, as a sentence."""
    if not near:
        return ""
    names = "".join(f"「{each.name}」" for each in near[:_NEAR])
    return _("登録済みの%(names)sのことでしょうか。") % {"names": names}


def _known_person(row: Row, person: Person, known: Known) -> Planned:
    names = ("kana", "post", "email", "phone")
    fields = {name: getattr(person, name) for name in names}
    joins = not known.is_commissioned(person)
    plan = _compared(row, fields, acts=joins)
    if not joins:
        return plan
    _say_term(row, known.body)
    words = _("この人は登録済みです。この会議体への委嘱だけを登録します。")
    return Planned(plan.rows, Standing.NEW, words)


def _check_term(row: Row) -> None:
    start, end = row.day("starts_on"), row.day("ends_on")
    if start and end and end < start:
        row.say(
            "ends_on", _("任期の終わりが、始まりより前です。どちらかを直してください。")
        )


def _say_term(row: Row, body: Body | None) -> None:
    """Standing begins today at the earliest, and ends as the body's rules have it."""
    start, end = row.day("starts_on"), row.day("ends_on")
    today = clock.today()
    if start and start < today:
        row.note("starts_on", str(LATE))
    if body is None:
        return
    until = usual_end(body, max(start or today, today))
    if end and end != until:
        words = _("設置要綱により、任期の終わりは決めません。")
        if until is not None:
            words = _("設置要綱により、任期は%(until)sまでになります。")
            words = words % {"until": jp.era_words(until)}
        row.note("ends_on", words)


# Cases --------------------------------------------------------------------------------


def _cases(rows: Iterable[Row], known: Known) -> Iterator[Planned]:
    houses: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        houses[key_of(row.text("number")) or f"row {row.number}"].append(row)
    for key, house in houses.items():
        if key in known.cases:
            words = _("この事例番号は使われています。取り込みません。")
            yield Planned(tuple(house), Standing.SAME, words, acts=False)
            continue
        check_house(house)
        _check_referrer(house[0], known)
        wrong = any(not row.sound for row in house)
        standing = Standing.PROBLEM if wrong else Standing.NEW
        yield Planned(tuple(house), standing, acts=not wrong)


def _check_referrer(first: Row, known: Known) -> None:
    name = first.text("referrer")
    if name and known.organization(name) is None:
        words = _("登録されていない機関です。先に機関を取り込むか、空けてください。")
        if near := known.near(name):
            words = _("登録されていない名前です。") + _maybe(near)
            words += _("名前を直すか、先に機関を取り込むか、空けてください。")
        if known.named(name):
            words = _(
                "この名前の機関は、%(units)sに登録されています。この会議体の圏域の機関なら、"
                "先に機関を登録してください。ほかの圏域の機関なら、空けてください。"
            ) % {"units": _units(known.named(name))}
        first.say("referrer", words)


# Records from before ------------------------------------------------------------------


def _records(rows: Iterable[Row], known: Known) -> Iterator[Planned]:
    for row, earlier in _doubles(rows, "number", "title", "held_on"):
        case, day = known.records.case(row.text("number")), row.day("held_on")
        _check_record(row, known)
        if case is None or day is None or not row.sound:
            yield Planned((row,), Standing.PROBLEM, acts=False)
        elif earlier is not None:
            yield _double(row, earlier, "title")
        elif (case.id, day, key_of(row.text("title"))) in known.records.entered:
            words = _("この日のこの議題の会議録は、もうあります。取り込みません。")
            yield Planned((row,), Standing.SAME, words, acts=False)
        else:
            _say_beside(row, case, day, known)
            frozen = case.id in known.records.frozen
            words = _("登録しますが、同意が登録されるまでは、だれにも開きません。")
            yield Planned((row,), Standing.NEW, words if frozen else "")


def _check_record(row: Row, known: Known) -> None:
    number = row.text("number")
    held, confirmed = row.day("held_on"), row.day("confirmed_on")
    if number and known.records.case(number) is None:
        words = _("この会議体であなたが担当する事例に、この番号がありません。")
        row.say("number", words)
    if held is None and not row.raw.get("held_on"):
        row.say("held_on", _("開催日がありません。入力してください。"))
    if held and held > clock.today():
        row.say("held_on", _("開催日は、今日までの日付にしてください。"))
    elif confirmed and (confirmed > clock.today() or (held and confirmed < held)):
        row.say("confirmed_on", _("確定日は、開催日から今日までにしてください。"))
    if not row.text("decided") and not row.text("course"):
        words = _("決定・役割分担か、経過・内容のどちらかを書いてください。")
        places = [name for name in ("decided", "course") if name in row.cells]
        row.say(next(iter(places), "title"), words)


def _say_beside(row: Row, case: Case, day: date, known: Known) -> None:
    """What is allowed and is worth a second look."""
    if known.body is not None and not known.body.exists_on(day):
        words = _("この会議体がまだない日です。会議体の記録として登録します。")
        row.say("held_on", words, blocks=False)
    if (case.id, day) in known.records.held:
        words = _("この日には、この事例の会議がかさねにあります。別に登録します。")
        row.say("held_on", words, blocks=False)


def start_of(row: Row, otherwise: date) -> date:
    """From which day a row's commission holds: not before today."""
    return max(row.day("starts_on") or otherwise, clock.today())
