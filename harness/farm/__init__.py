"""Boards at the places of a labgrid farm: held, flashed, and given to a run."""
