"""A short run of what `invoke fuzz --frames` runs a million times."""

import pytest

from verification import frame_fuzz
from verification.errors import CheckFailedError


def test_hostile_streams_do_no_harm_to_the_frame_decoder() -> None:
    # Were nearly all refused, the run would say little about what follows a good frame.
    assert frame_fuzz.run_frame_fuzz(20_000, seed=1) > 5_000


def test_a_find_is_an_error_that_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frame_fuzz, "_fuzzer", lambda: "false")
    with pytest.raises(CheckFailedError, match=r"^frame decoder: "):
        frame_fuzz.run_frame_fuzz(1, seed=1)
