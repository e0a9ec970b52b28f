"""In: kernels and models. Out: proof without the wire: golden runs, fuzzing, benchmarks."""
