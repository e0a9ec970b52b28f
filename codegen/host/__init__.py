"""In: a model and inputs. Out: what our own runtime and the oracle make of them on this machine."""
