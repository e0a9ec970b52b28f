"""Wrong uses of the command line: each one line, the right exit code, and nothing was begun."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from invoke import Program

import tasks
from codegen.files import places
from pipeline import beforehand, stage, stages
from pipeline import choice as pipeline_choice
from training.data.datasets import SOURCES
from verbs import options
from verification.cases.model_builder import small_cnn

ROOT = Path(tasks.__file__).parent

# Where the user stands, HERE, are files of every kind. Each ends with exit code 2.
WRONG = """
# ---- no verb, no option, no value
nope                                     => No idea what 'nope' is!
hil x                                    => No idea what 'x' is!
--nope                                   => No idea what '--nope' is!
train --nope                             => No idea what '--nope' is!
hil hil --nope                           => No idea what '--nope' is!
boards --board nope                      => no board 'nope'; known boards:
boards --connected --board host          => boards: --connected and --farm list what is
-T x build                               => 'x': give a whole number to -T, -D
--list-depth=x --list                    => 'x': give a whole number to -T, -D
-T                                       => Flag <Argument: command-timeout (T) [int]> needed value
--list -F                                => Flag <Argument: list-format (F)> needed value
--list --list-format foo                 => --list-format foo: choose flat, nested, json
doctor --fix                             => No idea what '--fix' is!
train --model good.tflite                => No idea what '--model' is!
emulate --port X                         => No idea what '--port' is!
predict                                  => predict: --image is missing; choose a photo, scan or dra
view                                     => view: --stage is missing; choose train, frozen or tflite
compress                                 => compress: --method is missing; choose qat, prune, prune-
plan                                     => plan: --model is missing; choose a .tflite
preflight --recipe nope                  => unknown recipe 'nope'; known recipes: anomaly
serve                                    => serve: --port is missing; choose a board's serial port;
hil --port                               => --port needs a value
debug --board host --remote              => Flag <Argument: remote> needed value
# an empty variable of a script
build --model ''                         => --model needs a value
build --board ''                         => --board needs a value
build --recipe ''                        => --recipe needs a value
build --tflm-lib ''                      => --tflm-lib needs a value
train --data ''                          => --data needs a value
train --seed ''                          => --seed needs a value
seeds --seeds ''                         => --seeds needs a value
predict --image ''                       => --image needs a value
plan --model good.tflite --isa ''        => --isa needs a value
golden --board ''                        => --board needs a value
flash --serial ''                        => --serial needs a value
hil --json ''                            => --json needs a value
hil --count ''                           => --count needs a value
test --only ''                           => --only needs a value

# ---- names that are not known
build --board nope                       => no board 'nope'; known boards:
build --board ../host                    => no board '../host'; known boards:
build --board host,microbit              => no board 'host,microbit'; known boards:
hil --board host,nope                    => no board 'nope'; known boards:
hil --board ,                            => no board ''; known boards:
profile --board nope                     => no board 'nope'; known boards:
evaluate --board nope                    => no board 'nope'; known boards:
golden --board nope                      => no board 'nope'; known boards:
golden --board host,,microbit            => no board ''; known boards:
bench --board microbit_v2,nope           => no board 'nope'; known boards:
plan -m good.tflite --isa dsp -b nope    => no board 'nope'; known boards:
plan -m good.tflite --isa mve -b microbit => plan: --isa mve, but microbit is scalar; leave one
plan --model good.tflite --board nope    => no board 'nope'; known boards:
preflight --model good.tflite -b nope    => no board 'nope'; known boards:
test --only hardware --board nope        => no board 'nope'; known boards:
hil --recipe nope                        => unknown recipe 'nope'; known recipes:
build --recipe ../tiny                   => unknown recipe '../tiny'; known recipes:
clean --recipe nope                      => unknown recipe 'nope'; known recipes:
train --optimizer nope                   => recipe tiny has no optimizer 'nope'; it has: adam
quantize --mode nope                     => unknown quantization mode 'nope'; known: int8,
quantize --preset nope                   => unknown preset 'nope' of the converter; known: default,
compress --method nope                   => unknown compression method 'nope'; known:
compress --method prune --schedule x     => --schedule x: unknown; known: polynomial, constant
golden --op NOPE                         => golden knows no op 'NOPE'; it has ABS,
plan --model good.tflite --isa avx       => no instruction set 'avx'; known: scalar, dsp, mve
view --stage nope                        => view: no stage 'nope'; known: train, frozen, tflite
test --only nope                         => no test suite 'nope'; known: unit,
costs --core nope                        => costs: cores are cortex-m0,
costs --model nope                       => no model 'nope': neither a file nor one of
flash --protocol nope                    => flash mps2_an386 with 'nope': an unknown protocol:
train --fit squash                       => --fit squash: choose one of stretch, crop
train --task dance                       => --task dance: choose one of classify,

# ---- models that are none
build --model /nowhere/x.tflite          => --model /nowhere/x.tflite: no such file or folder
plan --model /nowhere/x.tflite           => cannot read model /nowhere/x.tflite
preflight --model /nowhere               => /nowhere: no such file or folder
hil --model /nowhere/x.tflite            => no model '/nowhere/x.tflite': neither
hil --model ,                            => no model '': neither a file nor one of
hil --model good.tflite,                 => no model '': neither a file nor one of
bench --model empty.tflite -b microbit   => HERE/empty.tflite: the file is empty
build --model empty.tflite               => HERE/empty.tflite: the file is empty
plan --model empty.tflite                => HERE/empty.tflite: the file is empty
preflight --model empty.tflite           => HERE/empty.tflite: the file is empty
build --model text.tflite                => HERE/text.tflite: not a .tflite model
build --model picture.png                => HERE/picture.png: not a .tflite model
build --model model.onnx                 => HERE/model.onnx: not a .tflite model
build --model cut.tflite                 => HERE/cut.tflite: the .tflite model is damaged or truncat
build --model folder.tflite              => HERE/folder.tflite: a folder without saved_model.pb
build --model .                          => HERE: a folder without saved_model.pb
plan --model folder.tflite               => cannot read model HERE/folder.tflite: Is a directory
preflight --model folder                 => HERE/folder: a folder without saved_model.pb
build --model pipe.tflite                => HERE/pipe.tflite is a pipe or device; name a file or fol
plan --model /dev/zero                   => /dev/zero is a pipe or device; name a file or folder
build --model dangling.tflite            => --model HERE/dangling.tflite: no such file or folder
evaluate --model empty.keras             => HERE/empty.keras: is empty, without the zip file or HDF5
evaluate --model junk.h5                 => HERE/junk.h5: holds neither the zip file nor the HDF5
preflight --model junk.h5                => HERE/junk.h5: holds neither the zip file nor the HDF5
preflight --model text.txt               => HERE/text.txt: neither a .tflite nor a .keras or .h5
build --model 'has space.tflite'         => --model HERE/has space.tflite: its name becomes a folder
build --model .hidden.tflite             => --model HERE/.hidden.tflite: its name becomes a folder
build --model /                          => --model /: its name becomes a folder
build --model tiny.tflite                => --model HERE/tiny.tflite would be built in build/tiny
build --model ESC.tflite                 => HERE/\\x1b[2J.tflite: its name has characters
train --data ESC                         => HERE/\\x1b[2J: its name has characters that a terminal
plan --model good.tflite --svg ESC       => HERE/\\x1b[2J: a name has characters that a terminal
build --board ESC                        => no board '\\x1b[2J'; known boards:
ESC                                      => No idea what '\\x1b[2J' is!
build --model NO_UTF8                    => HERE/\\udcff.tflite: its name has characters
build --model LONG.tflite                => HERE/LONG.tflite:
build --tflm-lib text.txt                => --tflm-lib HERE/text.txt: no such folder
build --tflm-lib folder                  => --tflm-lib HERE/folder: no micro_interpreter.h is in it
build --tflm-lib /nowhere                => --tflm-lib /nowhere: no such folder
build --engine aot --tflm-lib a/lib@1.0  => --engine aot calls our own kernels, --tflm-lib
build --engine tvm                       => --engine tvm: choose interpreter or aot
golden --engine tvm                      => --engine tvm: choose interpreter or aot
plan --model good.tflite --engine ''     => --engine needs a value

# ---- exports that cannot be
export                                   => export: --to is missing; choose c, platformio, arduino
export --to c                            => export: --output is missing; choose a folder
export --to c -o new                     => export: give --model FILE or --recipe NAME
export --to nope -o new --model good.tflite => --to nope: choose c, platformio, arduino, zephyr
export --to c -o new --model nope.tflite => --model HERE/nope.tflite: no such file or folder
export --to c -o new --model text.tflite => HERE/text.tflite: not a .tflite model
export --to c -o new -m good.tflite --engine x => --engine x: choose interpreter or aot
export --to c -o new -m good.tflite --isa v7m => --isa v7m: choose all, scalar, dsp, mve
export --to c -o new -m good.tflite --name a-b => 'a-b' is no name for C functions
export --to c -o new -m good.tflite --name int => 'int' is no name for C functions
export --to c -o new -m my-net.tflite    => 'my-net' is no name for C functions
export --to c -o text.txt -m good.tflite => -o HERE/text.txt: is a file; name a folder
export --to c -o text.txt/x -m good.tflite => -o HERE/text.txt/x: cannot write in HERE/text.txt:
export --to c -o . -m good.tflite        => -o HERE: is not empty, and holds no export of mcuforge
export --to c -o ROOT/build/x -m good.tflite => -o ROOT/build/x: is inside of build/
export --to c -o new -m good.tflite -r tiny => --model HERE/good.tflite takes the place of --recipe
export --to c -o new --zip -m good.tflite => --zip: is for --to arduino, not c
export --to tflm -o new --measure -m good.tflite => --measure: --to tflm brings no runtime
export --to tflm -o new --engine aot -m good.tflite => --engine aot: tflm is an interpreter
export --to c -o '' -m good.tflite       => --output needs a value

# ---- data that are none
train --data /nowhere                    => /nowhere: no such directory
train --data nope                        => nope: no such directory
train --data nope.npz                    => nope.npz: no such file; give the path of one
train --data text.txt                    => HERE/text.txt: a file of data ends in .npz, .npy, .csv
train --data folder                      => HERE/folder: train-images-idx3-ubyte[.gz],
train --data classes                     => HERE/classes/a: 0 PNG or JPEG images
train --data escapes.csv --target-column y => HERE/escapes.csv: '\\x1b[2J': a name with characters
train --data empty.csv                   => HERE/empty.csv: empty
train --data one.csv                     => HERE/one.csv: class 2 has 1 different sample
train --data junk.npz                    => HERE/junk.npz: no .npz file that can be read
train --data wrong.npz                   => HERE/wrong.npz: holds a; the arrays have to be called
train --data one.npy                     => HERE/one.npy: samples of shape 3
train --data pipe.tflite                 => HERE/pipe.tflite is a pipe or device
data --data folder                       => HERE/folder: train-images-idx3-ubyte[.gz],
train --data one.csv --window 5          => --window: has no meaning for HERE/one.csv, a table
train --data one.csv --columns z         => HERE/one.csv: --columns z: no such column; there are a,
train --data one.csv --target-column z   => HERE/one.csv: --target-column z: no such column
predict --image /nowhere/x.png           => /nowhere/x.png: no such file
predict --image folder                   => HERE/folder: is a folder; give one file of it; choose a

# ---- one thing twice
golden --board host,host                 => --board host,host: one stands there twice
bench --board microbit,microbit          => --board microbit,microbit: one stands there twice
bench -b microbit -m good.tflite,good.tflite => --model HERE/good.tflite,HERE/good.tflite: HERE/good
costs --core cortex-m3,cortex-m3         => --core cortex-m3,cortex-m3: one stands there twice

# ---- numbers that are none, or out of range
train --seed 1.5                         => --seed 1.5: give a whole number
train --seed -1                          => --seed -1: choose 0 to 4294967295
train golden --seed x                    => --seed x: give a whole number
seeds --seeds 1,4294967296               => --seed 4294967296: choose 0 to 4294967295
seeds --seeds 1,,2                       => --seed needs a value
seeds --seeds 1,1                        => --seeds 1,1: one stands there twice
quantize --calibration 0                 => --calibration 0: choose 1 or more
quantize --calibration 1e3               => --calibration 1e3: give a whole number
train --image-size 28                    => --image-size 28: give HEIGHTxWIDTH
train --image-size 0x0                   => --image-size 0x0: give HEIGHTxWIDTH
train --image-size 28x28x1               => --image-size 28x28x1: give HEIGHTxWIDTH
train --channels 2                       => --channels 2: give 1 (grey) or 3 (colour)
train --channels 0                       => --channels 0: choose 1 or more
train --window 0                         => --window 0: choose 1 or more
train --stride -1                        => --stride -1: choose 1 or more
train --stride 3                         => --stride 3: give --window, too
hil --count 0                            => --count 0: choose 1 or more, or all
hil --count -3                           => --count -3: choose 1 or more, or all
hil --count some                         => --count some: give a number of samples, or all
hil --count 31                           => --count 31: there are 30 test samples; choose 1 to 30
hil --board host,microbit --count 31     => --count 31: there are 30
stream --count 31                        => --count 31: there are 30 test samples; choose 1 to 30
stream --count 0                         => --count 0: choose 1 to 4294967295
golden --count 1.5                       => --count 1.5: give a whole number
golden --count 0                         => --count 0: choose 1 to 4294967295
fuzz --count -1                          => --count -1: choose 1 to 4294967295
fuzz --count 99999999999                 => --count 99999999999: choose 1 to 4294967295
golden --model good.tflite --op ADD      => golden: --op draws models, --model names them; choose
golden --model text.tflite               => HERE/text.tflite: not a .tflite model
golden --model nope                      => no model 'nope': neither a file nor one of
fuzz --python --oracle                   => fuzz: choose one of --frames, --python and --oracle
diff --digit 30                          => --digit 30: there are 30 test samples; choose 0 to 29
diff --digit -1                          => --digit -1: choose 0 or more
diff --digit x                           => --digit x: give a whole number
hil --baud 0                             => --baud 0: choose 1
hil --baud fast                          => --baud fast: give a rate, or auto
hil --baud 99999999999                   => --baud 99999999999: choose 1 to 4294967295, or auto
hil --farm --port X                      => hil: --port and --farm both say where the boards are
hil --place a --farm                     => hil: --place and --farm both say where the boards are
hil --coordinator X                      => hil: --coordinator goes with --place or --farm
hil --board host,microbit --farm         => hil: several boards or models take --count,
boards --farm --board host               => boards: --connected and --farm list what is there,
boards --coordinator X                   => boards: --coordinator goes with --farm
profile --baud -9600                     => --baud -9600: choose 1 to 4294967295
hil --fault nope=1                       => --fault: 'nope=1' is not understood
hil --fault flip=2                       => --fault: 'flip=2' is not understood
hil --fault cut=0s                       => --fault: 'cut=0s' is not understood
hil --fault stall=0ms                    => --fault: 'stall=0ms' is not understood
hil --fault flip=1e-4,split,flip=1e-3    => --fault: flip stands there twice; leave one out
hil --fault cut=5s,cut=2s                => --fault: cut stands there twice; leave one out
hil --fault stall=5                      => --fault: 'stall=5' is not understood
hil --fault stall=11s                    => --fault: stall=11s: choose up to stall=10s
hil --fault flip=0.1,stall=99999999s     => --fault: stall=99999999s: choose up to stall=10s
stream --frames 0                        => --frames 0: choose 1 to 16
stream --frames x                        => --frames x: give a whole number
stream --hold 0                          => --hold 0: choose 1 to 1000
stream --refractory 256                  => --refractory 256: choose 0 to 255
stream --threshold 5                     => --threshold 5: the model's output is a probability
stream --threshold -0.1                  => --threshold -0.1: the model's output is a probability
stream --model good.tflite --threshold 300 => --threshold 300: the model's output is
stream --threshold nan                   => --threshold nan: give a number
bless --margin nan                       => --margin nan: give a number
bless --margin -1                        => --margin -1.0: choose 0 or more
bless --recall-margin nope               => --recall-margin nope: give a number
compress --method prune --sparsity 2     => --sparsity 2.0: give the share that goes
compress --method cluster --clusters 1   => --clusters 1: give 2 to 256
compress --method qat -r dense -d numbers.csv => compress: fine-tunes classifiers, the task of thes
compress --method qat --epochs 0         => --epochs 0: choose 1 or more
size --symbols -1                        => --symbols -1: choose 0 or more
debug --gdb-port 70000                   => --gdb-port 70000: choose

# ---- ports and addresses
hil --port /dev/none --board host        => opening /dev/none: no such port
monitor --port /dev/none                 => opening /dev/none: no such port
serve --port /dev/none                   => opening /dev/none: no such port
hil --port text.txt --board host         => opening text.txt: no such port
hil --port HERE/text.txt --board host    => opening HERE/text.txt: that is no serial port
hil --port 127.0.0.1:4000 -b host        => opening 127.0.0.1:4000: no such port
monitor --port nope://x                  => opening nope://x: not a port or URL
monitor --port loop://                   => opening loop://: not a port or URL; use a port, socket:
hil --port loop:// --board host          => opening loop://: not a port or URL; use a port, socket:
serve --port spy:///dev/ttyS0            => opening spy:///dev/ttyS0: not a port or URL
monitor --port socket://                 => opening socket://: not an address; give socket://host:po
monitor --port rfc2217://x               => opening rfc2217://x: not an address; give rfc2217://host
hil -p socket://127.0.0.1:99999          => opening socket://127.0.0.1:99999: not an address
hil -p socket://127.0.0.1:1 -b host      => opening socket://127.0.0.1:1: nothing listens there
hil --port A --port A --board host       => --port A is given twice
debug --remote nonsense                  => --remote nonsense: not an address; give host:port
debug --remote host:port                 => --remote host:port: not an address; give host:port
flash --protocol gdb --remote x          => --remote x: not an address; give host:port

# ---- files that cannot be written
hil --json folder                        => HERE/folder is a folder; name a file to write
train hil --json /nowhere/x.json         => cannot write /nowhere/x.json: /nowhere:
plan --model good.tflite --svg text.txt/x => cannot write HERE/text.txt/x:
plan --model good.tflite --svg /dev/full => /dev/full is a pipe or device; name a file or folder
hil --json pipe.tflite                   => HERE/pipe.tflite is a pipe or device; name a file or fol
report --out /dev/null                   => /dev/null is a pipe or device; name a file or folder
pad --save /dev/null                     => /dev/null is a pipe or device; name a file or folder
pad --static LONG                        => HERE/LONG: File name too long
export --to c -o LONG -m good.tflite     => HERE/LONG: File name too long
export --to c -o /dev/null -m good.tflite => /dev/null is a pipe or device; name a file or folder
export --to c -o new -m good.tflite --name LONG => 'SHORT...' is no name for C functions
--config nope.yaml build                 => HERE/nope.yaml: cannot be read (No such file or director
--config text.txt build                  => --config HERE/text.txt: settings stand in a .yaml file
hil --markdown /nowhere/x.md             => --markdown /nowhere/x.md: cannot read
bench --markdown text.txt                => --markdown HERE/text.txt: needs a line <!-- invoke bench

# ---- options that contradict each other, or have no meaning here
build --model good.tflite -r tiny        => --model HERE/good.tflite takes the place of --recipe tin
hil --model good.tflite -r tiny          => --model HERE/good.tflite takes the place of --recipe tin
flash --blessed --recipe tiny            => flash --blessed: names the model
flash --blessed --model good.tflite      => flash --blessed: names the model
flash --board host --serial 1            => --serial 1: host is emulated; leave it out
flash --board host --remote a:1          => --remote a:1: is for --protocol gdb, not emulator
debug --serve --remote a:1               => --serve starts the emulator; leave --remote out
report --out /no/such/folder/r.html      => cannot write /no/such/folder/r.html:
report --pdf /                           => / is a folder; name a file to write
new                                      => new: --folder is missing; choose a new folder
new .                                    => new
new x --board nope                       => no board 'nope'
new x --recipe nope                      => unknown recipe 'nope'
pad --static x --port /dev/none          => pad: --static has neither --port nor --listen
pad --listen nowhere                     => --listen nowhere: not an address; give HOST:PORT
pad --listen 0.0.0.0:8321                => --listen 0.0.0.0:8321: beyond this machine anybody
pad --listen 127.0.0.1:99999             => --listen 127.0.0.1:99999: not an address
clean --everything --recipe tiny         => clean: --everything removes every folder
size --check --set-budget                => size: --check holds to the budget that --set-budget writ
build --sanitize --board microbit        => microbit has no sanitizers, only boards that run as a
compress --method qat --sparsity 0.5     => --sparsity: qat does not take it
quantize --mode all --model good.tflite  => --model HERE/good.tflite: a Keras model is needed
quantize --layers --model good.tflite    => --model HERE/good.tflite: a Keras model is needed
view --stage train --model good.tflite   => --model HERE/good.tflite: a Keras model is needed
train --columns a                        => --columns: has no meaning for auto, a data set of known
hil --board host,host                    => --board host,host: a board is named twice
hil --board all --port /dev/ttyACM0      => hil: several boards or models take --count, --json,
hil --board all --trace                  => hil: several boards or models take --count, --json,
hil --port A --port B flash              => flash: takes one --port, hil was given 2
hil --resume --board lm3s6965evb         => --resume: no run of lm3s6965evb is in
bench --count 5                          => bench: --count and --seed go with --property; leave
bench --property --cycles                => bench: --property takes --board, --count, --seed and
bench --property --model good.tflite     => bench: --property takes --board, --count, --seed and
bench --property --count 0               => --count 0: choose 1 to
bench --property --board nope            => no board 'nope'; known boards:
cycles --board host                      => cycles: no table of a native (host); those of cortex-m0
cycles --board mps3_an547                => cycles: no table of a cortex-m55 (mps3_an547)
cycles --board mps2_an386 -m text.tflite => HERE/text.tflite
cycles --board nope                      => no board 'nope'; known boards:
cycles --board microbit,microbit         => --board microbit,microbit: one stands there twice
cycles --model nope.tflite               => no model 'nope.tflite': neither a file nor one of
profile --cycles --board nucleo_h743zi   => cycles: no table of a cortex-m7 (nucleo_h743zi); those
profile --cycles --tflm-lib me/tflm@1.0.0 => profile: --cycles predicts our own runtime, --tflm-lib
bench --board host                       => bench counts instructions in QEMU, host does not run the
test --args '"'                          => --args ": No closing quotation
test --args --nope                       => --args --nope: pytest refuses it: unrecognized arguments
test --args '-k "a and"'                 => --args -k 'a and': pytest refuses it: Wrong expression
test --args /nowhere.py --only unit      => --args /nowhere.py: pytest refuses it: file or directory
flash --blessed                          => no model is blessed yet; run `invoke bless`
"""

WORDS = {
    "LONG": "x" * 300,
    "SHORT": "x" * 63,
    "ROOT": str(ROOT),
    "ESC": "\x1b[2J",
    "NO_UTF8": "\udcff.tflite",
}


def _cases() -> list[tuple[str, str]]:
    lines = [line for line in WRONG.splitlines() if "=>" in line]
    assert len(set(lines)) == len(lines)
    parts = [line.split("=>") for line in lines]
    return [(used.strip(), message.strip()) for used, message in parts]


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Files of every kind."""
    folder = tmp_path_factory.mktemp("here")
    for name in ("good", "has space", "tiny", ".hidden", "my-net"):
        (folder / f"{name}.tflite").write_bytes(small_cnn())
    (folder / "cut.tflite").write_bytes(small_cnn()[:700])
    for name in ("empty.tflite", "empty.keras", "empty.csv"):
        (folder / name).touch()
    for name in ("text.tflite", "text.txt", "junk.h5"):
        (folder / name).write_text("hello\n" * 20)
    (folder / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(30))
    (folder / "model.onnx").write_bytes(b"\x08\x07")
    (folder / "junk.npz").write_bytes(b"PK\3\4")
    (folder / "numbers.csv").write_text("a,y\n" + "".join(f"{i},{i / 7}\n" for i in range(60)))
    (folder / "one.csv").write_text("a,b\n1,2\n")
    rows = [f"{i},\x1b[2J,0\n{i},b,1\n" for i in range(20)]
    (folder / "escapes.csv").write_text("x,y,z\n" + "".join(rows))
    np.save(folder / "one.npy", np.zeros(3))
    np.savez(folder / "wrong.npz", a=np.zeros(3))
    for name in ("folder", "folder.tflite", "classes/a", "classes/b"):
        (folder / name).mkdir(parents=True)
    (folder / "dangling.tflite").symlink_to(folder / "nowhere")
    os.mkfifo(folder / "pipe.tflite")
    return folder


class BeganError(AssertionError):
    """A stage ran."""


@pytest.fixture(autouse=True)
def nothing_begins(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, here: Path) -> None:
    """Of the stages one may run: it reads data, in a folder of its own. Of data that are not the
    user's there are 30 samples."""
    run = stages.run
    monkeypatch.delenv("MNIST_DIR", raising=False)

    def began(one: stage.Stage, *given: Any, **named: Any) -> None:
        if one.name != "data":
            raise BeganError(one.name)
        if one.arguments["source"] not in SOURCES or any(vars(one.arguments["options"]).values()):
            run(one, *given, **named)

    monkeypatch.setattr(stages, "run", began)
    found = SimpleNamespace(test_count=30, task="regress")
    monkeypatch.setattr(beforehand.DataInfo, "load", lambda _: found)
    monkeypatch.setattr(options, "USER_FOLDER", here)
    for module in (pipeline_choice, stages):
        monkeypatch.setattr(module, "BUILD", tmp_path / "build")
    for module in (places, stages):
        monkeypatch.setattr(module, "RUNS", tmp_path / "runs")


@pytest.mark.parametrize(("used", "message"), _cases(), ids=lambda text: text[:40])
def test_a_wrong_use(
    used: str, message: str, here: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    for word, meaning in {"HERE": str(here), **WORDS}.items():
        used, message = used.replace(word, meaning), message.replace(word, meaning)
    with pytest.raises(SystemExit) as ended:
        Program().run(["invoke", "--search-root", str(ROOT), *shlex.split(used)])
    said = capfd.readouterr().err
    assert ended.value.code == 2, said
    assert said.startswith(f"error: {message}"), said
    assert len(said.strip().splitlines()) == 1


def test_invokew_looks_at_invokes_own_options_too() -> None:
    """It starts tasks.py: Invoke's own script reads them before it reads that."""
    command = [sys.executable, "tasks.py", "-T", "x", "build"]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == "error: 'x': give a whole number to -T, -D\n"
    assert '/python" tasks.py "$@"' in (ROOT / "invokew").read_text()


def test_they_are_many() -> None:
    assert len(_cases()) > 150
