"""In: firmware/platform/boards/<id>.json. Out: checked facts, and what a port is built with."""
