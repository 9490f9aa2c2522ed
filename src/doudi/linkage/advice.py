"""What the author of a rule file should look at again, although the file can be read."""

from collections.abc import Iterator

from doudi.kernel.periods import Month
from doudi.linkage.indices import percent_text
from doudi.linkage.inforce import RuleBook
from doudi.linkage.model import Condition, Line, RuleFile, Tiers, Version

NATIONAL_FROM = Month(2016, 9)


def advice(file: RuleFile, outer: RuleBook) -> list[str]:
    """List doubts: lines above the outer rule, groups left out, what is not stated or not verified."""
    found: list[str] = []
    for version in file.versions:
        found += [f"{version.where}:{words}" for words in _about(version, outer)]
    return found


def _about(version: Version, outer: RuleBook) -> Iterator[str]:
    if not version.paper.is_verified:
        yield f"未核实:{version.paper.note}"
    month = (
        max(version.first, NATIONAL_FROM) if version.last is None or version.last >= NATIONAL_FROM else version.first
    )
    outer_versions = [one for one in outer.chain(version.place, month) if one.place != version.place]
    above = outer_versions[0] if outer_versions else None
    yield from _about_lines(version, above)
    if version.groups and not version.widens_groups and above is not None:
        left_out = {one.group for one in above.groups} - {one.group for one in version.groups}
        if left_out:
            names = "、".join(version.words.group_label(one) for one in sorted(left_out))
            yield f"没有包括上级规定的 {names};只能扩大、不能缩小,除非这些人由其他部门另发"
    inherits = any(one.amount for one in outer_versions)
    if version.amount is None and not inherits and not any(one.amount for one in version.groups):
        yield "没有写 amount,上级也没有,只能判断是否启动"
    if version.rounding is not None and not version.rounding.is_stated:
        yield "没有写明取整办法,先算到分"
    if version.rounding is None and not any(one.rounding for one in outer_versions):
        yield "没有写取整办法(rounding),上级也没有,先算到分"
    if isinstance(version.amount, Tiers):
        lowest = min((one for one in _lines(version.start)), default=None)
        first = version.amount.tiers[0].from_bp
        if lowest is not None and first > lowest:
            yield f"最低一档从 {percent_text(first)} 起,启动线是 {percent_text(lowest)},中间没有数额"


def _about_lines(version: Version, above: Version | None) -> Iterator[str]:
    if above is None or version.start is None:
        return
    own, outer = dict(_named_lines(version.start)), dict(_named_lines(above.start))
    for series, line in own.items():
        if series in outer and line > outer[series]:
            yield (
                f"{version.words.short(series)} 界线 {percent_text(line)} 高于上级的 {percent_text(outer[series])};"
                "允许降低,原则上不得提高"
            )


def _named_lines(condition: Condition | None) -> Iterator[tuple[str, int]]:
    if isinstance(condition, Line):
        yield condition.reading.series, max(condition.at_least_bp.urban, condition.at_least_bp.rural)
    elif condition is not None:
        for part in condition.parts:
            yield from _named_lines(part)


def _lines(condition: Condition | None) -> list[int]:
    return [line for _, line in _named_lines(condition)]
