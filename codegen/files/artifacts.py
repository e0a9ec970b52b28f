"""Names of the files in a build folder: what a room writes and another one reads.

The one place where they stand; paths are relative to build/<name>/.
"""

from __future__ import annotations

MANIFEST = "manifest.json"
LOCK = "stage.lock"  # held by the process that runs a stage there

# data
DATA_INFO = "data.json"
SCHEMA = "schema.json"
STATISTICS = "data_statistics.json"
TRAIN_SPLIT = "train.npz"
TEST_SPLIT = "digits.npz"
MODEL_INPUTS = "inputs.npz"  # in place of the splits, where a model has several inputs

# train
FLOAT_MODEL = "float.keras"
CHECKPOINT = "checkpoint.npz"
HISTORY = "history.json"
HISTORY_PLOT = "history.svg"
DURATION = "training_duration.json"

# export, after it: a folder, as tutorials deploy a model
SAVED_MODEL = "saved_model"
SAVED_MODEL_FILES = (
    *("variables/variables.data-00000-of-00001", "variables/variables.index"),
    "saved_model.pb",
)

# train or import: what makes model input of a sample; absent where samples are it
FRONTEND = "frontend.json"

# import of a user's own float model
FLOAT_EDGES = "float_edges.json"

# quantize and what compares quantizations
CONVERTED_MODEL = "converted.tflite"  # as the converter has it, for Netron and for upstream's tools
INT8_MODEL = "model.tflite"
LAYER_ERRORS = "layer_errors.csv"
COMPARED_MODES = "modes.json"

# evaluate
METRICS = "metrics.json"
ORACLE_SCORES = "oracle.npz"
REPORT_JSON = "evaluate.json"
REPORT_HTML = "evaluate.html"
REPORT_PAGE = "report.html"

# generate
GENERATED = "generated"
_FOR_BOTH_ENGINES = ("arena.h", "model_info.h", "golden_vectors.h", "frontend.h")
GENERATED_FILES = ("model_data.h", "model_data.cc", "op_resolver.h", *_FOR_BOTH_ENGINES)
AOT_MODEL = "aot_model.cc"
AOT_FILES = ("aot_model.h", AOT_MODEL, "aot_tensors.h", *_FOR_BOTH_ENGINES)  # of the engine aot

# build, in a folder of the board's name
FIRMWARE_INFO = "firmware.json"
FIRMWARE_MAP = "firmware.map"  # the linker's: which object each byte comes from
BUILD_LOG = "build.log"

# predict
FAMILIARITY = "familiarity.npz"  # how like the training data a sample is

# bless, in the folder of all builds
BLESSED_MODEL = "blessed.tflite"
DECISIONS = "blessed.jsonl"
