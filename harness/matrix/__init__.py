"""In: models and boards. Out: what became of each pair of them, as one table."""
