"""One missed family walks the whole chain by clicks: department files, reasons, money, report, clause."""

import csv
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from doudi.demo import generate
from doudi.payments.adapters import fake_bank
from tests.journeys.conftest import Desk, Doudi

pytestmark = [pytest.mark.journey, pytest.mark.slow]
COUNTY = "231084"
PEOPLE, SEED = 400, 7
FILES = [
    "民政在册台账",
    "入户调查",
    "社会保险",
    "医保自付",
    "残疾人证",
    "死亡登记",
    "机动车登记",
    "不动产登记",
    "市场主体",
]
SOURCES = {"中央困难群众救助补助资金": "900000", "省级资金": "90000", "县级资金": "10000000.00"}
CLICKS_ALLOWED = 4
SignIn = Callable[[str], Desk]


def import_files(desk: Desk, folder: Path) -> None:
    """The county takes in nine department files, each after a pre-check."""
    for name in FILES:
        desk.go("部门数据")
        desk.attach("部门文件", next(folder.glob(f"{name}.*")))
        desk.press("预检")
        desk.reads("可以采用")
        desk.press("采用这一批")
        desk.reads("已采用")


def find_missed_family(desk: Desk, name: str) -> None:
    """The county starts the month; the missed family is proposed, with its reasons."""
    desk.go("待办事项")
    desk.press("开始本月认定")
    desk.reads("认定完成")
    open_proposal(desk, name)
    desk.reads("新增", "待审核", "符合")


def open_family(desk: Desk, name: str) -> None:
    desk.go("查人查户")
    desk.fill("姓名、拼音首字母", name)
    desk.press("查找")
    desk.follow(name)
    desk.reads("家庭成员", "事实")


def open_proposal(desk: Desk, name: str) -> None:
    """From the family to the reasons, and from the reasons to what is proposed."""
    open_family(desk, name)
    desk.follow("为什么")
    desk.reads("最低生活保障", "符合", "每月", "社会救助暂行办法 第九条")
    desk.follow("看建议")


def decide(desk: Desk, name: str, act: str, bulk: str) -> None:
    """Decide the missed family by hand after reading why, and the others that agree in bulk."""
    open_proposal(desk, name)
    desk.fill("意见和理由", "已看过事实和条款,同意")
    desk.press(act)
    desk.go("待办事项")
    desk.follow(bulk)
    desk.fill("填写件数以确认", desk.number_after(r"成批\S+ (\d+) 件"))
    desk.open(desk.page.locator("main form .button-danger"))
    desk.reads("件")


def come_to_may(desk: Desk) -> None:
    """The administrator sets the day on which finance pays; who was confirmed in April is paid from May."""
    desk.go("业务日期")
    desk.fill("改为", "2022-05-10")
    desk.fill("原因", "五月发放日")
    desk.press("设置")
    desk.reads("业务日期已设为 2022-05-10")


def allocate(desk: Desk) -> None:
    """The province writes down what it sent to the county, from each source."""
    for source, yuan in SOURCES.items():
        desk.go("资金总览")
        desk.choose("县(市、区)", "宁安市")
        desk.choose("资金来源", source)
        desk.fill("金额", yuan)
        desk.fill("依据文号", "黑财社〔2022〕1号")
        desk.press("下一步")
        desk.reads("大写")
        desk.press("确认下达")
        desk.reads("已记录下达")


def approve(desk: Desk) -> None:
    """A second person approves, with the amount in words and the count typed."""
    desk.go("发放批次")
    desk.follow("231084-202205")
    desk.follow("批准…")
    desk.reads("大写", "不能撤销")
    desk.fill("请填写要批准的笔数", desk.number_after(r"发放 ([\d,]+) 笔").replace(",", ""))
    desk.press("批准发放")
    desk.reads("已批准")


def bank_file(desk: Desk, folder: Path) -> bytes:
    """The file for the bank is made and downloaded."""
    desk.press("出银行文件(CSV)")
    desk.follow("银行文件与回盘")
    with desk.page.expect_download() as waiting:
        desk.page.get_by_role("link", name="下载(留痕)").first.click()
    saved = folder / "bank.csv"
    waiting.value.save_as(saved)
    return saved.read_bytes()


def load_return(desk: Desk, answer: Path) -> None:
    """The bank's answer comes back; what failed is a line to pay again, and the books tie."""
    desk.go("发放批次")
    desk.follow("231084-202205")
    desk.follow("银行文件与回盘")
    desk.attach("回盘文件", answer)
    desk.press("装入回盘")
    desk.reads("回盘结果", "成功", "退票")
    desk.go("对账")
    desk.reads("0.00")


def trace_to_clause(desk: Desk, name: str) -> None:
    """The auditor is at the clause in four clicks: from the list of runs, and from the family itself."""
    desk.go("发放批次")
    desk.clicks = 0
    desk.follow("231084-202205")
    desk.follow("全部明细")
    desk.follow("追溯到条款")
    open_last_clause(desk)
    assert desk.clicks <= CLICKS_ALLOWED

    desk.go("查人查户")
    desk.fill("姓名、拼音首字母", name)
    desk.press("查找")
    desk.clicks = 0
    desk.follow(name)
    desk.open(desk.page.locator("main a[href^='/trace/']").first)
    desk.reads("这笔钱从哪里来,凭什么发", "账簿分录", "已看过事实和条款,同意", "于春梅", "陈立国", name)
    open_last_clause(desk)
    desk.reads("社会救助暂行办法", "第九条")
    assert desk.clicks <= CLICKS_ALLOWED


def open_last_clause(desk: Desk) -> None:
    desk.reads("一笔钱", "审核确认", "认定", "事实", "条款")
    desk.open(desk.page.locator("main .chain > li").last.get_by_role("link").first)


def test_a_missed_family_walks_the_whole_chain(doudi: Doudi, browser: Browser, tmp_path: Path):
    folder = tmp_path / "files"
    generate.make(folder, COUNTY, people=PEOPLE, seed=SEED)
    with (folder / generate.PLANT_FILE).open(encoding="utf-8-sig") as plant:
        missed = next(row for row in csv.DictReader(plant) if row["kind"] == "missed_family")
    name = missed["name"]
    county, township, confirmer = (Desk(browser, doudi, f"na-{post}") for post in ("minzheng", "shenhe", "queren"))
    maker, approver = (Desk(browser, doudi, f"na-{post}") for post in ("zhidan", "fuhe"))

    import_files(county, folder)
    find_missed_family(county, name)
    decide(township, name, "同意", "成批审核一致事项")
    decide(confirmer, name, "同意", "成批确认一致事项")
    open_proposal(county, name)
    county.reads("自确认的次月起发放", "自 2022年5月起发放")
    come_to_may(Desk(browser, doudi, "guanli"))
    allocate(Desk(browser, doudi, "hlj-sheng"))
    maker.go("发放批次")
    maker.press("冻结名单")
    maker.press("校验")
    maker.reads("第二人批准")
    approve(approver)
    answer = tmp_path / "answer.csv"
    answer.write_bytes(fake_bank.answer(bank_file(approver, tmp_path), seed=SEED, failure_permille=20))
    load_return(maker, answer)
    county.go("每周报表")
    county.reads("新增待遇", "最低生活保障到账金额")
    county.press("报送")
    county.reads("第 1 版")
    trace_to_clause(Desk(browser, doudi, "shenji"), name)
    assert doudi.run("verify")
