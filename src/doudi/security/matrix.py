"""Who may do what: verbs by roles, in one table. What is not written here is refused.

The administrator runs the system and decides nothing; the auditor sees and changes nothing;
who confirms a benefit does not move its money.  Commands without a person (``system``) may prepare
everything but decide nothing that the law gives to people.
"""

SYSTEM_ROLE = "system"

VERBS: dict[str, frozenset[str]] = {
    verb: frozenset(roles.split())
    for verb, roles in {
        "view_family": "village township county province auditor",
        "view_list": "village township county finance province auditor",
        "view_money": "county finance province auditor",
        "view_policy": "village township county finance province auditor administrator",
        "view_audit": "auditor administrator",
        "import_facts": "county system",
        "state_fact": "village township county system",
        "run_cycle": "county system",
        "review_proposal": "township",
        "confirm_proposal": "county",
        "return_proposal": "township county",
        "make_pay_run": "county finance system",
        "approve_pay_run": "finance",
        "send_bank_file": "finance",
        "load_bank_return": "finance system",
        "close_books": "finance",
        "allocate_funds": "finance province system",
        "submit_report": "township county province",
        "propose_local_rule": "county province system",
        "confirm_local_rule": "county province",
        "propose_rise": "county province system",
        "propose_region_state": "county province system",
        "confirm_region_state": "county province",
        "simulate": "county province system",
        "view_simulation": "county finance province auditor",
        "view_prices": "township county finance province auditor",
        "enter_price_index": "county province",
        "confirm_price_index": "county province",
        "register_price_rule": "county province",
        "confirm_price_rule": "county province",
        "evaluate_prices": "county province system",
        "propose_price_decision": "county province",
        "confirm_price_decision": "county province",
        "load_price_list": "county system",
        "make_price_roster": "county system",
        "view_campaign": "township county finance province auditor",
        "edit_campaign": "county province",
        "approve_campaign": "county province",
        "make_campaign_roster": "county system",
        "approve_campaign_roster": "county province",
        "reveal_identity": "township county finance",
        "manage_users": "administrator system",
        "set_business_date": "administrator system",
    }.items()
}

# A natural person holds posts of one line only; a trigger of the database says the same.
LINE_OF_ROLE: dict[str, str] = {
    "village": "办理",
    "township": "办理",
    "county": "办理",
    "province": "办理",
    "finance": "资金",
    "auditor": "审计",
    "administrator": "系统管理",
}

# The levels of divisions (0 nation to 5 village) a role may be given.
LEVELS_OF_ROLE: dict[str, tuple[int, ...]] = {
    "village": (5,),
    "township": (3, 4),
    "county": (3,),
    "finance": (1, 2, 3),
    "province": (0, 1, 2),
    "auditor": (0, 1, 2, 3),
    "administrator": (0, 1, 2, 3),
}


def roles_of(verb: str) -> frozenset[str]:
    """Give the roles that may do something; an unknown verb is a bug."""
    return VERBS[verb]
