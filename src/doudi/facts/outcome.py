"""What came of loading one file, in numbers and in words."""

import dataclasses
from pathlib import Path

from doudi.facts.checks import NOT_REGISTERED, REJECTED, SET_ASIDE, Problem


@dataclasses.dataclass(frozen=True)
class ImportResult:
    """One department file's outcome. ``rejected_count`` includes people who are not in the register."""

    department: str
    kind: str
    kind_label: str
    file_name: str
    row_count: int
    taken_count: int
    problems: list[Problem]
    notes: list[str]
    fact_count: int = 0
    repeated: bool = False
    dry_run: bool = False
    batch_id: int | None = None
    error_file: Path | None = None

    @property
    def rejected_count(self) -> int:
        return sum(p.kind in (REJECTED, NOT_REGISTERED) for p in self.problems)

    @property
    def not_registered_count(self) -> int:
        return sum(p.kind == NOT_REGISTERED for p in self.problems)

    @property
    def set_aside_count(self) -> int:
        return sum(p.kind == SET_ASIDE for p in self.problems)

    @property
    def words(self) -> str:
        """Say the outcome in one sentence."""
        if self.repeated:
            return "重复批次:同一文件已经导入过,没有增加任何内容"
        begin = "预检(没有写入)" if self.dry_run else "已导入"
        return (
            f"{begin}:共 {self.row_count} 行,采用 {self.taken_count} 行,退回 {self.rejected_count} 行"
            f"(其中不在本县登记 {self.not_registered_count} 行),搁置 {self.set_aside_count} 行"
        )
