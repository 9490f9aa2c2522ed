"""The bank's file out and the bank's answer in: equal bytes, every line once, whatever the order."""

import csv
import io
import os
import stat
from pathlib import Path

import pytest
from django.conf import settings
from django.db import transaction
from hypothesis import HealthCheck, given
from hypothesis import settings as how
from hypothesis import strategies as st

from doudi.funds import checks as ledger
from doudi.funds import queries as funds
from doudi.kernel.errors import BadInput, NotPermitted, Refusal
from doudi.kernel.money import plain_yuan
from doudi.payments import checks, files, queries, services
from doudi.payments.adapters import fake_bank
from doudi.payments.layouts import load_layout
from doudi.payments.models import BankFile, Line, PayRun, ReturnFile
from doudi.security.scope import acting
from tests.payments.world import (
    APRIL,
    COUNTY,
    ON,
    allocate_what_is_needed,
    approved_run,
    change_account,
    county,
    make_world,
    sent_run,
)

pytestmark = pytest.mark.django_db
HEADER = ["批次号", "明细号", "金额(元)", "结果", "原因代码", "原因"]


def answer(rows, header=None):
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\r\n").writerows([header or HEADER, *rows])
    return out.getvalue().encode("utf-8-sig")


def row(paid_line, result="成功", /, **changes):
    cells = {
        "batch": paid_line.pay_run.number, "line": str(paid_line.pk), 
        "yuan": plain_yuan(paid_line.amount_fen), "result": result,
        "code": "A03" if result == "失败" else "", "text": "账户已销户" if result == "失败" else "",
    }  # fmt: skip
    return list((cells | changes).values())


def lines_of(run):
    return list(Line.objects.filter(pay_run=run, state__in=["sent", "paid", "returned"]).order_by("id"))


def load(content, actor, **options):
    return services.load_return_bytes(content, "回盘.csv", actor=actor, on=ON, **options)


def reasons(taken):
    return {r["row_number"]: r["reason"] for r in queries.return_rows(taken.pk, taken="refused")}


def test_bank_file_is_the_same_bytes_again(actors):
    with county(actors) as finance:
        make_world(3)
        run = approved_run(actors)
        made = services.make_bank_file(run.pk, actor=finance, on=ON)
        xlsx = services.make_bank_file(run.pk, actor=finance, on=ON, format="xlsx")
        run.refresh_from_db()

        assert services.make_bank_file(run.pk, actor=finance, on=ON) == made
        assert files.content_of(made) == files.render(run, "csv")
        assert files.content_of(xlsx) == files.render(run, "xlsx")
        assert (made.line_count, made.sum_fen, run.state) == (3, 90_003, "sent")


def test_bank_file_opens_the_accounts_and_rests_sealed(actors):
    with county(actors) as finance:
        make_world(1)
        run = approved_run(actors)
        made = services.make_bank_file(run.pk, actor=finance, on=ON)
        path = Path(settings.DOUDI_HOME) / "files" / made.path

        assert "62000000000000000" in files.content_of(made).decode("utf-8-sig")
        assert b"62000000000000000" not in path.read_bytes()
        assert stat.S_IMODE(os.stat(path).st_mode) == 0o600


def test_a_changed_file_is_refused(actors):
    with county(actors) as finance:
        make_world(1)
        run = approved_run(actors)
        made = services.make_bank_file(run.pk, actor=finance, on=ON)
        path = Path(settings.DOUDI_HOME) / "files" / made.path
        content = bytearray(path.read_bytes())
        content[-5] ^= 1
        path.write_bytes(bytes(content))

        with pytest.raises(files.FileChanged):
            services.hand_out(made.pk, actor=finance)


def test_bank_file_needs_finance_and_approval(actors):
    with county(actors) as finance:
        make_world(1)
        run = services.freeze_run(COUNTY, APRIL, actor=finance, on=ON)
        with pytest.raises(Refusal, match="不能出银行文件"):
            services.make_bank_file(run.pk, actor=finance, on=ON)
    with county(actors, "county") as officer, pytest.raises(NotPermitted):
        services.make_bank_file(run.pk, actor=officer, on=ON)


def test_return_posts_what_was_paid_and_voids_what_failed(actors):
    with county(actors) as finance:
        make_world(3)
        run = sent_run(actors)
        first, second, third = lines_of(run)
        taken = load(answer([row(first), row(second, "失败"), row(third)]), finance)
        run.refresh_from_db()

        assert (taken.paid_count, taken.failed_count, taken.refused_count) == (2, 1, 0)
        assert [line.state for line in lines_of(run)] == ["paid", "returned", "paid"]
        assert run.state == "answered"
        central = next(b for b in funds.balances(COUNTY) if b.fund_source == "central")
        assert (central.paid_fen, central.reserved_fen, central.available_fen) == (60_002, 0, 30_001)


def test_same_bytes_are_taken_once(actors):
    with county(actors) as finance:
        make_world(2)
        run = sent_run(actors)
        content = answer([row(line) for line in lines_of(run)])

        assert load(content, finance) == load(content, finance)
        assert ReturnFile.objects.count() == 1


def test_rows_that_do_not_fit_are_refused_with_a_reason(actors):
    with county(actors) as finance:
        make_world(5)
        run = sent_run(actors)
        paid, wrong_amount, contradicted, other_batch, _ = lines_of(run)
        taken = load(
            answer(
                [
                    row(paid),
                    row(paid, line="999999999"),
                    row(wrong_amount, yuan="1.00"),
                    row(contradicted),
                    row(contradicted, "失败"),
                    row(other_batch, batch="231084-202203-M01"),
                    row(paid, line="甲"),
                    row(paid, yuan="1.005"),
                    row(paid, "也许"),
                    row(paid),
                ]
            ),
            finance,
        )

        assert (taken.paid_count, taken.repeated_count, taken.refused_count) == (1, 1, 8)
        told = reasons(taken)
        assert "没有明细 999999999" in told[3]
        assert "1.00 元与报送的 300.01 元不符" in told[4]
        assert "既成功又失败" in told[5]
        assert "既成功又失败" in told[6]
        assert "批次号是“231084-202203-M01”" in told[7]
        assert "不是编号" in told[8]
        assert "两位小数" in told[9]
        assert "应为“成功”或“失败”" in told[10]
        run.refresh_from_db()
        assert run.state == "sent"


def test_a_later_contradiction_goes_to_a_person(actors):
    with county(actors) as finance:
        make_world(1)
        run = sent_run(actors)
        (line,) = lines_of(run)
        load(answer([row(line)]), finance)
        taken = load(answer([row(line, "失败")]), finance)

        assert "相反" in reasons(taken)[2]
        assert lines_of(run)[0].state == "paid"


def test_line_of_another_run_is_refused(actors):
    with county(actors) as finance:
        make_world(2)
        run = sent_run(actors)
        other = services.freeze_run(COUNTY, APRIL.plus(1), actor=finance, on=ON)
        stranger = Line.objects.filter(pay_run=other).first()
        taken = load(answer([row(lines_of(run)[0]), row(stranger)]), finance, run_id=run.pk)

        assert "不属于批次" in reasons(taken)[3]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "空的"),
        ("批次号,明细号,结果\r\n".encode(), "金额"),
        (",".join(HEADER).encode(), "只有表头"),
        (b"\x00\x01", "不是 CSV"),
        (b"PK\x03\x04 no", "XLSX 打不开"),
        ("明细号,金额(元),结果\r\n1,1.00,成功\r\n".encode(), "没有一行属于"),
        ('明细号,金额(元),结果\r\n"1,1.00,成功\r\n'.encode(), "引号"),
    ],
)
def test_a_file_that_cannot_be_read_writes_nothing(actors, content, message):
    with county(actors) as finance:
        with pytest.raises(BadInput, match=message), transaction.atomic():
            load(content, finance)
        assert ReturnFile.objects.count() == 0


def test_return_reads_gb18030_and_xlsx(actors):
    import xlsxwriter

    with county(actors) as finance:
        make_world(2)
        run = sent_run(actors)
        first, second = lines_of(run)
        load(answer([row(first)]).decode("utf-8-sig").encode("gb18030"), finance)
        out = io.BytesIO()
        book = xlsxwriter.Workbook(out, {"in_memory": True})
        sheet = book.add_worksheet()
        for number, cells in enumerate([HEADER, row(second)]):
            sheet.write_row(number, 0, cells)
        sheet.write_number(1, 1, second.pk)
        sheet.write_number(1, 2, second.amount_fen / 100)
        book.close()
        taken = load(out.getvalue(), finance)

        assert taken.paid_count == 1
        assert [line.state for line in lines_of(run)] == ["paid", "paid"]


def test_returned_line_is_paid_again_to_the_new_account(actors):
    with county(actors) as finance:
        world = make_world(2)
        run = sent_run(actors)
        first, second = lines_of(run)
        load(answer([row(first, "失败"), row(second, "失败")]), finance)
        change_account(world.accounts[0], "6299999")

        again = services.retry_returned(run.pk, actor=finance, on=ON)
        assert services.retry_returned(run.pk, actor=finance, on=ON) == again
        services.check_run(again.pk, actor=finance, on=ON)
        made = {line.replaces_id: line for line in Line.objects.filter(pay_run=again)}

        assert made[first.pk].account_masked.endswith("9999")
        assert (made[first.pk].state, made[second.pk].hold_reason) == ("frozen", "same_account")
        allocate_what_is_needed(again, finance)
        services.approve_run(again.pk, actor=actors["finance_second"], on=ON)
        services.make_bank_file(again.pk, actor=finance, on=ON)
        paid = Line.objects.get(pk=made[first.pk].pk)
        load(answer([row(paid)]), finance)
        with pytest.raises(Refusal, match="没有待补发"):
            services.retry_returned(run.pk, actor=finance, on=ON)
        assert queries.reconcile(COUNTY, APRIL).ties


def test_close_needs_all_answers_and_ties(actors):
    with county(actors) as finance:
        make_world(2)
        run = sent_run(actors)
        first, second = lines_of(run)
        load(answer([row(first)]), finance)
        with pytest.raises(Refusal, match="不能办结"):
            services.close_run(run.pk, actor=finance, on=ON)
        load(answer([row(second, "失败")]), finance)

        closed = services.close_run(run.pk, actor=finance, on=ON)

        assert closed == services.close_run(run.pk, actor=finance, on=ON)
        assert closed.state == "closed"


def test_outsider_sees_no_run_and_takes_no_file(actors):
    with county(actors):
        make_world(1)
        run = sent_run(actors)
        content = answer([row(lines_of(run)[0])])
        bank_file = BankFile.objects.get(pay_run=run)
    with acting(actors["outsider"]):
        assert PayRun.objects.count() == 0
        with pytest.raises(NotPermitted):
            services.hand_out(bank_file.pk, actor=actors["outsider"])
        with pytest.raises((BadInput, NotPermitted)):
            load(content, actors["outsider"])


def test_fake_bank_answers_the_same_for_the_same_seed(actors):
    with county(actors) as finance:
        make_world(20)
        run = approved_run(actors)
        content = files.content_of(services.make_bank_file(run.pk, actor=finance, on=ON))
        first = fake_bank.answer(content, seed=7, failure_permille=300)

        assert first == fake_bank.answer(content, seed=7, failure_permille=300)
        assert first != fake_bank.answer(content, seed=8, failure_permille=300)
        taken = load(first, finance)
        assert taken.paid_count + taken.failed_count == 20
        assert taken.failed_count > 0
        assert ledger.verify_ledger() == []
        assert checks.verify_payments() == []


def test_layout_names_the_missing_field(tmp_path):
    path = tmp_path / "bank.yaml"
    out = "{batch: a, line: b, holder: c, account: d, bank: e, yuan: f}"
    path.write_text(f"name: 某行\nout: {out}\nin: {{line: x, yuan: y}}\n")

    with pytest.raises(BadInput, match="result"):
        load_layout(path)


@pytest.mark.slow
def test_any_order_repetition_and_splitting_ends_the_same(actors):
    """M6: files shuffled, repeated, split and with strangers among them end like each line once, in order."""
    with county(actors) as finance:
        make_world(6)
        run = sent_run(actors)
        lines = lines_of(run)
        truth = {line.pk: "失败" if n % 3 == 0 else "成功" for n, line in enumerate(lines)}
        stranger = row(lines[0], line="888888888")

        def state_after(batches):
            with transaction.atomic():
                for number, batch in enumerate(batches):
                    rows = [stranger if n is None else row(lines[n], truth[lines[n].pk]) for n in batch]
                    load(answer([*rows, ["", "", "", "", "", f"第{number}份"]]), finance, run_id=run.pk)
                balance = next(b for b in funds.balances(COUNTY) if b.fund_source == "central")
                found = (
                    [line.state for line in lines_of(run)],
                    (balance.available_fen, balance.reserved_fen, balance.paid_fen),
                    queries.run_tie(run.pk).differences,
                    ledger.verify_ledger(),
                )
                transaction.set_rollback(True)
            return found

        expected = state_after([range(6)])

        @how(max_examples=12, deadline=None, database=None, suppress_health_check=list(HealthCheck))
        @given(
            st.permutations([0, 1, 2, 3, 4, 5, 0, 3, 5, None]).flatmap(
                lambda order: st.integers(1, 9).map(lambda cut: [order[:cut], order[cut:]])
            )
        )
        def converges(batches):
            assert state_after(batches) == expected

        converges()
        assert expected[2] == []
