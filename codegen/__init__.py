"""In: a .tflite file and a board's facts. Out: C++ sources and a firmware image; no TensorFlow."""
