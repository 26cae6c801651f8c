"""The list of seeded faults fits the program as it stands."""

import pytest

from tests import seeded

pytestmark = pytest.mark.pure


def test_each_fault_can_be_put_in_and_has_tests_to_find_it() -> None:
    """Whoever changes such a line says in ``tests/seeded.txt`` what is wrong now."""
    for fault in seeded.faults():
        text = (seeded.ROOT / fault.path).read_text(encoding="utf-8")
        compile(fault.put_into(text), fault.path, "exec")
        assert fault.tests, fault.words
        for test in fault.tests:
            assert (seeded.ROOT / test).exists(), test


def test_the_faults_come_of_nearly_all_rows_of_the_table() -> None:
    """Two rows have none: what a person ties wrongly, what no program makes."""
    assert len(seeded.faults()) == 63
    assert set(range(1, 31)) - {fault.abuse for fault in seeded.faults()} == {2, 12}
