"""In: a board, budgets, data. Out: the networks that reach most within them, as recipe files."""
