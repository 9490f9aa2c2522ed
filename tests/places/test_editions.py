"""Two editions become dated names and a list of what became of what."""

import datetime as dt

from doudi.places import editions

EARLY, LATE = dt.date(2020, 6, 30), dt.date(2021, 10, 31)
UPPER = {"14": "山西省", "1407": "晋中市", "140726": "太谷县", "140726100": "明星镇", "140726101": "胡村镇"}
BEFORE = (EARLY, UPPER, {"140726100201": "东村委会", "140726101201": "胡村村委会", "140726101202": "西村委会"})


def after(names, villages):
    kept = {code: name for code, name in UPPER.items() if len(code) < 6}
    return (LATE, {**kept, **names}, villages)


def test_dated_names_close_a_name_at_the_cut_off_that_no_longer_shows_it():
    late = after({"140726": "太谷县", "140726100": "新星镇"}, {})

    rows = {(row["code"], row["name"]): (row["since"], row["until"]) for row in editions.dated_names([BEFORE, late])}

    assert rows["140726", "太谷县"] == ("", "")
    assert rows["140726100", "明星镇"] == ("", "2021-10-31")
    assert rows["140726100", "新星镇"] == ("2021-10-31", "")
    assert rows["140726101", "胡村镇"] == ("", "2021-10-31")


def test_changes_follow_the_villages_to_the_successor():
    late = after(
        {"140703": "太谷区", "140703100": "明星镇"},
        {"140703100201": "东村委会", "140703100202": "胡村村委会", "140703100203": "西村委会"},
    )

    found = {(c["kind"], c["from_code"], c["to_code"]) for c in editions.changes_between([BEFORE, late])}

    assert found == {
        ("merge", "140726100", "140703100"),
        ("merge", "140726101", "140703100"),
        ("rename", "140726", "140703"),
    }


def test_changes_are_never_called_verified():
    late = after({"140726": "太谷县", "140726100": "新星镇", "140726101": "胡村镇"}, {})

    changes = editions.changes_between([BEFORE, late])

    assert [(c["kind"], c["from_code"], c["verified"]) for c in changes] == [("rename", "140726100", "false")]
    assert "确切日期未查明" in changes[0]["note"]
