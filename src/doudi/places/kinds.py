"""What sort of division a code and its name stand for, and whether it settles urban or rural.

The digits follow the rules for making statistical division codes: within a prefecture 01-20 and
51-70 are districts, 21-50 counties, 71-80 development zones, 81-99 county-level cities; within a
county 001-099 subdistricts, 100-199 towns, 200-399 townships, 400-599 units run like one; within
a township 001-199 and 400-499 resident, 200-399 and 500-599 village committees.
"""

import re

from doudi.kernel import codes

NATION, PROVINCE, PREFECTURE, COUNTY, TOWNSHIP, VILLAGE = range(6)
SEPARATELY_PLANNED = frozenset({"2102", "3302", "3502", "3702", "4403"})
PREFECTURE_OFFICE = "地区"
ETHNIC_TOWNSHIP = re.compile(r"族.*乡$|民族乡$")
# Nodes that the published tables insert where a level is missing; they are nobody's division.
FILLERS = frozenset({"市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划"})

_PROVINCE_ENDINGS = (("自治区", "自治区"), ("特别行政区", "特别行政区"), ("生产建设兵团", "生产建设兵团"))
_MUNICIPALITIES = frozenset({"11", "12", "31", "50"})


def is_filler(name: str) -> bool:
    """Tell whether a published row is only there to fill a level."""
    return name in FILLERS


def kind_of(code: str, name: str) -> str:
    """Name the sort of division in Chinese."""
    return (_nation, _province, _prefecture, _county, _township, _village)[codes.level(code)](code, name)


def area_of(code: str, kind: str) -> str:
    """Say ``urban`` or ``rural`` where the node settles it: from the township level down."""
    if codes.level(code) < TOWNSHIP:
        return ""
    return "urban" if kind in {"街道", "社区", "类社区"} else "rural"


def place_name(code: str, name: str) -> str:
    """Turn the name of a village or residents' committee into the name of its place."""
    if codes.level(code) != VILLAGE:
        return name
    for ending, place in (
        ("村村民委员会", "村"), ("村民委员会", "村"), ("村村委会", "村"), ("村委会", "村"),
        ("社区居民委员会", "社区"), ("社区居委会", "社区"),
    ):  # fmt: skip
        if name.endswith(ending) and len(name) > len(ending):
            return name.removesuffix(ending) + place
    return name


def _nation(code: str, name: str) -> str:
    return "国家"


def _province(code: str, name: str) -> str:
    if code in _MUNICIPALITIES:
        return "直辖市"
    return next((kind for ending, kind in _PROVINCE_ENDINGS if name.endswith(ending)), "省")


def _prefecture(code: str, name: str) -> str:
    if code in SEPARATELY_PLANNED:
        return "计划单列市"
    return next((kind for kind in ("自治州", "地区", "盟", "新区") if name.endswith(kind)), "地级市")


def _county(code: str, name: str) -> str:
    number = int(code[4:])
    if 71 <= number <= 80:
        return "功能区"
    if name.endswith("自治县"):
        return "自治县"
    if name.endswith("区"):
        # 加格达奇 and its three neighbours were set up by the prefecture's office, not as districts of a city.
        return "管理区" if code.startswith("2327") else "市辖区"
    return "县级市" if name.endswith("市") else "县"


def _township(code: str, name: str) -> str:
    if name.endswith(("街道", "街道办事处", "街道地区")):
        return "街道"
    if ETHNIC_TOWNSHIP.search(name):
        return "民族乡"
    return next((kind for kind in ("镇", "乡") if name.endswith(kind)), "类乡级单位")


def _village(code: str, name: str) -> str:
    number = int(code[9:])
    if number < 200 or "社区" in name:
        return "社区"
    if number < 400:
        return "村"
    return "类社区" if number < 500 else "类村级单位"
