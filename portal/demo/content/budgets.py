"""家計表 of the households with money worries, in yen: + comes in, - goes out."""

from dataclasses import dataclass
from datetime import date, datetime

from documents.output.papers.workbooks import BudgetLine


@dataclass(frozen=True)
class Budget:
    """The arguments of `household_budget_xlsx`."""

    case_number: str
    income: tuple[BudgetLine, ...]
    spending: tuple[BudgetLine, ...]
    month: date
    made_at: datetime


# Rows of + or -, label, yen, remark; by the item to which the sheet is handed in.
_ROWS = {
    "debt-1": """
+|夫の給与（手取り）|242000|
+|妻のパート|68000|
-|家賃|71000|2か月の遅れあり
-|食費・日用品|62000|
-|光熱・水道|21000|
-|通信|19000|見直しの余地あり
-|保険|24000|見直しの余地あり
-|借入れの返済|118000|5社の合計
""",
    "debt-2": """
+|夫の給与（手取り）|242000|
+|妻のパート|70000|
-|家賃と分納|89000|
-|食費・日用品|62000|
-|光熱・水道|21000|
-|通信|11000|見直し済み
-|保険|14000|見直し済み
-|返済の積立て|97000|和解までの間
""",
    "debt-3": """
+|夫の給与（手取り）|245000|
+|妻のパート|74000|
-|家賃|71000|
-|食費・日用品|64000|
-|光熱・水道|21000|
-|通信・保険|25000|
-|返済|42000|5社の合計（和解後）
-|貯蓄|5000|
""",
    "cats-2": """
+|夫婦の年金（月割り）|162000|
-|食費・日用品|41000|
-|光熱・水道|23000|
-|猫の餌と砂|52000|
-|医療費の分割|9000|
-|固定資産税の積立て|6000|
""",
    "single-3": """
+|母の給与（手取り）|158000|
+|児童扶養手当・児童手当（月割り）|73000|
-|家賃|58000|
-|食費・日用品|61000|
-|保育・学校|17000|
-|光熱・通信|26000|
-|送金|20000|
""",
}


def has_budget(item: str) -> bool:
    return item in _ROWS


def budget(item: str, case_number: str, made_at: datetime) -> Budget:
    """The month before the paper was made."""
    rows = [row.split("|") for row in _ROWS[item].strip().splitlines()]
    return Budget(
        case_number=case_number,
        income=tuple(_line(row) for row in rows if row[0] == "+"),
        spending=tuple(_line(row) for row in rows if row[0] == "-"),
        month=_month_before(made_at.date()),
        made_at=made_at,
    )


def _line(row: list[str]) -> BudgetLine:
    _, label, yen, note = row
    return BudgetLine(label=label, yen=int(yen), note=note)


def _month_before(day: date) -> date:
    months = day.year * 12 + day.month - 2
    return date(months // 12, months % 12 + 1, 1)
