"""The strict reader: it finds what must not reach a desk, and lets a good page pass."""

import pytest

from tests.pageclient import problems_of

GOOD = """<!doctype html><html lang="zh-CN"><head><title>工作台 · 兜底</title></head>
<body><main><h1>工作台</h1><p>条款 HLJMCA2022-3.16,证号 231***********2222,共 3 户</p></main></body></html>"""


def test_problems_of_a_good_page_are_none():
    assert problems_of(GOOD, whole=True) == []


@pytest.mark.parametrize(
    ("piece", "word"),
    [
        ("<script>go()</script>", "页内脚本"),
        ('<p onclick="go()">一</p>', "页内处理程序"),
        ('<p style="color:red">一</p>', "页内样式"),
        ('<a href="javascript:go()">一</a>', "脚本地址"),
        ('<img src="//example.com/a.png" alt="">', "外部资源"),
        ("<p>{{ 户主 }}</p>", "没有渲染"),
        ("<p>needs_facts</p>", "没有译成中文"),
        ("<p>None</p>", "没有译成中文"),
        ("<p>999084195001012220</p>", "身份证号"),
        ('<input value="99908419500101222X">', "身份证号"),
        ("<p>6228480012345678901</p>", "长号码"),
    ],
)
def test_problems_of_a_bad_page_name_it(piece: str, word: str):
    found = problems_of(GOOD.replace("</main>", piece + "</main>"), whole=True)

    assert len(found) == 1
    assert word in found[0]


def test_problems_of_a_page_without_title_or_heading():
    html = GOOD.replace("工作台 · 兜底", "兜底").replace("h1>", "h2>")

    assert problems_of(html, whole=True) == ["没有标题 <title>", "应有一个 <h1>,现有 0 个"]


def test_problems_of_a_fragment_need_no_title():
    assert problems_of("<p>共 3 户</p>", whole=False) == []


def test_numbers_in_full_pass_where_showing_them_is_the_purpose():
    assert problems_of("<p>999084195001012220</p>", whole=False, numbers_allowed=True) == []
