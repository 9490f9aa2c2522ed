"""What banks answer and what it means for a clerk. No bank's own code list is claimed."""

# code: (words, does the account have to change, what to do)
RETURN_CODES: dict[str, tuple[str, bool, str]] = {
    "A01": ("账号不存在", True, "请与本人核对账号后重新登记"),
    "A02": ("户名与账号不符", True, "请核对户名,生僻字或改名需到银行更新"),
    "A03": ("账户已销户", True, "请登记新的收款账户"),
    "A04": ("账户冻结或止付", True, "请本人到银行解除,或登记新的收款账户"),
    "A05": ("长期未用,账户休眠", True, "请本人到银行激活,或登记新的收款账户"),
    "B01": ("银行系统超时,未入账", False, "账户没有问题,可直接补发"),
}
ACCOUNT_CODES = tuple(code for code, (_, account, _) in RETURN_CODES.items() if account)


def plain(code: str, text: str) -> str:
    """Say in words why the bank returned a payment; the bank's own words come first."""
    return text or RETURN_CODES.get(code, ("银行没有说明原因", False, ""))[0]


def advice(code: str) -> str:
    """Say what to do about it."""
    return RETURN_CODES.get(code, ("", False, "请向银行询问原因"))[2]
