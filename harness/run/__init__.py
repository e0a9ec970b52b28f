"""In: a device and samples. Out: what it answered beside the oracle, as reports."""
