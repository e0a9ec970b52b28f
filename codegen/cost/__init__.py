"""In: a model and a board. Out: whether it fits and what it will cost, before anything is built."""
