"""What is shown of the many lines that Keras and TensorFlow say."""

from __future__ import annotations

import pytest

from training.errors import first_line

_USER_CODE = """in user code:

    File "/site-packages/keras/src/layers/layer.py", line 941, in __call__  *
        outputs = super().__call__(*args, **kwargs)
    File "/home/me/my_layers.py", line 3, in call
        return x.nothing()

    AttributeError: 'SymbolicTensor' object has no attribute 'nothing'
"""
_CALLING = """Exception encountered when calling Odd.call().

\x1b[1mshapes (3,) and (4,) do not fit\x1b[0m

Arguments received by Odd.call():
  • x=tf.Tensor(shape=(1, 3))"""


_OF_A_LAYER = f"""Functional could not be deserialized properly. Please ensure much.

config={"{" * 20}.

Exception encountered: Could not locate class 'Own'. Make sure that {"custom classes " * 12}"""
_OF_NUMPY = (
    "This file contains pickled (object) data. If you trust the file you can load it unsafely "
    "using the `allow_pickle=` keyword argument or `pickle.load()`."
)


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("first\nsecond", "first"),
        ("", "ValueError"),
        (_USER_CODE, "AttributeError: 'SymbolicTensor' object has no attribute 'nothing'"),
        (_CALLING, "shapes (3,) and (4,) do not fit"),
        (f"in user code:\n\n    TypeError: {_CALLING}", "shapes (3,) and (4,) do not fit"),
        ("in user code:", "in user code:"),
        (_OF_A_LAYER, "Could not locate class 'Own'"),
        (_OF_NUMPY, "This file contains pickled (object) data"),
        ("It is short. It stays.", "It is short. It stays."),
    ],
)
def test_the_line_that_says_something(said: str, shown: str) -> None:
    assert first_line(ValueError(said)) == shown
