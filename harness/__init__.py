"""The Python side of the wire: framing, device, emulator, checks, reports."""
