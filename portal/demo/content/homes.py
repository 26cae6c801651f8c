"""Where the households of the demo live; no such address or number exists.

Columns: case, address, phone, and 保護 where it is kept from all but the custodians.
"""

from dataclasses import dataclass

_HOMES = """
eighty|見本市北浜三丁目4番12号|000-0000-4101
doublecare|見本市桜台1丁目8番5号 見本ハイツ203|000-0000-4102
gomi|見本市北浜五丁目2番7号|
kinrin|見本市松が丘2丁目15番1号 松が丘団地3-402|000-0000-4104
young_carer|見本市桜台4丁目1番22号 コーポ桜101|000-0000-4105|保護
debt|見本市緑町二丁目6番30号|000-0000-4106
withdrawn|見本市南原1丁目9番3号|000-0000-4201
cats|見本市大字南原甲218番地|000-0000-4202
single|見本市港町3丁目3番14号 港町アパート205|000-0000-4203|保護
dementia|見本市南原四丁目11番8号|000-0000-4204
release|見本市港町1丁目7番2号|
evacuee|見本市緑町五丁目1番9号 緑町住宅12-301|000-0000-4206
"""


@dataclass(frozen=True)
class Home:
    """Where a household lives."""

    address: str = ""
    phone: str = ""
    protected: bool = False


def _home(row: str) -> tuple[str, Home]:
    case, address, phone, *kept = row.split("|")
    return case, Home(address, phone, protected=bool(kept))


HOMES = dict(_home(row) for row in _HOMES.strip().split("\n"))
ELSEWHERE = Home()
