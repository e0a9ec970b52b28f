"""What a terminal would obey never reaches it in a name."""

import pytest

from codegen.files.printable import is_printable, printable


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("größe of 大きさ, 5 %", None),
        ("\x1b[31mred", "\\x1b[31mred"),
        ("\x9b31m", "\\x9b31m"),  # the same in one byte
        ("a\rb\nc\td\x7f\0", "a\\rb\\nc\\td\\x7f\\x00"),
        ("\udcff.tflite", "\\udcff.tflite"),  # a file name that is no UTF-8
    ],
)
def test_a_name(name: str, shown: str | None) -> None:
    assert is_printable(name) == (shown is None)
    assert printable(name) == (shown or name)
    assert printable("a\nb\x1b", but="\n") == "a\nb\\x1b"
    printable(name).encode()
