"""In: a model. Out: where in the arena each tensor lies, verified, as figures and pictures."""
