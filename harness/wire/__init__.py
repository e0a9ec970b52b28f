"""In: bytes of a serial line. Out: frames, messages and the commands of a device as methods."""
