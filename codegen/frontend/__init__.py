"""In: a sample as the user has it. Out: features and model input, by the device's own C++.

    front_end = load(build_dir)                     # None: the model takes its input as it is
    features(front_end, samples)                    # int16, as the device has them
    real_features(front_end, samples)               # float32, what a float model is trained on
    model_inputs(front_end, samples, scale, zero)   # int8, as they stand in the device's tensor

parameters.py: which kinds there are, and frontend.json; host.py: the functions.
"""
