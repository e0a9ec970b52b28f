"""Where what a JSON file says of a board was looked up: its key "sources".

    "sources": {"clock_hz": "RM0383, 6.3.2", "chip": "RM0383", "chip.hse_hz": null}

A key is a fact, or a group of them ("chip", "uart") for those without a key of their own. null says
that nobody has held the fact against a document.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

UNCHECKED = "not checked against a document"


def facts_that_need_one(
    chip: Iterable[str], uart: Iterable[str], has_memory: bool, has_usb_ids: bool
) -> list[str]:
    """Names of a board's facts, in the order of its file. chip, uart: what its family asks for.

    What is chosen, not looked up, needs no source: the line's rate, the stack's size. The flash's
    timing has its source beside it.
    """
    return [
        *(["clock_hz", "regions"] if has_memory else []),
        *(f"chip.{name}" for name in chip),
        *(f"uart.{name}" for name in uart),
        *(["usb_ids"] if has_usb_ids else []),
    ]


def sources_of(given: Mapping[str, object], facts: Iterable[str]) -> dict[str, str]:
    """{fact: its source, or UNCHECKED}. Raises ValueError, naming the key, where a fact has none, a
    key is no fact's or a source is no text."""
    found: dict[str, str] = {}
    used: set[str] = set()
    for fact in facts:
        group = fact.partition(".")[0]
        key = fact if fact in given else group
        if key not in given:
            raise ValueError(f"key {fact!r} is missing; name its document, or null for none")
        source = given[key]
        if source is not None and not (isinstance(source, str) and source.strip()):
            raise ValueError(f"{key} is {source!r}; it has to be a document's name, or null")
        used.add(key)
        found[fact] = source if isinstance(source, str) else UNCHECKED
    unknown = sorted(set(given) - used)
    if unknown:
        raise ValueError(
            f"unknown key {unknown[0]!r}; allowed: {', '.join([*found, 'chip', 'uart'])}"
        )
    return found


def by_source(sources: Mapping[str, str]) -> dict[str, list[str]]:
    """{source: its facts}, a group that has no other source by its name alone."""
    found: dict[str, list[str]] = {}
    for fact, source in sources.items():
        group = fact.partition(".")[0]
        members = {one for name, one in sources.items() if name.partition(".")[0] == group}
        name = group if members == {source} else fact
        if name not in found.setdefault(source, []):
            found[source].append(name)
    return found
