"""In: a board, a model and its data. Out: a page on which a person draws, drops files, looks on."""
