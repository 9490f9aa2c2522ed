"""The frozen columns: what was entered, judged, decided and put on a roster never changes; states move on."""

from doudi.audit.seals import Sealed

SEALED = [
    Sealed(
        table="prices_indexfigure",
        columns=("id", "place_code", "month", "series", "value_bp", "published_on", "source", "corrects_id", "reason",
                 "entered_by", "entered_on"),
        append_only=False,
    ),
    Sealed(
        table="prices_rulerecord",
        columns=("id", "place_code", "name", "document", "text", "digest", "entered_by", "entered_on"),
        append_only=False,
    ),
    Sealed(
        table="prices_evaluation",
        columns=("id", "place_code", "index_month", "payment_month", "state", "summary", "inputs", "inputs_digest",
                 "rule_digest", "result", "due_on", "decide_by", "measured_fen", "made_by", "made_on"),
        append_only=True,
    ),
    Sealed(
        table="prices_decision",
        columns=("id", "evaluation_id", "place_code", "index_month", "kind", "reason", "document", "entered_by",
                 "entered_on"),
        append_only=False,
    ),
    Sealed(
        table="prices_grouplist",
        columns=("id", "division_code", "index_month", "file_name", "file_sha256", "department", "taken_count",
                 "rejected_count", "loaded_by", "loaded_on"),
        append_only=False,
    ),
    Sealed(
        table="prices_groupmember",
        columns=("id", "group_list_id", "division_code", "index_month", "group_name", "area", "name", "id_no_index",
                 "account_index", "row_number"),
        append_only=True,
    ),
    Sealed(
        table="prices_roster",
        columns=("id", "division_code", "index_month", "payment_month", "number", "decision_id", "evaluation_id",
                 "line_count", "sum_fen", "counts", "rows_digest", "made_by", "made_on"),
        append_only=False,
    ),
    Sealed(
        table="prices_subsidyline",
        columns=("id", "roster_id", "evaluation_id", "division_code", "index_month", "sequence", "identity",
                 "person_id", "household_id", "award_id", "member_id", "name", "group_name", "area", "left_aside",
                 "amount_fen", "fund_source", "fund_clause", "label"),
        append_only=True,
    ),
]  # fmt: skip
