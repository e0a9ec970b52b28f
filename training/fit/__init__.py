"""In: a recipe and a training split. Out: float.keras and how its training went."""
