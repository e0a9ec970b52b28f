"""From a .tflite file and board facts to the C++ sources of a firmware; knows no TensorFlow."""
