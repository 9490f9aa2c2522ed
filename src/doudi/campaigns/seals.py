"""The frozen columns: what a campaign says and what a roster grants never changes; states move on."""

from doudi.audit.seals import Sealed

SEALED = [
    Sealed(
        table="campaigns_campaign",
        columns=("id", "previous_id", "place_code", "title", "kind", "roster_on", "since", "to_on", "supplement_to",
                 "fund_source", "fund_clause", "text", "digest", "entered_by", "entered_on"),
        append_only=False,
    ),
    Sealed(
        table="campaigns_roster",
        columns=("id", "campaign_id", "division_code", "number", "kind", "as_of", "line_count", "person_count",
                 "sum_fen", "counts", "rows_digest", "made_by", "made_on"),
        append_only=False,
    ),
    Sealed(
        table="campaigns_grantline",
        columns=("id", "roster_id", "campaign_id", "division_code", "unit", "household_id", "person_id", "award_id",
                 "group_number", "group_label", "area", "quantity", "amount_fen", "person_count", "left_aside",
                 "programme", "fund_source", "fund_clause", "label"),
        append_only=True,
    ),
]  # fmt: skip
