"""In: the id of a board, and its image. Out: a board or emulator that runs it, its line open."""
