"""The ten lines of C that a user pastes, for this model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def lines(values: Mapping[str, Any]) -> str:
    """A whole program in C11, which is C++17 but for _Alignas. values: of api.values()."""
    name, upper = values["name"], values["NAME"]
    head = [
        f'#include "{name}.h"',
        "",
        f"static _Alignas({upper}_ARENA_ALIGNMENT) unsigned char arena[{upper}_ARENA_BYTES];",
        "",
        "int main(void) {",
        f"  if ({name}_init(arena, sizeof(arena)) != {upper}_OK) return 1;",
    ]
    sample = _sample(name) if values["sample_bytes"] else []
    inputs = [] if sample else [one for io in values["inputs"] for one in _input(values, io)]
    tail = [
        f"  if ({name}_invoke() != {upper}_OK) return 1;",
        *_output(values, values["outputs"][0]),
        "}",
    ]
    return "\n".join([*head, *sample, *inputs, *tail]) + "\n"


def _sample(name: str) -> list[str]:
    return [
        f"  {name}_sample_start();",
        f"  static const unsigned char piece[{name.upper()}_SAMPLE_BYTES];  // as it comes",
        f"  {name}_sample_push(piece, sizeof(piece));",
    ]


def _input(values: Mapping[str, Any], io: Mapping[str, Any]) -> list[str]:
    name, upper, index = values["name"], values["NAME"], io["index"]
    cast = f"({io['type']} *)" if values["input_type"] == "void" else ""
    value = f"{name}_quantize_input{index}(0.5f)" if io["scale"] else "0"
    return [
        f"  {io['type']} *input{index} = {cast}{name}_input({index});",
        f"  for (int i = 0; i < {upper}_INPUT{index}_ELEMENTS; ++i) input{index}[i] = {value};",
    ]


def _output(values: Mapping[str, Any], io: Mapping[str, Any]) -> list[str]:
    name, upper = values["name"], values["NAME"]
    cast = f"(const {io['type']} *)" if values["output_type"] == "void" else ""
    first = f"  const {io['type']} *output = {cast}{name}_output(0);"
    if values["labels"] and io["elements"] == len(values["labels"]):
        return [
            first,
            "  int best = 0;",
            f"  for (int i = 1; i < {upper}_OUTPUT0_ELEMENTS; ++i)",
            "    if (output[i] > output[best]) best = i;",
            f"  return {name}_label((size_t)best) == NULL;",
        ]
    meaning = f"{name}_dequantize_output0(output[0])" if io["scale"] else "output[0]"
    if io["scale"] or io["type"] == "float":
        return [first, f"  return {meaning} > 0.5f;"]
    return [first, f"  return {meaning} != 0;"]
