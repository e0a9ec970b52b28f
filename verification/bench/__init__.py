"""In: models and emulated boards. Out: what they cost there, beside TFLM with CMSIS-NN."""
