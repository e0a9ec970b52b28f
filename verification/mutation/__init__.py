"""In: a room of this repository. Out: which small faults in it the tests that concern it notice."""
