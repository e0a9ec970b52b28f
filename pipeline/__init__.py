"""In: what the user chose. Out: stages run in order, those that are fresh skipped."""
