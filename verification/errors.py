"""Errors of this room that a user can cause: one clear message, one exit code each."""


class VerificationError(Exception):
    """Base of them: bad input, unless it says otherwise. The message names operation, value,
    limit and next step."""

    exit_code = 2


class CheckFailedError(VerificationError):
    """What was run failed, or is not what it should be."""

    exit_code = 1
