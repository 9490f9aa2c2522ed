"""A simulation laid out for reading: by programme, by county, by fund source, and every row."""

from collections.abc import Iterable, Mapping
from typing import Any

from doudi.engine.reform import Reform
from doudi.engine.simulate import COUNTS, Effect, Simulation
from doudi.funds.models import FUND_SOURCES
from doudi.kernel.programmes import Programme

NO_FUND = ""
SUMS = (*COUNTS, "fen_more", "fen_more_y")
# Families and persons are never added up; what may be summed over programmes is money alone.
MONEY = ("fen_before", "fen_after", "fen_more", "fen_more_y")
VERBS = {"set": "改为", "add": "增加", "scale": "按千分之"}


def laid_out(found: Simulation, fund_of: Mapping[str, str]) -> dict[str, Any]:
    """Lay a simulation out as plain values. ``fund_of``: programme → fund source that pays it."""
    effects = found.effects
    programmes = sorted({one.programme for one in effects}, key=lambda name: Programme[name].number)
    return {
        "on": str(found.reform.on),
        "household_count": found.household_count,
        "person_count": found.person_count,
        "by_programme": [_programme(name, effects, fund_of) for name in programmes],
        "by_county": [_county(code, effects) for code in sorted({one.county_code for one in effects})],
        "by_fund": _by_fund(effects, fund_of),
        "rows": [_row(one, fund_of) for one in effects],
        "changed": [
            {
                "parameter": one.parameter,
                "place_code": one.place_code,
                "area": one.area,
                "before": one.before,
                "after": one.after,
                "because": one.because,
            }
            for one in found.changed
        ],
        "held": [{"text": one.text, "holds": one.holds, "places": list(one.places)} for one in found.held],
        "assumptions": list(found.assumptions),
        "rule_digest": found.rule_digest,
        "parameter_digest": found.parameter_digest,
        "reform_digest": found.reform.digest,
        "engine_version": found.engine_version,
    }


def _summed(effects: Iterable[Effect]) -> dict[str, int]:
    chosen = list(effects)
    return {name: sum(getattr(one, name) for one in chosen) for name in SUMS}


def _programme(name: str, effects: Iterable[Effect], fund_of: Mapping[str, str]) -> dict[str, Any]:
    about = Programme[name]
    return {
        "programme": name,
        "label": about.label,
        "unit": "户" if about.subject_kind == "h" else "人",
        "is_once": about.is_once,
        "fund_source": fund_of.get(name, NO_FUND),
        **_summed(one for one in effects if one.programme == name),
    }


def _county(code: str, effects: Iterable[Effect]) -> dict[str, Any]:
    """Sum a county's money; people in and out are those of dibao where it is reported, else of the first programme."""
    mine = [one for one in effects if one.county_code == code]
    names = {one.programme for one in mine}
    first = "dibao" if "dibao" in names else min(names, key=lambda name: Programme[name].number)
    counted = _summed(one for one in mine if one.programme == first)
    money = _summed(mine)
    return {"county_code": code, "counted": first, **counted, **{name: money[name] for name in MONEY}}


def _by_fund(effects: Iterable[Effect], fund_of: Mapping[str, str]) -> list[dict[str, Any]]:
    sources: dict[str, list[Effect]] = {}
    for one in effects:
        if Programme[one.programme].pays:
            sources.setdefault(fund_of.get(one.programme, NO_FUND), []).append(one)
    found = []
    for source in sorted(sources):
        sums = _summed(sources[source])
        label = FUND_SOURCES.get(source, "未定资金来源")
        found.append({"fund_source": source, "label": label, **{name: sums[name] for name in MONEY}})
    return found


def _row(one: Effect, fund_of: Mapping[str, str]) -> dict[str, Any]:
    sums = _summed([one])
    keys = {"county_code": one.county_code, "is_rural": one.is_rural, "programme": one.programme}
    return keys | {"fund_source": fund_of.get(one.programme, NO_FUND)} | sums


def changes_in_words(asked: Reform, labels: Mapping[str, str], units: Mapping[str, str]) -> list[dict[str, str]]:
    """Say each change of a reform in words: what, where, how, because of what."""
    found = []
    for one in asked.changes:
        is_money = units.get(one.parameter, "").startswith("fen")
        amount = f"{one.amount / 100:,.2f} 元" if is_money and one.verb != "scale" else f"{one.amount:,}"
        how = f"{VERBS[one.verb]} {amount}"
        if one.verb == "scale":
            how = f"为现值的 {one.amount / 10:g}%" + (f",进到 {one.round_to / 100:g} 元" if one.round_to > 1 else "")
        area = {"": "城乡", "urban": "城市", "rural": "农村"}[one.area]
        found.append(
            {
                "label": labels.get(one.parameter, one.parameter),
                "place": one.place,
                "area": area,
                "how": how,
                "because": one.because,
            }
        )
    return found
