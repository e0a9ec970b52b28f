"""Errors of the harness. Each message is one line: operation, value, limit, next step.

`exit_code` follows the project's convention: 1 a check failed, 2 bad input, 3 something is missing
on this machine. Only verbs/verb.py turns it into a process exit.
"""


class HarnessError(Exception):
    """Base of every error that the harness raises on purpose."""

    exit_code = 2


class CheckError(HarnessError):
    """The device answered, and the answer is wrong (other model, other build, other arena)."""

    exit_code = 1


class PortError(HarnessError):
    """The port cannot be opened or vanished: absent, busy, no permission, cut."""


class PlaceLostError(HarnessError):
    """A board that was lent to this run is somebody else's now, or nobody's."""

    exit_code = 1


class EmulatorError(HarnessError):
    """The emulator ended or did not come up; the message holds the end of its stderr."""

    exit_code = 1


class DeviceError(HarnessError):
    """The device did not answer, or answered with an error. `operation` names the command."""

    exit_code = 1

    def __init__(self, operation: str, message: str) -> None:
        super().__init__(f"{operation}: {message}")
        self.operation = operation


class DeviceTimeoutError(DeviceError):
    """No valid reply within the time limit, after all retries."""


class DeviceRefusedError(DeviceError):
    """The device sent an ERROR frame. `code` is its number in the table of error codes."""

    def __init__(self, operation: str, message: str, code: int) -> None:
        super().__init__(operation, message)
        self.code = code


class DeviceFaultError(DeviceError):
    """The device took a processor fault. `pc`, `lr`, `cfsr` are the registers it reported.

    explanation: what the image says about them, see fault.explain.
    """

    def __init__(self, operation: str, pc: int, lr: int, cfsr: int, explanation: str = "") -> None:
        hint = "find the line with arm-none-eabi-addr2line -e firmware.elf and that pc"
        super().__init__(
            operation,
            f"the processor took a fault: pc=0x{pc:08x} lr=0x{lr:08x} cfsr=0x{cfsr:08x}; "
            + (explanation or hint),
        )
        self.pc, self.lr, self.cfsr = pc, lr, cfsr


class ProtocolVersionError(DeviceError):
    """The device speaks another version of the protocol."""
