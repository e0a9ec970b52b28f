"""From digits to a full-int8 `model.tflite`: data, recipes, training, quantization, evaluation.

The one package that imports TensorFlow, and it does so inside functions only: importing any
module of it is cheap. What it writes into a build directory is the contract with other rooms.
"""
