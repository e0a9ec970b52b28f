"""In: the calls of a model's ops and when its tensors live. Out: which ops are computed some rows
at a time for a lower arena, alone (strips) or in turns (streams), and whether that is sound."""
