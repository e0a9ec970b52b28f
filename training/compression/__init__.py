"""In: float.keras. Out: smaller models by fine-tuning: quantization-aware, pruned, clustered.

tensorflow-model-optimization works on Keras 2 (tf_keras) and forces it on whoever imports it, so
all that needs it runs in a process of its own (`worker`); `compress` starts that process, checks
what it wrote and measures it.
"""
