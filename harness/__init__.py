"""In: a firmware image and samples. Out: what a board or emulator answers, over the wire."""
