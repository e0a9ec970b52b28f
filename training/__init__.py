"""In: data. Out: a full-int8 `model.tflite`, and how good it is.

The one package that imports TensorFlow, and it does so inside functions only: importing any
module of it is cheap. What it writes into a build directory is the contract with other rooms.
"""
