"""定型文: the standard ones, and which are offered for an item."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from uuid import UUID

from meetings.models import AgendaItem, Entry, Phrase
from members.models import Body

Kind, Occasion = Entry.Kind, AgendaItem.Occasion
# Occasion or every one, kind, words; 〇〇 is for the scribe to fill.
STANDARD: tuple[tuple[str, str, str], ...] = (
    ("", Kind.FACT_SUBJECT, "本人は「〇〇」と話している。"),
    ("", Kind.FACT_THIRD_PARTY, "〇〇から、〇〇と聞いている。"),
    ("", Kind.OPINION, "〇〇の立場から、〇〇と考える。"),
    ("", Kind.DISCUSSION, "〇〇について協議した。異論はなかった。"),
    ("", Kind.DISCUSSION, "結論は出さず、次回に引き続き協議する。"),
    (Occasion.SHARING, Kind.DECISION, "情報を共有し、見守りを続けることを確認した。"),
    (Occasion.PLAN, Kind.DECISION, "支援プラン(案)を適切と認めた。"),
    (
        Occasion.PLAN,
        Kind.DECISION,
        "次の点を修正することを条件に、支援プラン(案)を了承した。",
    ),
    (
        Occasion.REPLAN,
        Kind.DECISION,
        "プランの評価を確認し、再プランを作成することとした。",
    ),
    (Occasion.CLOSURE, Kind.DECISION, "目標をおおむね達成したため、支援を終結とした。"),
    (
        Occasion.SUSPENSION,
        Kind.DECISION,
        "本人と連絡がとれないため、支援を中断することとした。",
    ),
    ("", Kind.TASK, "本人に会議の結果を伝え、意向を確かめる。"),
    ("", Kind.PENDING, "所属に持ち帰って検討し、次回に回答する。"),
)


def phrases_of(body: Body) -> list[Phrase]:
    """The phrases of the body: its own, else the standard ones."""
    return _of([body.pk])[body.pk]


def offered(items: Collection[AgendaItem]) -> Mapping[UUID, list[Phrase]]:
    """What a scribe of each item may put in: those of its body and its occasion."""
    own = _of({item.body_id for item in items})
    return {
        item.pk: [
            phrase
            for phrase in own[item.body_id]
            if phrase.occasion in {"", item.occasion}
        ]
        for item in items
    }


def _of(bodies: Collection[UUID]) -> dict[UUID, list[Phrase]]:
    found: dict[UUID, list[Phrase]] = defaultdict(list)
    for phrase in Phrase.objects.filter(body__in=bodies):
        found[phrase.body_id].append(phrase)
    return {body: found[body] or _standard() for body in bodies}


def _standard() -> list[Phrase]:
    return [
        Phrase(order=order, occasion=occasion, kind=kind, words=words)
        for order, (occasion, kind, words) in enumerate(STANDARD, 1)
    ]
