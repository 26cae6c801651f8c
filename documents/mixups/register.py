"""What the cases of the town are known by, to be found in a paper's words.

Every identifier is a key of a dictionary; a text is looked through once, by the two
characters each name begins with. That takes a few milliseconds against 80,000 names.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

from documents.mixups import folding
from portal.core.folding import compact, folded


class Row(NamedTuple):
    """One of a household, as the table has them."""

    member: UUID
    case: UUID
    name: str
    kana: str
    address: str
    phone: str
    born: date | None


@dataclass(frozen=True, slots=True)
class Match:
    """A name in a text: whose it may be, and where it stands."""

    key: str
    start: int
    end: int


# What may touch a whole name: 様, 本人. All else goes on with it (健 and 健太郎).
_AFTER = """
様 さま さん 氏 君 くん ちゃん 殿 宅 方 家 世帯 本人 妻 夫 父 母 長男 長女 次男 次女
二男 三男 生年 生まれ 住所 電話 年齢 歳 性別 男性 女性 男 女 担当 支援 対象 連絡
訪問 同居 別居 在住 親子 両名 作成 記
"""
_AFTER_NAME = tuple(map(folded, _AFTER.split()))
_AFTER_KANA = tuple(map(folded, ("さん", "さま", "くん", "ちゃん", "の")))
# What goes before a family name and makes it another one (大久保).
_COMES_BEFORE = frozenset("大小新東西南北高長古若奥平宇今佐五三")


@dataclass(slots=True)
class Names:
    """Names by their key, looked for in texts."""

    owners: dict[str, set[UUID]] = field(default_factory=dict)
    lengths: dict[str, dict[int, int]] = field(default_factory=dict)
    families: dict[str, str] = field(default_factory=dict)  # by key, where known

    def add(self, key: str, member: UUID, family: str = "") -> None:
        """Know a name, if it is long enough to be one."""
        if len(key) < (2 if family else 3):
            return
        self.families[key] = family
        if key not in self.owners:
            self.owners[key] = set()
            lengths = self.lengths.setdefault(key[:2], {})
            lengths[len(key)] = lengths.get(len(key), 0) + 1
        self.owners[key].add(member)

    def drop(self, key: str, member: UUID) -> None:
        """Know it no more."""
        owners = self.owners.get(key, set())
        owners.discard(member)
        if key in self.owners and not owners:
            del self.owners[key], self.families[key]
            lengths = self.lengths[key[:2]]
            lengths[len(key)] -= 1
            if not lengths[len(key)]:
                del lengths[len(key)]

    def find(self, text: str) -> Iterator[Match]:
        """The names in a folded text that stand there as whole names."""
        short, places = compact(text)
        for at in range(len(short) - 1):
            for length in self.lengths.get(short[at : at + 2], ()):
                key = short[at : at + length]
                if len(key) == length and key in self.owners:
                    match = Match(key, places[at], places[at + length - 1] + 1)
                    if self._stands_alone(text, match):
                        yield match

    def _stands_alone(self, text: str, match: Match) -> bool:
        before = text[match.start - 1] if match.start else " "
        after = text[match.end] if match.end < len(text) else " "
        if _is_kana(match.key[0]):
            called = text.startswith(_AFTER_KANA, match.end)
            return not _is_kana(before) and (not _is_kana(after) or called)
        if _is_kanji(after) and not text.startswith(_AFTER_NAME, match.end):
            return False
        if len(match.key) <= 3 or len(self.families[match.key]) == 1:
            inside = text[match.start : match.end]
            return not _is_kanji(before) and "\n" not in inside
        return before not in _COMES_BEFORE


def _is_kana(character: str) -> bool:
    return "ァ" <= character <= "ヿ"


def _is_kanji(character: str) -> bool:
    return "一" <= character <= "鿿" or character == "々"


@dataclass(slots=True)
class Keys:
    """The keys of one row, folded once."""

    name: str
    kana: str
    address: str
    flat: str
    phone: str


@dataclass(slots=True)
class Register:
    """Everything that the households of the town are known by."""

    rows: dict[UUID, Row] = field(default_factory=dict)
    keys: dict[UUID, Keys] = field(default_factory=dict)
    names: Names = field(default_factory=Names)
    kanas: Names = field(default_factory=Names)
    addresses: dict[str, set[UUID]] = field(default_factory=lambda: defaultdict(set))
    phones: dict[str, set[UUID]] = field(default_factory=lambda: defaultdict(set))
    numbers: dict[str, UUID] = field(default_factory=dict)

    def update(self, rows: Iterable[Row], numbers: Iterable[tuple[str, UUID]]) -> None:
        """Be as the tables are now; what did not change costs nothing."""
        now = {row.member: row for row in rows}
        for member in [m for m, row in self.rows.items() if now.get(m) != row]:
            self._drop(member)
        for member, row in now.items():
            if member not in self.rows:
                self._add(row)
        self.numbers = {
            key: case
            for number, case in numbers
            if folding.is_number_key(key := folded(number))
        }

    def _add(self, row: Row) -> None:
        keys = keys_of(row)
        self.rows[row.member], self.keys[row.member] = row, keys
        family, given = folding.halves(row.name)
        self.names.add(keys.name, row.member, family if given else "")
        if len(keys.kana) >= 4:
            self.kanas.add(keys.kana, row.member)
        if keys.address:
            self.addresses[keys.address].add(row.member)
        if keys.phone:
            self.phones[keys.phone].add(row.member)

    def _drop(self, member: UUID) -> None:
        keys = self.keys.pop(member)
        del self.rows[member]
        self.names.drop(keys.name, member)
        self.kanas.drop(keys.kana, member)
        self.addresses[keys.address].discard(member)
        self.phones[keys.phone].discard(member)


# Neighbours in the table share them.
_address_key = lru_cache(maxsize=64)(folding.address_key)
_phone_key = lru_cache(maxsize=64)(folding.phone_key)


def keys_of(row: Row) -> Keys:
    """What one of a household is known by, in one writing."""
    return Keys(
        folding.name_key(row.name),
        folding.name_key(row.kana),
        *_address_key(row.address),
        _phone_key(row.phone),
    )
