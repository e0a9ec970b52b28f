"""In: the places of a labgrid farm. Out: boards there, held, flashed and given to a run."""
