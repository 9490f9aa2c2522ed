"""What this room refuses, in words that say what to do next."""

from doudi.kernel.errors import Refusal


class SamePerson(Refusal):
    message = "{act}的人和批准的人必须是两个人"
    next_step = "请由另一名有批准权限的同事批准"


class NotOpen(Refusal):
    message = "这一项现为“{state}”,不能{act}"
    next_step = "请刷新后查看"


class TitleTaken(Refusal):
    message = "本地已有名为“{title}”的活动(第 {number} 号)"
    next_step = "请改名,或打开原来的活动修改"


class OutsideCampaign(Refusal):
    message = "{place} 不在活动的地区 {region} 之内"
    next_step = "请由活动所在地的相应岗位办理"


class NobodyDue(Refusal):
    message = "{what}没有应列入的人"
    next_step = "请核对花名册日、对象和地区"


class SupplementClosed(Refusal):
    message = "{told}"
    next_step = "补充期由活动的文件规定;要延长的,另立活动"


class BeyondLimit(Refusal):
    message = "花名册合计 {sum} 元,超过县级批准限额 {limit} 元"
    next_step = "请由上级(市、省)的人批准"


class FirstRosterWaits(Refusal):
    message = "{place} 的首批花名册还没有批准"
    next_step = "首批批准后再编补充花名册"
