"""The department files: which columns each has, how headers are spelled, and which facts a row states.

Grain: one ``Kind`` per department file, one ``Column`` per thing a row can say.
"""

import dataclasses

FULL_LISTS = frozenset({"social_insurance", "disability", "deaths", "vehicles", "real_estate", "companies"})


@dataclasses.dataclass(frozen=True)
class Column:
    """One column. ``must`` says whether the header has to be there and the cell be filled.

    Types: id, name, text, code, number (account or plate kept as text), money, int, bool, date,
    month, relation, area, programme, disability, grade, sex.
    """

    key: str
    header: str
    type: str
    must: bool = False
    cell: bool = False
    also: tuple[str, ...] = ()
    unit_fen: bool = False

    @property
    def spellings(self) -> tuple[str, ...]:
        return (self.header, *self.also)


@dataclasses.dataclass(frozen=True)
class Kind:
    """One department file. ``counted`` names the fact that is the number of a person's rows."""

    name: str
    label: str
    department: str
    columns: tuple[Column, ...]
    person_facts: tuple[str, ...] = ()
    household_facts: tuple[str, ...] = ()
    counted: str = ""
    repeat_key: tuple[str, ...] = ("id_no",)
    since_key: str = ""
    words: tuple[str, ...] = ()

    @property
    def is_full_list(self) -> bool:
        return self.name in FULL_LISTS

    def column(self, key: str) -> Column:
        return next(c for c in self.columns if c.key == key)


_ID = Column("id_no", "身份证号", "id", True, True, ("身份证号码", "公民身份号码", "证件号码", "身份证", "证件号"))
_NAME = Column("name", "姓名", "name", True, True, ("人员姓名", "成员姓名", "参保人姓名", "权利人", "权利人姓名"))
SELF_CARE = ("吃饭", "穿衣", "上下床", "如厕", "室内行走", "洗澡")

ROSTER = Kind(
    "roster",
    "民政在册台账",
    "民政部门",
    (
        Column("household_number", "家庭编号", "text", True, True, ("户编号", "户号", "家庭编码")),
        Column("relation", "与户主关系", "relation", True, True, ("关系", "家庭关系", "与申请人关系")),
        _NAME,
        _ID,
        Column("sex", "性别", "sex"),
        Column("hukou_code", "户籍地区划代码", "code", also=("户籍地代码", "户籍代码", "户籍地")),
        Column(
            "residence_code", "居住地区划代码", "code", True, True, ("居住地代码", "区划代码", "居住代码", "村居代码")
        ),
        Column("area", "城乡类别", "area", True, True, ("城乡", "城乡分类", "城乡属性")),
        Column("programme", "救助项目", "programme", also=("保障类别", "项目", "救助类别")),
        Column("amount_fen_m", "月救助金额(元)", "money", also=("月救助金额", "月保障金额", "保障金额", "月金额")),
        Column("since", "享受起始月", "month", also=("起始月", "开始享受月份", "起始月份", "享受开始月份")),
        Column("account", "收款账号", "number", also=("银行账号", "账号", "一卡通账号", "社保卡号")),
        Column("bank_name", "开户银行", "text", also=("开户行", "银行")),
        Column("holder_name", "账户户名", "name", also=("户名", "开户人", "账户名")),
    ),
    repeat_key=("id_no", "programme"),
    words=("台账", "在册", "花名册"),
)

HOME_SURVEY = Kind(
    "home_survey",
    "入户调查",
    "乡镇(街道)入户调查",
    (
        Column("household_number", "家庭编号", "text", also=("户编号", "户号")),
        _NAME,
        _ID,
        Column("is_student", "是否在校学生", "bool", also=("在校学生", "在校")),
        Column("is_seriously_ill", "是否重病", "bool", also=("重病", "重特大疾病")),
        Column("work_cost_fen_m", "月必要就业成本(元)", "money", also=("必要就业成本", "就业成本")),
        Column("business_income_fen_m", "月经营净收入(元)", "money", also=("经营净收入", "经营性收入")),
        Column("transfer_income_fen_m", "月转移净收入(元)", "money", also=("转移净收入", "转移性收入")),
        Column("supporters_able", "有赡养抚养能力的义务人", "bool", also=("义务人有能力", "法定义务人有能力")),
        *(Column(f"care_{n}", name, "bool", also=(f"能否{name}", f"自理-{name}")) for n, name in enumerate(SELF_CARE)),
        Column("in_institution", "是否入住供养机构", "bool", also=("入住机构", "集中供养")),
        Column("farm_income_fen_m", "家庭月农业收入(元)", "money", also=("农业收入", "家庭农业收入")),
        Column("support_income_fen_m", "家庭月赡养费收入(元)", "money", also=("赡养费收入", "赡养抚养费")),
        Column("deposits_fen", "家庭存款(元)", "money", also=("存款", "金融资产")),
        Column("rigid_spending_fen_y", "家庭年其他刚性支出(元)", "money", also=("刚性支出", "其他刚性支出")),
        Column("surveyed_on", "调查日期", "date", also=("入户日期",)),
    ),
    person_facts=(
        "is_student",
        "is_seriously_ill",
        "work_cost_fen_m",
        "business_income_fen_m",
        "transfer_income_fen_m",
        "supporters_able",
        "self_care_failed_count",
        "in_institution",
    ),
    household_facts=("farm_income_fen_m", "support_income_fen_m", "deposits_fen", "rigid_spending_fen_y"),
    since_key="surveyed_on",
    words=("入户", "调查"),
)

SOCIAL_INSURANCE = Kind(
    "social_insurance",
    "社会保险",
    "人力资源社会保障部门",
    (
        _NAME,
        _ID,
        Column("period", "所属月份", "month", True, True, ("所属期", "费款所属期", "月份", "缴费月份")),
        Column("wage_fen_m", "月工资(元)", "money", also=("缴费工资", "月工资", "工资", "缴费基数")),
        Column("pension_fen_m", "月养老金(元)", "money", also=("养老金", "月养老金", "养老待遇")),
        Column("employer", "单位名称", "text", also=("参保单位", "单位")),
    ),
    person_facts=("wage_fen_m", "pension_fen_m"),
    repeat_key=("id_no", "period"),
    since_key="period",
    words=("社会保险", "社保", "工资"),
)

MEDICAL = Kind(
    "medical",
    "医保自付",
    "医疗保障部门",
    (
        _NAME,
        _ID,
        Column(
            "medical_self_paid_fen_y",
            "近12个月个人自付(元)",
            "money",
            True,
            True,
            ("个人自付", "自付费用", "医疗自付费用", "个人自付费用"),
        ),
        Column("counted_until", "统计截止日", "date", also=("截止日期", "截止日")),
    ),
    person_facts=("medical_self_paid_fen_y",),
    since_key="counted_until",
    words=("医保", "医疗"),
)

DISABILITY = Kind(
    "disability",
    "残疾人证",
    "残疾人联合会",
    (
        _NAME,
        _ID,
        Column("disability_kind", "残疾类别", "disability", True, True, ("类别", "残疾类型")),
        Column("disability_grade", "残疾等级", "grade", True, True, ("等级", "残疾级别")),
        Column("issued_on", "发证日期", "date", also=("办证日期", "有效期起")),
    ),
    person_facts=("disability_kind", "disability_grade"),
    since_key="issued_on",
    words=("残疾", "残联"),
)

DEATHS = Kind(
    "deaths",
    "死亡登记",
    "公安与殡葬管理部门",
    (_NAME, _ID, Column("death_date", "死亡日期", "date", True, True, ("去世日期", "火化日期", "注销日期"))),
    person_facts=("death_date",),
    since_key="death_date",
    words=("死亡", "殡葬"),
)

VEHICLES = Kind(
    "vehicles",
    "机动车登记",
    "公安交通管理部门",
    (
        Column("name", "所有人", "name", True, True, ("姓名", "机动车所有人", "车主")),
        _ID,
        Column("plate", "号牌号码", "number", True, True, ("车牌号", "号牌", "车牌")),
        Column("vehicle_type", "车辆类型", "text", also=("车型",)),
        Column("registered_on", "登记日期", "date", also=("初次登记日期", "注册日期")),
    ),
    counted="vehicle_count",
    repeat_key=("id_no", "plate"),
    words=("机动车", "车辆"),
)

REAL_ESTATE = Kind(
    "real_estate",
    "不动产登记",
    "自然资源部门",
    (
        _NAME,
        _ID,
        Column("certificate", "不动产单元号", "number", True, True, ("不动产权证号", "产权证号", "不动产证号")),
        Column("place", "坐落", "text", also=("地址", "房屋坐落")),
        Column("registered_on", "登记日期", "date", also=("登记时间",)),
    ),
    counted="dwelling_count",
    repeat_key=("id_no", "certificate"),
    words=("不动产", "房产", "住房"),
)

COMPANIES = Kind(
    "companies",
    "市场主体",
    "市场监督管理部门",
    (
        _NAME,
        _ID,
        Column("credit_code", "统一社会信用代码", "number", True, True, ("信用代码", "注册号")),
        Column("company", "企业名称", "text", also=("名称", "主体名称")),
        Column("role", "担任职务", "text", also=("职务", "身份")),
        Column("registered_on", "登记日期", "date", also=("成立日期",)),
    ),
    counted="company_count",
    repeat_key=("id_no", "credit_code"),
    words=("市场主体", "企业", "工商"),
)

KINDS: dict[str, Kind] = {
    k.name: k
    for k in (
        ROSTER, HOME_SURVEY, SOCIAL_INSURANCE, MEDICAL, DISABILITY, DEATHS, VEHICLES, REAL_ESTATE, COMPANIES,
    )
}  # fmt: skip

DISABILITY_LABELS: dict[int, str] = {
    0: "无", 1: "视力残疾", 2: "听力残疾", 3: "言语残疾", 4: "肢体残疾", 5: "智力残疾", 6: "精神残疾", 7: "多重残疾",
}  # fmt: skip
GRADE_LABELS: dict[int, str] = {0: "无", 1: "一级", 2: "二级", 3: "三级", 4: "四级"}
