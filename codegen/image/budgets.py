"""budgets.toml: flash and RAM that each board and recipe may take; growth has to be decided.

    [mps2_an386.tiny]
    flash_bytes = 40000
    ram_bytes = 15200

An image may exceed its budget by 2 %. Beyond that `invoke size --check` fails, until the image
shrinks or the budget is raised in the commit that makes it grow.
"""

from __future__ import annotations

import sys
from pathlib import Path

from codegen.engines import AOT
from codegen.errors import BudgetError, CodegenError
from codegen.files.manifest import atomic_write
from codegen.files.places import PROJECT
from codegen.image.breakdown import Breakdown

if sys.version_info >= (3, 11):
    import tomllib
else:  # part of Python from 3.11 on
    import tomli as tomllib

BUDGETS = PROJECT / "budgets.toml"
GROWTH_LIMIT_PERCENT = 2
_AOT = f"-{AOT}"  # behind a recipe: its budget with that engine
_KEYS = ("flash_bytes", "ram_bytes")
_HEADER = """\
# Flash and RAM that each board and recipe may take. `invoke size --check` fails above 2 % more.
# Raise a budget only in the commit that needs it: invoke size --board X --recipe Y --set-budget
"""

Budgets = dict[str, dict[str, dict[str, int]]]


def read_budgets(path: Path = BUDGETS) -> Budgets:
    """{board: {recipe: {"flash_bytes": n, "ram_bytes": n}}}. Raises CodegenError if damaged."""
    try:
        document = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise CodegenError(f"cannot read {path.name}: {error}") from error
    for board, recipes in document.items():
        for recipe, budget in recipes.items() if isinstance(recipes, dict) else [("", None)]:
            if not isinstance(budget, dict) or set(budget) != set(_KEYS):
                raise CodegenError(
                    f"{path.name}: [{board}.{recipe}] needs {' and '.join(_KEYS)}, and nothing else"
                )
            for key, value in budget.items():
                if not isinstance(value, int) or isinstance(value, bool) or value <= 0:
                    raise CodegenError(f"{path.name}: [{board}.{recipe}] {key} is {value!r}")
    return document


def check_growth(size: Breakdown, recipe: str, path: Path = BUDGETS) -> list[str]:
    """A line for flash and RAM each. Raises BudgetError beyond the limit, CodegenError if the
    board and recipe have no budget.
    """
    budget = read_budgets(path).get(size.board_id, {}).get(recipe)
    name = recipe.removesuffix(_AOT)
    words = f"--recipe {name}{f' --engine {AOT}' if name != recipe else ''}"
    option = f"`invoke size --board {size.board_id} {words} --set-budget`"
    if budget is None:
        raise CodegenError(
            f"{path.name} has no budget for {recipe} on {size.board_id}; write one with {option}"
        )
    lines, broken = [], []
    for what, used in (("flash", size.flash_bytes), ("ram", size.ram_bytes)):
        allowed = budget[f"{what}_bytes"]
        line = f"{what} {used:,} B, budget {allowed:,} B ({used / allowed - 1:+.1%})"
        lines.append(line)
        if 100 * used > (100 + GROWTH_LIMIT_PERCENT) * allowed:
            broken.append(line)
    if broken:
        raise BudgetError(
            f"{size.board_id} {recipe}: {'; '.join(broken)}: more than "
            f"{GROWTH_LIMIT_PERCENT} % above; see what grew with `invoke size`, or raise it in "
            f"this commit: {option}"
        )
    return lines


def set_budget(size: Breakdown, recipe: str, path: Path = BUDGETS) -> None:
    """Writes what the image takes now as its budget."""
    budgets = read_budgets(path)
    budgets.setdefault(size.board_id, {})[recipe] = {
        "flash_bytes": size.flash_bytes,
        "ram_bytes": size.ram_bytes,
    }
    text = _HEADER
    for board in sorted(budgets):
        for name in sorted(budgets[board]):
            key = name if name.replace("_", "").replace("-", "").isalnum() else f'"{name}"'
            text += f"\n[{board}.{key}]\n"
            text += "".join(f"{fact} = {budgets[board][name][fact]}\n" for fact in _KEYS)
    atomic_write(path, text.encode())
