"""Which sources the code of link-time optimisation comes from, as an image's debug info says.

GCC gives each object that it makes then a unit of its own, whose entries name those of the sources'
units by DW_AT_abstract_origin (DWARF 5, 2.6 locations, 3.1 units, 3.3 functions).
"""

from __future__ import annotations

import os
from typing import Any

_LTO_UNIT = "<artificial>"  # GCC's name for it
_STATIC_ADDRESS = 0x03  # DW_OP_addr


def sources_by_address(elf: Any) -> dict[int, str]:
    """{address: source} of what link-time optimisation placed in an open ELFFile.

    The source is named as the compiler was given it, without the folder that it ran in. Empty if
    the image has no such units or no debug info.
    """
    if not elf.has_dwarf_info():
        return {}
    return {
        address: os.path.normpath(_unit_name(_origin(entry).cu))
        for unit in elf.get_dwarf_info().iter_CUs()
        if _unit_name(unit) == _LTO_UNIT
        for entry in unit.iter_DIEs()
        if (address := _address(entry)) is not None
    }


def _unit_name(unit: Any) -> str:
    name = unit.get_top_DIE().attributes.get("DW_AT_name")
    return name.value.decode() if name else ""


def _address(entry: Any) -> int | None:
    """Where a function or variable starts; None for one that has no place of its own."""
    if entry.tag == "DW_TAG_subprogram" and "DW_AT_low_pc" in entry.attributes:
        return int(entry.attributes["DW_AT_low_pc"].value)
    location = entry.attributes.get("DW_AT_location")
    if entry.tag != "DW_TAG_variable" or not location or location.form != "DW_FORM_exprloc":
        return None
    operation, *address = location.value
    return int.from_bytes(bytes(address), "little") if operation == _STATIC_ADDRESS else None


def _origin(entry: Any) -> Any:
    while "DW_AT_abstract_origin" in entry.attributes:
        entry = entry.get_DIE_from_attribute("DW_AT_abstract_origin")
    return entry
