"""In: a model. Out: C++ that runs it by calling lib/nn with everything known, no interpreter."""
