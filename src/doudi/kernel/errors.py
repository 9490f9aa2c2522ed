"""The few kinds of error that cross a room's border.

A refusal is for the person at the desk: it says what is wrong and what to do next, in
Chinese.  Rooms derive their own classes from these and raise them with keyword facts.
"""

from typing import Any, ClassVar


class DoudiError(Exception):
    """Base of every anticipated error; ``str()`` is what the user reads."""

    message: ClassVar[str] = "没有完成"
    next_step: ClassVar[str] = ""

    def __init__(self, text: str | None = None, *, next_step: str | None = None, **facts: Any) -> None:
        self.facts = facts
        self.text = text if text is not None else self.message.format(**facts)
        self.step = next_step if next_step is not None else self.next_step.format(**facts)
        super().__init__(self.text)


class Refusal(DoudiError):
    """The rules or the state do not allow it; the user can do something about it."""


class NeedsFacts(DoudiError):
    """A decision cannot be made yet; ``missing`` lists what is lacking and who can supply it."""

    message = "还不能判断"

    def __init__(self, text: str | None = None, *, missing: list[dict[str, str]] | None = None, **facts: Any) -> None:
        super().__init__(text, **facts)
        self.missing = missing or []


class NotPermitted(DoudiError):
    """Wrong post, or outside the actor's divisions."""

    message = "无权限"
    next_step = "该事项由所辖地区的相应岗位办理"


class Stale(DoudiError):
    """Someone else changed it since it was opened."""

    message = "内容已被他人更新"
    next_step = "请刷新后再办理"


class Upstream(DoudiError):
    """A department, bank or message gateway failed."""

    message = "外部系统没有应答"


class BadInput(Refusal):
    """A file, form or option cannot be read; ``where`` names the row, field or file."""

    def __init__(self, text: str, *, where: str = "", next_step: str = "", **facts: Any) -> None:
        super().__init__(f"{where}:{text}" if where else text, next_step=next_step, **facts)
        self.where = where


class WrongField(BadInput):
    """One field of a form is wrong; ``field`` names it, so that the page can show the words beside it."""

    def __init__(self, field: str, text: str, *, next_step: str = "") -> None:
        super().__init__(text, next_step=next_step)
        self.field = field
