"""In: models and the test split. Out: how good they are, as figures, pages and a gate."""
