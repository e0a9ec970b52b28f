"""In: a command line. Out: one call of a room below it, its errors as one line and an exit code."""
