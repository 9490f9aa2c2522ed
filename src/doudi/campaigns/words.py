"""The words of campaigns: kinds, units, what to do with someone in several groups, states."""

from doudi.kernel.programmes import Programme

KINDS: dict[str, str] = {
    "festival": "节日补助",
    "living": "临时生活补助",
    "one_off": "一次性生活补贴",
    "relief": "一次性临时救助金",
    "top_up": "增发救助金",
    "heating": "取暖救助",
}
BOUND_TO_STATE = frozenset({"relief", "top_up"})  # only where and while a place is in a state the notice names
UNITS: dict[str, str] = {"person": "人", "household": "户", "area": "平方米"}
SAME_PERSON: dict[str, str] = {"highest": "就高", "sum": "累加"}
AREAS: dict[str, str] = {"urban": "城市", "rural": "农村"}
ROUTES: dict[str, str] = {"institution": "集中", "home": "分散"}
STATES: dict[str, str] = {"draft": "草稿", "approved": "已批准", "withdrawn": "已撤销"}
ROSTER_STATES: dict[str, str] = {"made": "待批准", "approved": "已批准", "withdrawn": "已撤销"}
ROSTER_KINDS: dict[str, str] = {"first": "首批", "supplement": "补充"}
FIELD_WORDS: dict[str, str] = {
    "title": "名称",
    "kind": "种类",
    "place": "地区",
    "basis": "文件依据",
    "roster_on": "花名册日",
    "from": "起日",
    "to": "止日",
    "supplement_to": "补充期至",
    "fund": "资金来源",
    "same_person": "同属几类时",
    "only_in": "限于的地区状态",
    "townships": "乡镇",
    "exclude": "不含的对象",
    "exclude_campaigns": "不含已列入的活动",
    "groups": "对象和金额",
}
GROUPS: dict[str, str] = {
    p.name: p.word for p in Programme if not p.is_once
}  # whom a campaign may name: everyone on a monthly programme


def programme_of(word: str) -> str:
    """Find a group by its short word, its full name or its code; empty when there is none."""
    for programme in Programme:
        if not programme.is_once and word in (programme.word, programme.label, programme.name):
            return programme.name
    return ""


def use_of(kind: str) -> str:
    """Name the use under which a kind of campaign draws on a fund."""
    return Programme.heating_aid.name if kind == "heating" else Programme.campaign_grant.name
