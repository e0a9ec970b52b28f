"""In: a float model. Out: model.tflite in int8, and what quantization costs."""
