"""Generated functions that tell what one value becomes when another is changed, touching nothing.

Only the rules between the two run; every other value is read from the family as reckoned.
"""

import dataclasses
from collections.abc import Callable
from typing import Any

from doudi.engine.rule import HOUSEHOLD, PERSON, Rule
from doudi.engine.ruleset import RuleSet
from doudi.engine.scalar import total_of


@dataclasses.dataclass(frozen=True)
class Probe:
    """``run(household, persons, one, of, value)``: the value belongs to member ``one``, the answer to ``of``."""

    run: Callable[..., Any]
    touches_everyone: bool
    is_empty: bool


class _Writer:
    """Writes the function: ``x`` is a household value, ``x_one`` the changed member's, ``x_all`` every member's."""

    def __init__(self, rules: RuleSet, name: str) -> None:
        self.rules = rules
        self.scope: dict[str, Any] = {"total_of": total_of}
        self.lines = ["def probe(h, persons, one, of, value):", "    me = persons[one]"]
        self.household: set[str] = set()
        self.alone: set[str] = set()
        self.everyone: set[str] = set()
        if rules.entity_of(name) == HOUSEHOLD:
            self.household.add(name)
            self.lines.append(f"    {name} = value")
        else:
            self.alone.add(name)
            self.lines.append(f"    {name}_one = value")

    def is_changed(self, name: str) -> bool:
        return name in self.household or name in self.alone or name in self.everyone

    def write(self, rule: Rule) -> None:
        if rule.function:
            self.scope[f"_{rule.name}"] = rule.function
        if rule.kind == "total":
            self._write_total(rule)
        elif rule.entity == HOUSEHOLD:
            self.lines.append(f"    {rule.name} = _{rule.name}({', '.join(map(self._of_household, rule.needs))})")
            self.household.add(rule.name)
        elif all(need not in self.household and need not in self.everyone for need in rule.needs):
            self.lines.append(f"    {rule.name}_one = _{rule.name}({', '.join(map(self._of_one, rule.needs))})")
            self.alone.add(rule.name)
        else:
            call = f"_{rule.name}({', '.join(map(self._of_each, rule.needs))})"
            self.lines.append(f"    {rule.name}_all = [{call} for i, p in enumerate(persons)]")
            self.everyone.add(rule.name)

    def _write_total(self, rule: Rule) -> None:
        need = rule.needs[0]
        members = f"{need}_all" if need in self.everyone else f"[{self._of_each(need)} for p in persons]"
        self.lines.append(f"    {rule.name} = total_of('{rule.how}', {members})")
        self.household.add(rule.name)

    def _of_household(self, name: str) -> str:
        return name if name in self.household else f"h['{name}']"

    def _of_one(self, name: str) -> str:
        if name in self.alone:
            return f"{name}_one"
        return f"me['{name}']" if self.rules.entity_of(name) == PERSON else self._of_household(name)

    def _of_each(self, name: str) -> str:
        if name in self.everyone:
            return f"{name}_all[i]"
        if name in self.alone:
            return f"({name}_one if p is me else p['{name}'])"
        return f"p['{name}']" if self.rules.entity_of(name) == PERSON else self._of_household(name)

    def finish(self, target: str) -> None:
        if target in self.everyone:
            answer = f"{target}_all[of]"
        elif target in self.alone:
            answer = f"{target}_one if of == one else persons[of]['{target}']"
        elif self.rules.entity_of(target) == PERSON:
            answer = f"persons[of]['{target}']"
        else:
            answer = self._of_household(target)
        self.lines.append(f"    return {answer}")


def compile_probe(rules: RuleSet, name: str, target: str) -> Probe:
    """Write and compile the rules that rest on ``name`` and that ``target`` rests on."""
    wanted = rules.needs_of([target])
    writer = _Writer(rules, name)
    for stage in rules.stages:
        for rule in stage.rules:
            if rule.name in wanted and any(writer.is_changed(need) for need in rule.needs):
                writer.write(rule)
    writer.finish(target)
    scope = writer.scope
    exec(compile("\n".join(writer.lines), f"<{name} to {target}>", "exec"), scope)
    return Probe(scope["probe"], bool(writer.everyone), not writer.is_changed(target))
