"""In: a build folder's data and a model. Out: the model's inputs, and how good its answers are."""
