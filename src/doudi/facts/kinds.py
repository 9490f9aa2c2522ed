"""The department files: which columns each has, how headers are spelled, and which facts a row states.

Grain: one ``Kind`` per department file, one ``Column`` per thing a row can say.
"""

import dataclasses

FULL_LISTS = frozenset(
    {"social_insurance", "disability", "deaths", "vehicles", "real_estate", "companies", "children", "veterans"}
)


@dataclasses.dataclass(frozen=True)
class Column:
    """One column. ``must`` says whether the header has to be there and the cell be filled.

    Types: id, name, text, code, number (account or plate kept as text), money, int, bool, date,
    month, relation, area, programme, disability, grade, sex, and the code lists at the end of this module.
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
        Column("disability_card_until", "有效期至", "date", also=("有效期止", "证件有效期至", "到期日期")),
        Column("injury_care_allowance", "领取工伤生活护理费", "bool", also=("工伤护理费", "工伤保险生活护理费")),
    ),
    person_facts=("disability_kind", "disability_grade", "disability_card_until", "injury_care_allowance"),
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

CHILDREN = Kind(
    "children",
    "困境儿童",
    "民政部门儿童福利工作",
    (
        _NAME,
        _ID,
        Column("father_state", "父亲状况", "parent_state", True, True, ("父亲情形", "父亲")),
        Column("father_since", "父亲状况起始日", "date", also=("父亲报案日期", "父亲起始日期")),
        Column("father_state_months", "父亲羁押期限(月)", "int", also=("父亲刑期", "父亲期限")),
        Column("mother_state", "母亲状况", "parent_state", True, True, ("母亲情形", "母亲")),
        Column("mother_since", "母亲状况起始日", "date", also=("母亲报案日期", "母亲起始日期")),
        Column("mother_state_months", "母亲羁押期限(月)", "int", also=("母亲刑期", "母亲期限")),
        Column("chose_tekun", "选择特困供养", "bool", also=("监护人选择特困",)),
        Column("account", "监护人收款账号", "number", also=("收款账号", "账号", "银行账号")),
        Column("bank_name", "开户银行", "text", also=("开户行", "银行")),
        Column("holder_name", "账户户名", "name", also=("户名", "监护人")),
    ),
    person_facts=(
        "father_state",
        "father_since",
        "father_state_months",
        "mother_state",
        "mother_since",
        "mother_state_months",
        "chose_tekun",
    ),
    words=("困境儿童", "孤儿", "事实无人抚养", "儿童福利"),
)

ELDERLY = Kind(
    "elderly",
    "老年人津贴申请",
    "民政部门养老服务工作",
    (
        _NAME,
        _ID,
        Column("has_applied", "是否申请", "bool", True, True, ("已申请", "是否已申请", "申请")),
        *(Column(f"care_{n}", name, "bool", also=(f"能否{name}", f"自理-{name}")) for n, name in enumerate(SELF_CARE)),
        Column("assessed_on", "评估日期", "date", also=("申请日期", "登记日期")),
    ),
    person_facts=("has_applied", "self_care_failed_count"),
    since_key="assessed_on",
    words=("老年人", "高龄", "失能"),
)

VETERANS = Kind(
    "veterans",
    "优抚对象",
    "退役军人事务部门",
    (
        _NAME,
        _ID,
        Column("veteran_class", "优抚对象类别", "veteran_class", True, True, ("类别", "优抚类别", "人员类别")),
        Column("veteran_service_years", "服义务兵役年数", "int", also=("服役年限", "服役年数", "义务兵年限")),
        Column("listed_on", "核定日期", "date", also=("认定日期", "批准日期")),
    ),
    person_facts=("veteran_class", "veteran_service_years"),
    since_key="listed_on",
    words=("优抚", "退役军人", "抚恤"),
)

HEATING = Kind(
    "heating",
    "供热登记",
    "供热主管部门",
    (
        _NAME,
        _ID,
        Column("heating_mode", "取暖方式", "heating_mode", True, True, ("供热方式",)),
        Column("heated_area_m2", "供热面积(平方米)", "int", also=("供热面积", "建筑面积", "使用面积")),
        Column("heating_group", "取暖救助对象", "heating_group", also=("其他对象", "对象类别")),
    ),
    household_facts=("heating_mode", "heated_area_m2", "heating_group"),
    words=("供热", "取暖"),
)

KINDS: dict[str, Kind] = {
    k.name: k
    for k in (
        ROSTER, HOME_SURVEY, SOCIAL_INSURANCE, MEDICAL, DISABILITY, DEATHS, VEHICLES, REAL_ESTATE, COMPANIES,
        CHILDREN, ELDERLY, VETERANS, HEATING,
    )
}  # fmt: skip

DISABILITY_LABELS: dict[int, str] = {
    0: "无", 1: "视力残疾", 2: "听力残疾", 3: "言语残疾", 4: "肢体残疾", 5: "智力残疾", 6: "精神残疾", 7: "多重残疾",
}  # fmt: skip
GRADE_LABELS: dict[int, str] = {0: "无", 1: "一级", 2: "二级", 3: "三级", 4: "四级"}
PARENT_STATES: dict[int, str] = {
    0: "健在", 1: "死亡", 2: "宣告失踪", 3: "查找不到", 4: "重残", 5: "重病", 6: "服刑在押", 7: "强制隔离戒毒",
    8: "限制人身自由", 9: "失联", 10: "被撤销监护资格", 11: "被遣送出境", 99: "尚未查明",
}  # fmt: skip
VETERAN_CLASSES: dict[int, str] = {
    0: "无", 1: "一级残疾军人(因战)", 2: "一级残疾军人(因公)", 3: "一级残疾军人(因病)", 4: "烈士遗属",
    5: "因公牺牲军人遗属", 6: "病故军人遗属", 7: "带病回乡退伍军人", 8: "参战参试退役人员", 9: "农村籍退役士兵",
    10: "其他优抚对象",
}  # fmt: skip
HEATING_MODES: dict[int, str] = {0: "未登记", 1: "集中供热", 2: "自行取暖"}
HEATING_GROUPS: dict[int, str] = {
    0: "无", 1: "优抚家庭无人就业", 2: "领失业金家庭无人就业", 3: "福利企业残疾职工", 4: "停产单位建国前老工人",
}  # fmt: skip
CODE_LISTS: dict[str, dict[int, str]] = {
    "parent_state": PARENT_STATES, "veteran_class": VETERAN_CLASSES, "heating_mode": HEATING_MODES,
    "heating_group": HEATING_GROUPS,
}  # fmt: skip
