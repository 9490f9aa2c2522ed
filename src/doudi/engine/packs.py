"""The law as content: finds ``packs/``, reads its rule files under watch, and gives a :class:`Law`.

A rule file may import ``doudi.engine.lang`` and nothing else, and may not branch, loop, use
floats or reach any other object.  That is checked on its syntax tree before it runs.
"""

import ast
import bisect
import builtins
import datetime as dt
import functools
import marshal
import os
import pathlib
import types
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from doudi.engine import inputs as inputs_module
from doudi.engine import packcache
from doudi.engine.inputs import Inputs
from doudi.engine.lang import Programme, RuleError
from doudi.engine.rule import Rule
from doudi.engine.ruleset import RuleSet, check_numbers
from doudi.kernel.errors import BadInput

if TYPE_CHECKING:
    from doudi.engine.funding import UseBook
    from doudi.engine.library import Clause
    from doudi.engine.parameters import ParameterBook
    from doudi.engine.stacking import Matrix, Pair
    from doudi.engine.switches import SwitchBook

LANG = "doudi.engine.lang"
MOST_PLACES = 1_000
_FORBIDDEN = (
    ast.If,
    ast.IfExp,
    ast.For,
    ast.While,
    ast.Try,
    ast.With,
    ast.ClassDef,
    ast.AsyncFunctionDef,
    ast.Lambda,
    ast.ListComp,
    ast.SetComp,
    ast.DictComp,
    ast.GeneratorExp,
    ast.Global,
    ast.Nonlocal,
    ast.Delete,
    ast.Raise,
    ast.Assert,
    ast.Yield,
    ast.Await,
    ast.Match,
    ast.Import,
    ast.BoolOp,
    ast.JoinedStr,
    ast.NamedExpr,
    ast.Starred,
)
_OPERATORS = (ast.Add, ast.Sub, ast.Mult, ast.BitAnd, ast.BitOr)
_WORDS = {
    ast.IfExp: "用 where(条件, 甲, 乙)",
    ast.If: "用 where(条件, 甲, 乙)",
    ast.BoolOp: "用 & 和 |,不用 and、or",
    ast.Import: f"只能 from {LANG} import …",
}


def _repository_root() -> pathlib.Path:
    return pathlib.Path(__file__).resolve().parents[3]


def packs_root() -> pathlib.Path:
    """Find the packs: ``DOUDI_PACKS``, else beside ``src`` in the repository."""
    return pathlib.Path(os.environ.get("DOUDI_PACKS") or _repository_root() / "packs")


PACKS_ROOT = packs_root()


class Law:
    """Everything the packs say: rules, inputs, parameters, switches, clauses. Immutable."""

    def __init__(
        self, root: pathlib.Path, inputs: Inputs, programmes: Iterable[Programme], sources: Any = None
    ) -> None:
        self.root = root
        self.inputs = inputs
        self.programmes = tuple(programmes)
        self._sources = sources or {}
        self._rule_sets: dict[int, RuleSet] = {}
        self._resolved: dict[tuple[Any, ...], dict[str, Any]] = {}
        self._change_days = self.change_days()
        check_numbers(self.every_rule)

    @property
    def every_rule(self) -> list[Rule]:
        """List the rules of all dates."""
        return [rule for programme in self.programmes for rule in programme.rules]

    @functools.cached_property
    def parameters(self) -> "ParameterBook":
        from doudi.engine import parameters

        return packcache.kept(self.root, "parameters", lambda: parameters.load(self.root))

    @functools.cached_property
    def switches(self) -> "SwitchBook":
        from doudi.engine import switches

        return switches.load(self.root)

    @functools.cached_property
    def matrix(self) -> "Matrix":
        from doudi.engine import stacking

        return stacking.load(self.root)

    def stacking(self, on: dt.date, place_code: str = "") -> "list[Pair]":
        """List what programmes are to each other on a day at a place."""
        return self.matrix.in_force(on, place_code)

    @functools.cached_property
    def funding(self) -> "UseBook":
        from doudi.engine import funding

        return funding.load(self.root)

    @functools.cached_property
    def clauses(self) -> "list[Clause]":
        from doudi.engine import library

        return list(library.load(self.root))

    @functools.cached_property
    def parameter_names(self) -> frozenset[str]:
        return frozenset(self.parameters.names)

    @functools.cached_property
    def least_parameters(self) -> dict[str, int]:
        """Give the declared least value of each parameter; the loader holds the packs to it."""
        declared = getattr(self.parameters, "declarations", {})
        return {name: one.low for name, one in declared.items()}

    def rules_on(self, on: dt.date) -> RuleSet:
        """Give the rules in force on a day; days with the same rules share one rule set.

        :raises NoRulesThatDay: no text covers the date.
        """
        span = bisect.bisect_right(self._change_days, on)
        if span not in self._rule_sets:
            self._rule_sets[span] = RuleSet(self.programmes, self.inputs, self.parameter_names, on, self._sources)
        return self._rule_sets[span]

    def change_days(self) -> list[dt.date]:
        """List the days on which the text of some rule, or a document that one cites, begins or ends."""
        spans = [(rule.since, rule.until) for rule in self.every_rule]
        spans += [(cite.since, cite.until) for rule in self.every_rule for cite in rule.cites]
        return sorted({day for span in spans for day in span if day})

    def parameters_for(
        self,
        rules: RuleSet,
        place_code: str,
        is_rural: bool,
        on: dt.date,
        known_on: dt.date | None,
        extra: Iterable[Any] = (),
    ) -> dict[str, Any]:
        """Resolve the parameters a rule set uses for one place; None where nothing is in force."""
        area = "rural" if is_rural else "urban"
        extra = tuple(extra)
        key = (rules.digest, place_code, area, on, known_on)
        if not extra and key in self._resolved:
            return self._resolved[key]
        found = self.parameters.in_force(place_code, area, on, known_on, extra, rules.parameters)
        if not extra:
            if len(self._resolved) >= MOST_PLACES:
                self._resolved.clear()
            self._resolved[key] = found
        return found


@functools.lru_cache(maxsize=4)
def _load(root: pathlib.Path) -> Law:
    if not root.is_dir():
        raise BadInput(f"找不到政策包文件夹 {root}", next_step="用环境变量 DOUDI_PACKS 指向 packs 文件夹")
    inputs, files = packcache.kept(root, "rules", lambda: _read(root))
    programmes: list[Programme] = []
    sources: dict[tuple[str, int], str] = {}
    for module, code, texts in files:
        programmes += _run(module, marshal.loads(code))
        sources |= texts
    return Law(root, inputs, programmes, sources)


def _read(root: pathlib.Path) -> tuple[Inputs, list[tuple[str, bytes, dict[tuple[str, int], str]]]]:
    """Read the inputs and the checked code of every rule file."""
    files = []
    for path in sorted(root.glob("*/**/rules.py")):
        code, texts = _checked_code(path, root)
        files.append((_module(path), marshal.dumps(code), texts))
    return inputs_module.load(root / "cn" / "inputs.yaml"), files


def load(root: pathlib.Path | str | None = None) -> Law:
    """Read the packs; a second call with the same folder gives the same object.

    :raises BadInput: a file breaks the rules of the language or cannot be read.
    """
    return _load(pathlib.Path(root) if root else packs_root())


def read_rules(path: pathlib.Path, root: pathlib.Path) -> tuple[list[Programme], dict[tuple[str, int], str]]:
    """Run one rule file in a bare namespace; give its programmes and the text of each function.

    :raises RuleError: the file does something that rules may not.
    """
    code, sources = _checked_code(path, root)
    return _run(_module(path), code), sources


def _module(path: pathlib.Path) -> str:
    return f"packs.{path.parent.name}.rules"


def _checked_code(path: pathlib.Path, root: pathlib.Path) -> tuple[types.CodeType, dict[tuple[str, int], str]]:
    """Compile one rule file after a look at its syntax tree; also gives the text of each function."""
    shown = path.relative_to(root.parent).as_posix()
    text = path.read_text(encoding="utf-8")
    try:
        tree = ast.parse(text, shown)
    except SyntaxError as error:
        raise RuleError(f"第 {error.lineno} 行不是合法的 Python:{error.msg}", where=shown) from error
    problems = lint(tree)
    if problems:
        raise RuleError(";".join(f"第 {line} 行 {words}" for line, words in problems[:5]), where=shown)
    lines = text.splitlines()
    sources: dict[tuple[str, int], str] = {}
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            first = min([node.lineno, *(one.lineno for one in node.decorator_list)])
            sources[shown, first] = "\n".join(lines[first - 1 : node.end_lineno])
    return compile(tree, shown, "exec"), sources


def _run(module: str, code: types.CodeType) -> list[Programme]:
    names = {
        "__name__": module,
        "__builtins__": {"__import__": _only_lang, "True": True, "False": False, "None": None},
    }
    exec(code, names)
    return [value for value in names.values() if isinstance(value, Programme)]


def _only_lang(name: str, *rest: Any) -> Any:
    if name != LANG:
        raise RuleError(f"规则文件不能引入 {name}")
    return builtins.__import__(name, *rest)


def lint(tree: ast.Module) -> list[tuple[int, str]]:
    """List what a rule file does that rules may not: (line, words)."""
    problems: list[tuple[int, str]] = []
    for node in ast.walk(tree):
        words = _problem(node)
        if words:
            problems.append((getattr(node, "lineno", 0), words))
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            problems += _lint_function(node)
    return sorted(problems)


def _problem(node: ast.AST) -> str:
    if isinstance(node, _FORBIDDEN):
        return f"不能用 {type(node).__name__}" + (f",{_WORDS[type(node)]}" if type(node) in _WORDS else "")
    if isinstance(node, ast.ImportFrom) and (node.module != LANG or node.level or node.names[0].name == "*"):
        return _WORDS[ast.Import]
    if isinstance(node, ast.Constant) and isinstance(node.value, float | complex | bytes):
        return "不能用小数,金额用分、比例用千分数"
    if isinstance(node, ast.BinOp) and not isinstance(node.op, _OPERATORS):
        return "只能用 + - * & |,除法用 div"
    if isinstance(node, ast.UnaryOp) and not isinstance(node.op, ast.USub):
        return "取反用 not_()"
    if isinstance(node, ast.Compare) and len(node.ops) > 1:
        return "连写的比较要拆成用 & 连接的两个"
    if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Is | ast.IsNot | ast.In | ast.NotIn):
        return "只能用大小和相等比较"
    if isinstance(node, ast.Attribute) and node.attr.startswith("_"):
        return "不能用下划线开头的属性"
    return ""


def _lint_function(function: ast.FunctionDef) -> list[tuple[int, str]]:
    problems = []
    arguments = function.args
    if arguments.vararg or arguments.kwarg or arguments.kwonlyargs or arguments.defaults or arguments.posonlyargs:
        problems.append((function.lineno, f"规则 {function.name} 的参数只能是普通名称"))
    if not isinstance(function.body[-1], ast.Return):
        problems.append((function.lineno, f"规则 {function.name} 要以 return 结束"))
    for statement in function.body:
        is_docstring = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
        if not isinstance(statement, ast.Assign | ast.Return) and not is_docstring:
            problems.append((statement.lineno, f"规则 {function.name} 里只能有赋值和 return"))
    for node in (child for statement in function.body for child in ast.walk(statement)):
        if isinstance(node, ast.Attribute):
            problems.append((node.lineno, "规则里不能访问属性"))
    return problems
