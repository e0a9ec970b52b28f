"""The networks of the recipes, layer by layer: docs/models.md measured these and no others."""

from __future__ import annotations

import pytest

from training.errors import RecipeError
from training.recipes import (
    RECIPES,
    anomaly,
    book,
    dense,
    fashion,
    idx,
    keyword,
    motion,
    nano,
    pico,
    tiny,
    vision,
)
from training.recipes.design import Block, Design, network, weight_count
from training.recipes.recipe import Optimizer
from training.tf_runtime import load_tensorflow

MODULES = (anomaly, book, dense, fashion, idx, keyword, motion, nano, pico, tiny, vision)
BY_NAME = {module.RECIPE.name: module.RECIPE for module in MODULES}
Shape = tuple[int, ...]

# Of a sample; outputs; of what each layer with weights gives, normalizations left out; the number
# of weights, normalizations and their statistics included; dropout's layers.
NETWORKS: dict[str, tuple[Shape, int, list[Shape], int, int]] = {
    "book": ((28, 28, 1), 10, [(26, 26, 32), (24, 24, 64), (128,), (10,)], 1_199_882, 2),
    "idx": ((28, 28, 1), 10, [(28, 28, 32), (14, 14, 64), (128,), (10,)], 421_642, 0),
    "tiny": (
        (28, 28, 1), 10, [(12, 12, 12), (6, 6, 20), (4, 4, 20), (2, 2, 16), (10,)], 9_862, 0,
    ),
    # larger images need more strides, and a mean in the end
    "tiny of 64x48": (
        (64, 48, 3), 4, [(30, 22, 12), (15, 11, 20), (13, 9, 20), (11, 7, 16), (4,)], 9_880, 0,
    ),
    "tiny of 112x112": (
        (112, 112, 1), 4, [(54, 54, 12), (27, 27, 20), (13, 13, 20), (6, 6, 16), (4,)], 9_280, 0,
    ),
    "nano": ((28, 28, 1), 10, [(12, 12, 6), (6, 6, 12), (4, 4, 12), (2, 2, 12), (10,)], 4_048, 0),
    "pico": (
        (28, 28, 1), 10,
        [(12, 12, 6), (6, 6, 6), (6, 6, 12), (4, 4, 12), (4, 4, 16), (2, 2, 16), (10,)], 1_162, 0,
    ),
    "fashion": (
        (28, 28, 1), 10, [(26, 26, 16), (12, 12, 32), (10, 10, 32), (4, 4, 48), (10,)], 35_994, 1,
    ),
    "vision": (
        (96, 96, 3), 3,
        [
            (48, 48, 8), (24, 24, 8), (24, 24, 16), (24, 24, 16), (24, 24, 32), (12, 12, 32),
            (12, 12, 32), (12, 12, 32), (12, 12, 64), (6, 6, 64), (6, 6, 64), (6, 6, 64),
            (6, 6, 96), (3,),
        ],
        18_515, 1,
    ),
    "motion": ((100, 6), 4, [(48, 1, 16), (22, 1, 24), (9, 1, 32), (4,)], 6_660, 1),
    "keyword": (
        (49, 40), 5, [(47, 1, 32), (24, 1, 32), (12, 1, 48), (6, 1, 48), (5,)], 29_045, 1,
    ),
    "anomaly": ((100, 6), 1, [(16,), (6,), (16,), (600,)], 20_144, 0),
    "dense": ((20,), 3, [(32,), (32,), (3,)], 1_827, 0),
}  # fmt: skip


@pytest.mark.parametrize("name", NETWORKS)
def test_a_network_is_the_one_that_was_measured(name: str) -> None:
    load_tensorflow(seed=1)
    shape, outputs, layers, weights, dropouts = NETWORKS[name]
    model = BY_NAME[name.partition(" ")[0]].build_model(shape, outputs)
    assert model.input_shape == (None, *shape)
    weighing = [one for one in model.layers if one.count_params() and "norm" not in one.name]
    assert [one.output.shape[1:] for one in weighing] == layers
    assert model.count_params() == weights
    kinds = [type(one).__name__ for one in model.layers]
    assert kinds.count("Dropout") == dropouts
    if "conv2" in [one.name for one in weighing] and name not in ("book", "idx"):
        assert kinds.count("BatchNormalization") == kinds.count("ReLU") == len(weighing) - 1
    if name != "anomaly":
        assert kinds[-1] == "Softmax"
        assert model.output_shape == (None, outputs)
    else:
        assert model.output_shape == (None, *shape)


def test_sums_of_nine_depthwise_weights_begin_as_large_as_what_they_add() -> None:
    load_tensorflow(seed=1)
    model = BY_NAME["vision"].build_model((32, 32, 3), 2)
    found = [one for one in model.layers if type(one).__name__ == "DepthwiseConv2D"]
    assert len(found) == 6
    for one in found:
        # of 72 weights and more: a normal distribution's deviation is within a third of it
        assert one.kernel.numpy().std() == pytest.approx(9**-0.5, rel=0.34)


def test_numbers_have_no_softmax() -> None:
    load_tensorflow(seed=1)
    model = BY_NAME["dense"].build_model((20,), 2, "regress")
    assert model.layers[-1].name == "numbers"
    assert model.output_shape == (None, 2)


def test_every_recipe_is_among_them() -> None:
    assert {name.partition(" ")[0] for name in NETWORKS} == set(RECIPES)
    assert BY_NAME == RECIPES


def test_a_file_of_numbers_is_a_network() -> None:
    load_tensorflow(seed=1)
    blocks = (Block(6, 5, 2, same=False), Block(12, 3, 2, separable=True), Block(8, same=False))
    design = Design(blocks)
    model = network(design, (28, 28, 1), 10)
    weighing = [one for one in model.layers if one.count_params() and "norm" not in one.name]
    assert [one.output.shape[1:] for one in weighing] == [
        (12, 12, 6), (6, 6, 6), (6, 6, 12), (4, 4, 8), (10,),
    ]  # fmt: skip
    assert sum(one.kernel.shape.num_elements() for one in weighing) == weight_count(
        design, (28, 28, 1), 10
    )


def test_a_network_of_means() -> None:
    load_tensorflow(seed=1)
    design = Design((Block(4, 3, 2, separable=True),), shrink=2, flat=False)
    model = network(design, (28, 28, 1), 10)
    # the first convolution sees all channels, however it is asked for
    assert [one.name for one in model.layers] == [
        *("image", "shrink", "conv1", "conv1_norm", "conv1_relu", "mean", "logits"),
        "probabilities",
    ]
    assert [model.get_layer(name).output.shape[1:] for name in ("shrink", "conv1", "mean")] == [
        (14, 14, 1), (7, 7, 4), (4,),
    ]  # fmt: skip
    with pytest.raises(RecipeError, match="block 2: has a map of 2x2 left"):
        network(Design((Block(4, 3, 14), Block(4, same=False))), (28, 28, 1), 10)


def test_the_learning_rate_grows_and_falls_or_stays() -> None:
    load_tensorflow(seed=1)
    rising = Optimizer("adam", 0.01, one_cycle=True)
    schedule = rising.build(1000).get_config()["learning_rate"]["config"]
    assert (schedule["initial_learning_rate"], schedule["warmup_target"]) == (0.001, 0.01)
    assert (schedule["warmup_steps"], schedule["decay_steps"]) == (100, 900)
    shortest = rising.build(1).get_config()["learning_rate"]["config"]
    assert (shortest["warmup_steps"], shortest["decay_steps"]) == (1, 1)
    steady = Optimizer("adadelta", 0.5).build(1000)
    assert type(steady).__name__ == "Adadelta"
    assert steady.get_config()["learning_rate"] == 0.5
