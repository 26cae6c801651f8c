"""The verifier of the trail: it finds everything, and calls nothing sound broken."""

import random
import shutil
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.core import chain
from tests.portal import tampering
from tests.portal.tampering import KEY, LAST_HEAD, OTHER_KEY, Trail, judged, signed

ALTERED = 300  # 10,000 of them: ``make bench``


@pytest.fixture
def sound() -> Trail:
    return tampering.trail(random.Random(7))


@pytest.mark.pure
def test_no_alteration_stays_unseen() -> None:
    assert tampering.missed(ALTERED, seed=20261121) == (ALTERED, [])


@pytest.mark.pure
def test_the_portal_and_the_other_way_agree_on_what_is_sound(sound: Trail) -> None:
    dice = random.Random(1)
    assert judged(sound) == []
    assert tampering.holds(sound)
    dice.shuffle(sound.heads)
    again = Trail(sound.events[:LAST_HEAD], sound.heads + sound.heads)
    assert judged(again) == []
    assert tampering.holds(again)


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
DETAIL = st.dictionaries(TEXT, TEXT | st.integers() | st.booleans() | st.none())


@pytest.mark.pure
@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(TEXT, DETAIL), min_size=1, max_size=5), st.data())
def test_any_words_are_exported_read_and_found_sound(
    words: list[tuple[str, dict[str, object]]], data: st.DataObject
) -> None:
    """Whatever the words are: sound as they are, broken by one letter."""
    dice = random.Random(3)
    events = [tampering.written(dice, n + 1) for n in range(len(words))]
    for event, (subject, detail) in zip(events, words, strict=True):
        event |= {"subject": subject, "detail": detail}
    made = tampering.linked(events)
    assert [chain.digest(e["seq"], chain.body_of(e), e["previous"]) for e in made] == [
        e["digest"] for e in made
    ]
    lines = [chain.event_line(event) for event in made]
    assert list(chain.read_events(lines)) == made
    found = Trail(made, [signed(made[-1])])
    assert judged(found) == []
    at = data.draw(st.integers(0, len(lines) - 1))
    where = data.draw(st.integers(0, len(lines[at]) - 1))
    lines[at] = lines[at][:where] + "~" + lines[at][where + 1 :]
    if lines[at] != chain.event_line(made[at]):
        assert judged(Trail(made, found.heads, lines))


@pytest.mark.pure
@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{", "not JSON"),
        ("[1]", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("NaN", "not JSON"),
        ("{}", "no event"),
        ('{"seq":true}', "no event"),
    ],
)
def test_a_line_that_no_portal_wrote_is_named(line: str, reason: str) -> None:
    with pytest.raises(chain.NotReadableError, match=f"line 1 is {reason}"):
        list(chain.read_events([line]))


@pytest.mark.pure
def test_a_seq_that_is_no_whole_number_is_refused(sound: Trail) -> None:
    for seq in (True, 1.0, "1"):
        line = chain.event_line({**sound.events[0], "seq": seq})
        with pytest.raises(chain.NotReadableError):
            list(chain.read_events([line]))


@pytest.mark.pure
def test_without_a_key_the_first_head_says_whom_to_trust(sound: Trail) -> None:
    walk = chain.Walk(sound.heads)
    assert list(walk.over(sound.events)) == []
    assert walk.keys == {KEY.public_key().public_bytes_raw().hex()}
    assert walk.proved == LAST_HEAD


@pytest.mark.pure
def test_a_key_is_trusted_once_a_trusted_head_covers_its_event() -> None:
    """An announcement alone is worth nothing: who writes the base can make one."""
    dice = random.Random(4)
    events = [tampering.written(dice, number) for number in range(1, 11)]
    public = OTHER_KEY.public_key().public_bytes_raw().hex()
    events[4] |= {
        "action": chain.ROTATION,
        "detail": {"kind": "sign", "public": public},
    }
    made = tampering.linked(events)
    later = signed(made[8], OTHER_KEY)
    covered = Trail(made, [signed(made[1]), signed(made[4]), later])
    assert judged(covered) == []
    announced = Trail(made, [signed(made[1]), signed(made[3]), later])
    assert judged(announced) == ["a head is signed with a key that nobody named"]


@pytest.mark.pure
def test_a_declared_restore_is_told_and_explains_its_lost_heads_alone() -> None:
    dice = random.Random(5)
    lost = tampering.trail(dice)
    kept = 20
    events = [tampering.written(dice, number) for number in range(kept + 1, 36)]
    for event in events:
        event["at"] = (lost.heads[-1].moment + timedelta(hours=1)).isoformat()
    gap = {"kept": kept, "lost_up_to": LAST_HEAD}
    events[2] |= {"action": chain.RESTORE, "detail": gap}
    made = tampering.linked([*lost.events[:kept], *events], kept)
    heads = [*lost.heads, signed(made[-1])]
    walk = chain.Walk(heads)
    told = list(walk.over(made))
    assert [found.reason for found in told] == [
        "a restore is declared, which lost the earlier events 21 to 33"
    ]
    assert told[0].note
    assert walk.proved == 35
    events[2]["detail"] = {"kept": kept, "lost_up_to": 25}
    made = tampering.linked([*lost.events[:kept], *events], kept)
    walk = chain.Walk([*lost.heads, signed(made[-1])])
    broken = [found.seq for found in walk.over(made) if not found.note]
    assert broken == [26, LAST_HEAD]


@pytest.mark.pure
def test_clocks_may_differ_a_little(sound: Trail) -> None:
    """Servers do; it is a note and breaks nothing when they differ by more."""
    events = list(sound.events)
    for back, notes in ((58, 0), (62, 1)):
        moment = sound.heads[-1].moment
        at = (moment - timedelta(seconds=back)).isoformat()
        events[LAST_HEAD] = {**events[LAST_HEAD], "at": at}
        walk = chain.Walk(sound.heads)
        *told, outcome = chain.report(walk, walk.over(tampering.linked(events, 33)))
        assert len([line for line in told if "clock" in line]) == notes
        assert outcome.startswith(f"HOLDS: 40 events, proved up to {LAST_HEAD}")


# As an auditor runs it --------------------------------------------------------------


@pytest.fixture
def desk(tmp_path: Path, sound: Trail) -> Path:
    """The script, an export, and a saved mail with the heads: nothing of the portal."""
    shutil.copy(chain.__file__, tmp_path / "chain.py")
    export = "".join(f"{line}\n" for line in sound.exported())
    (tmp_path / "events.jsonl").write_text(export, encoding="utf-8")
    mail = "Subject: かさね\n\n" + "".join(
        f"{chain.head_line(head)}\n-- \n" for head in sound.heads
    )
    (tmp_path / "mails.txt").write_text(mail, encoding="utf-8")
    return tmp_path


def run(desk: Path, *more: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-I", "chain.py", "events.jsonl", "mails.txt", *more],
        cwd=desk,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def test_the_script_stands_alone(desk: Path) -> None:
    status, told = run(desk)
    assert (status, told.splitlines()[-1]) == (
        0,
        "HOLDS: 40 events, proved up to 33 by heads kept outside.",
    )
    status, told = run(desk, "--key", "0" * 64)
    assert status == 1
    assert "nobody named" in told
    assert run(desk, "--key", "short")[0] == 2
    export = desk / "events.jsonl"
    lines = export.read_text(encoding="utf-8").splitlines(keepends=True)
    export.write_text("".join(lines[:20]), encoding="utf-8")
    status, told = run(desk)
    assert status == 1
    assert "event 33: a head names event 33, the last is 20" in told
    export.write_text("".join(lines) + "{\n", encoding="utf-8")
    assert run(desk) == (1, "BROKEN: line 41 is not JSON.\n")
    export.unlink()
    assert run(desk)[0] == 2


def test_of_two_histories_the_script_believes_neither(desk: Path, sound: Trail) -> None:
    """Somebody with the key kept two books; heads of both were given away."""
    kept, hidden = sound.events[:25], {**sound.events[25], "actor": ""}
    other = tampering.linked([*kept, hidden, *sound.events[26:]], 25)
    with (desk / "mails.txt").open("a", encoding="utf-8") as mails:
        mails.write(f"{chain.head_line(signed(other[30]))}\n")
    for events, stray in ((sound.events, 31), (other, 26), (other, 33)):
        export = "".join(f"{chain.event_line(event)}\n" for event in events)
        (desk / "events.jsonl").write_text(export, encoding="utf-8")
        status, told = run(desk)
        assert status == 1
        assert f"event {stray}: a head kept outside names another chain" in told
