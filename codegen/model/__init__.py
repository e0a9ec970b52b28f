"""In: a .tflite file. Out: its ops and tensors as Python values, what runs it, what it asks for."""
