"""In: a model. Out: the C++ sources of its firmware, and the page of what ops there are."""
