"""Words of proposals: kinds, causes, states, lanes, and what a person must look at."""

KINDS: dict[str, str] = {"start": "新增", "change": "变更", "stop": "停发", "phase_out": "渐退"}
CAUSES: dict[str, str] = {
    "": "符合条件",
    "hardship": "家庭经济状况变化",
    "work": "就业增收",
    "death": "死亡",
    "double_enrolment": "重复享受",
    "switch": "转为其他保障",
    "conditions": "不再符合条件",
}
STATES: dict[str, str] = {
    "proposed": "待审核",
    "held": "暂缓",
    "reviewed": "待确认",
    "returned": "退回补正",
    "confirmed": "已确认",
    "withdrawn": "已撤销",
}
LANES: dict[str, str] = {"clean": "一致", "flagged": "需人工看"}
STAGES: dict[str, str] = {"review": "乡镇审核", "confirm": "县级确认", "return": "退回"}
FLAGS: dict[str, str] = {
    "death": "有成员死亡",
    "double_enrolment": "疑似重复享受",
    "exit": "退出要逐户核实",
    "reduction": "减发要逐户核实",
    "switch": "与另一项待遇同时变更",
    "amount_jump": "金额变化过半",
    "set_aside": "有搁置待核的部门记录",
    "conflicting_facts": "部门说法不一致",
    "shared_account": "多户共用收款账户",
    "unverified": "所用标准未核实",
}
# Programmes that end for another reason than a family's means: age, the list of a department, the parents' state.
BY_CONDITION = frozenset(
    {
        "orphan_allowance",
        "unattended_child_allowance",
        "old_age_allowance",
        "elderly_care_subsidy",
        "veterans_pension",
    }
)
# What is told but does not keep a proposal out of the clean lane.
REMARKS = frozenset({"unverified"})
OPEN_STATES = ("proposed", "held", "reviewed", "returned")
