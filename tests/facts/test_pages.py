"""The pages of this room: what each post sees, masked numbers, fixed query counts, and the way of a file."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from doudi.facts import imports
from doudi.facts.models import Batch, Fact
from doudi.kernel.actors import SYSTEM, Actor
from doudi.places.services import load_divisions
from doudi.registry.models import Household, Person
from doudi.security.scope import acting
from tests.facts.files import COUNTY, KNOWN_ON, ROSTER_HEADER, name, number, roster_row, write_csv
from tests.pageclient import PageClient, assert_fixed_queries

pytestmark = pytest.mark.django_db

Cast = dict[str, Actor]
SignIn = Callable[[str], PageClient]


@pytest.fixture
def load(actors: Cast, tmp_path: Path) -> Callable[[int, int], None]:
    """Put people on the register: ``load(first, count)``."""
    load_divisions()

    def put(first: int, count: int) -> None:
        rows = [roster_row(n) for n in range(first, first + count)]
        path = write_csv(tmp_path / f"roster{first}.csv", ROSTER_HEADER, rows)
        with acting(actors["county"]):
            imports.load_file(path, "roster", COUNTY, KNOWN_ON, actors["county"])

    return put


def _household(sequence: int) -> int:
    with acting(SYSTEM):
        return Household.objects.get(filed_number=f"N{sequence:05d}").pk


def test_search_tells_namesakes_apart_and_masks(load: Callable[[int, int], None], page_as: SignIn) -> None:
    load(0, 3)

    page = page_as("township").get("/search/", {"q": number(1)})
    text = page.content.decode()

    assert name(1) in text
    assert number(1) not in text
    assert f"999***********{number(1)[-4:]}" in text
    assert "宁安市" in text


def test_search_finds_nothing_outside_the_own_county(load: Callable[[int, int], None], page_as: SignIn) -> None:
    load(0, 3)

    page = page_as("outsider").get("/search/", {"q": name(1)})

    assert "没有找到" in page.content.decode()


def test_household_list_needs_the_same_queries_for_any_number_of_rows(
    load: Callable[[int, int], None], page_as: SignIn
) -> None:
    load(0, 1)

    assert_fixed_queries(page_as("county"), "/families/", lambda: load(1, 6))


def test_household_list_filters_pages_and_exports(load: Callable[[int, int], None], page_as: SignIn) -> None:
    load(0, 60)
    client = page_as("county")

    first = client.get("/families/").content.decode()
    none = client.get("/families/", {"programme": "dibao"}).content.decode()
    file = client.get("/families/", {"export": "csv"})

    assert "共 <strong>60</strong> 户" in first
    assert first.count('href="/families/') > 50
    assert "没有符合条件的家庭" in none
    lines = file.content.decode("utf-8-sig").splitlines()
    assert lines[0].startswith("户编号,户主,所在地")
    assert len([line for line in lines if "宁安市" in line]) == 60
    assert any("导出人:陈科长" in line for line in lines)


def test_household_list_refuses_a_place_of_others(load: Callable[[int, int], None], page_as: SignIn) -> None:
    assert page_as("outsider").get("/families/", {"place": COUNTY}).status_code == 403


def test_household_file_shows_the_family_masked(load: Callable[[int, int], None], page_as: SignIn) -> None:
    load(0, 2)

    page = page_as("township").get(f"/families/{_household(1)}/")
    text = page.content.decode()

    assert name(1) in text
    assert number(1) not in text
    assert "还不知道" in text
    assert "金融资产" in text


def test_household_file_is_refused_to_the_next_county(load: Callable[[int, int], None], page_as: SignIn) -> None:
    load(0, 1)

    page = page_as("outsider").get(f"/families/{_household(0)}/")

    assert page.status_code == 403
    assert "无权限" in page.content.decode()
    assert name(0) not in page.content.decode()


def test_state_fact_form_takes_in_and_shows_what_is_wrong(load: Callable[[int, int], None], page_as: SignIn) -> None:
    load(0, 1)
    household = _household(0)
    with acting(SYSTEM):
        person = Person.objects.get().pk
    client = page_as("township")
    url = f"/families/{household}/facts/new/"
    given = {"who": person, "name": "is_student", "since": "2022.4.1", "source": "入户调查"}

    wrong = client.post(url, given | {"value": "也许"})
    right = client.post(url, given | {"value": "否"}, follow=True)

    assert "应写“是”或“否”" in wrong.content.decode()
    assert "已登记“在校学生”" in right.content.decode()
    with acting(SYSTEM):
        assert [(f.name, f.value_int, f.said_by) for f in Fact.objects.all()] == [("is_student", 0, "刘霞")]


def test_import_page_checks_first_then_takes_in(page_as: SignIn, tmp_path: Path) -> None:
    load_divisions()
    rows = [roster_row(n) for n in range(5)]
    rows[3][3] = number(3)[:17] + ("1" if number(3)[17] != "1" else "2")
    path = write_csv(tmp_path / "民政在册台账.csv", ROSTER_HEADER, rows)
    client = page_as("county")

    upload = SimpleUploadedFile(path.name, path.read_bytes(), "text/csv")
    checked = client.post("/imports/check/", {"file": upload, "kind": ""})
    text = checked.content.decode()
    with acting(SYSTEM):
        batches_before = Batch.objects.count()
    token = text.split('name="token" value="')[1].split('"')[0]
    given = {"token": token, "kind": "roster", "file_name": path.name, "confidentiality": "internal"}
    taken = client.post("/imports/take/", given, follow=True).content.decode()

    assert "预检结果" in text
    assert "校验码不对" in text
    assert batches_before == 0
    assert "已导入:共 5 行,采用 4 行,退回 1 行" in taken
    with acting(SYSTEM):
        batch = Batch.objects.get()
    assert (batch.row_count, batch.taken_count, batch.loaded_by) == (5, 4, "陈科长")
    errors = client.get(f"/imports/{batch.pk}/errors/")
    assert "校验码不对" in errors.content.decode("utf-8-sig")


def test_import_page_says_a_repeated_batch(load: Callable[[int, int], None], page_as: SignIn, tmp_path: Path) -> None:
    load(0, 2)
    body = (tmp_path / "roster0.csv").read_bytes()

    page = page_as("county").post("/imports/check/", {"file": SimpleUploadedFile("台账.csv", body), "kind": "roster"})

    assert "重复批次" in page.content.decode()


def test_import_page_names_missing_columns_and_unknown_kinds(page_as: SignIn) -> None:
    client = page_as("county")

    short = SimpleUploadedFile("残疾.csv", "姓名\n王桂兰\n".encode())
    missing = client.post("/imports/check/", {"file": short, "kind": ""})
    unknown = client.post("/imports/check/", {"file": SimpleUploadedFile("甲.csv", b"a,b\n"), "kind": ""})
    nothing = client.post("/imports/check/", {"kind": "roster"})

    assert (missing.status_code, unknown.status_code, nothing.status_code) == (422, 422, 422)
    assert "缺少列:身份证号" in missing.content.decode()
    assert "认不出种类" in unknown.content.decode()
    assert "请选择要导入的文件" in nothing.content.decode()


def test_import_pages_are_closed_to_other_posts(load: Callable[[int, int], None], page_as: SignIn) -> None:
    load(0, 1)
    with acting(SYSTEM):
        batch = Batch.objects.get().pk

    statuses = {who: page_as(who).get(f"/imports/{batch}/").status_code for who in ("county", "auditor", "outsider")}
    upload = page_as("auditor").post("/imports/check/", {"kind": "roster"})

    assert statuses == {"county": 200, "auditor": 200, "outsider": 403}
    assert upload.status_code == 403


def test_import_list_needs_the_same_queries_for_any_number_of_batches(
    load: Callable[[int, int], None], page_as: SignIn
) -> None:
    load(0, 1)

    assert_fixed_queries(page_as("county"), "/imports/", lambda: (load(1, 1), load(2, 1)))


@pytest.mark.parametrize("role", ["county", "township"])
def test_family_file_says_masked_in_which_other_family_a_person_is_enrolled(
    role: str, actors: Cast, tmp_path: Path, page_as: SignIn
) -> None:
    load_divisions()
    rows = [roster_row(1), roster_row(2), roster_row(1, 家庭编号="N00002", 与户主关系="其他")]
    path = write_csv(tmp_path / "roster.csv", ROSTER_HEADER, rows)
    with acting(actors["county"]):
        imports.load_file(path, "roster", COUNTY, KNOWN_ON, actors["county"])
        keeping, reduced = (Household.objects.get(filed_number=f"N0000{n}") for n in (1, 2))

    page = page_as(role).get(reverse("household_file", args=[reduced.pk])).content.decode()
    other = page_as(role).get(reverse("household_file", args=[keeping.pk])).content.decode()

    assert f"家庭 {keeping.number}" in page
    assert "重复登记" in page
    assert name(1) not in page
    assert "重复登记" not in other
