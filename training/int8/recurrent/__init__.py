"""Layers that go over more steps than are unrolled: LSTMs as one op each, others as loops."""
