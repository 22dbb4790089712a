# ruff: noqa: INP001  (a program, not a package)
"""Make the default detector's quick form, src/unjai/vision/models/coco_ssd_quick.onnx, out of coco_ssd.onnx.

The same network in whole numbers of eight bits (QDQ, weights by channel): about half the time where a processor
multiplies such numbers at once (VNNI); unjai.vision.models chooses. The picture goes in as bytes, each square of 2 × 2
pixels as one of twelve channels (row by row, red, green, blue): the first convolution over such squares is the same as
the one over pixels, and far quicker. Scores come out of our classes alone, whose names the file says.

What values go through the network stands in `coco_ssd_ranges.json` beside this program, so building needs no pictures.
`--measure` writes that table anew from photographs (whatever OpenCV reads): Debian's opencv-doc carries those it was
made from (examples/data/*.jpg and *.png: fruit, rooms, boards, streets; no film and nothing that judges the detector).

    tools/make_quick_model.py [--model FILE.onnx] [--out FILE.onnx] [--measure PICTURE …]
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import onnx
import onnxruntime
from make_model import HEIGHTS, KEPT, SIDE, write
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from unjai.vision.kinds import COCO_90

ROOT = Path(__file__).resolve().parents[1]
MODEL = ROOT / "src" / "unjai" / "vision" / "models" / "coco_ssd.onnx"
OUT = MODEL.with_name("coco_ssd_quick.onnx")
RANGES = Path(__file__).with_name("coco_ssd_ranges.json")

_SIX = (0.0, 6.0)
_LOGITS = (-8.0, 8.0)
"""Of a class: below it a score is 0.0003, above it 0.9997."""
_ENCODED = (-16.0, 8.0)
"""Of a box: a step moves an edge by a hundredth of the anchor's side."""
_RARE = 0.05
"""So many of a hundred pictures may go beyond a range, and are cut off there."""

Range = tuple[float, float]


def folded(model: bytes) -> onnx.ModelProto:
    """Return the graph with norms and constants folded into its convolutions."""
    with tempfile.TemporaryDirectory() as folder:
        options = onnxruntime.SessionOptions()
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
        options.optimized_model_filepath = f"{folder}/folded.onnx"
        options.log_severity_level = 3
        onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        return onnx.load(f"{folder}/folded.onnx")


class Quick:
    """The graph in whole numbers, made node by node of the folded one."""

    def __init__(self, source: onnx.ModelProto, ranges: dict[str, Range]) -> None:
        """Read the weights; `ranges` says between what a tensor's values lie."""
        self._source, self._ranges = source, ranges
        self._weights = {one.name: numpy_helper.to_array(one) for one in source.graph.initializer}
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []
        self._scales: dict[str, tuple[float, int]] = {}
        """Of each tensor of whole numbers: what a step is worth, and which number is nought."""

    def made(self) -> onnx.ModelProto:
        """Return the model."""
        six = {node.output[0]: node.input[0] for node in self._source.graph.node if node.op_type == "Clip"}
        clipped = {before: after for after, before in six.items()}
        self._begin()
        for node in self._source.graph.node:
            out = node.output[0]
            if node.op_type == "Conv":
                self._convolved(node, clipped.get(out, out), _SIX if out in clipped else self._range(out))
            elif node.op_type == "Add" and out in self._ranges:
                inputs = [self._real(one) for one in node.input]
                self._add("Add", inputs, f"{out}_real")
                self._whole(f"{out}_real", out, self._ranges[out])
            elif node.op_type == "Concat" and out in ("logits", "encoded"):
                scale = self._scales[next(n for n in self._source.graph.node if n.output[0] == node.input[0]).input[0]]
                self._add("Concat", list(node.input), f"{out}_whole", axis=1)
                self._scales[f"{out}_whole"] = scale
                self._add("DequantizeLinear", [f"{out}_whole", *self._step(f"{out}_whole", scale)], out)
            elif node.op_type == "Sigmoid":
                self._add("Sigmoid", list(node.input), "scores")
            elif node.op_type == "Reshape" or (node.op_type == "Transpose" and node.input[0] in self._scales):
                self._scales[out] = self._scales[node.input[0]]
                self._copied(node)
            elif node.op_type not in ("Clip", "MatMul") and not {"image", "bright"} & set(node.input):
                self._copied(node)
        return self._model()

    def _range(self, name: str) -> Range:
        if name.endswith("ClassPredictor/BiasAdd"):
            return _LOGITS
        return _ENCODED if name.endswith("BoxEncodingPredictor/BiasAdd") else self._ranges[name]

    def _begin(self) -> None:
        """Take the squares of 2 × 2 pixels as twelve channels; how they lie in memory does not change."""
        self._add("Transpose", ["image"], "normal", perm=[0, 3, 1, 2])
        self._scales["normal"] = float(self._weights["factor"].item()), 128

    def _convolved(self, node: onnx.NodeProto, out: str, values: Range) -> None:
        name, weights_name, bias_name = node.input
        weights, bias = self._weights[weights_name], self._weights[bias_name].reshape(-1)
        told = {one.name: helper.get_attribute_value(one) for one in node.attribute if one.name != "auto_pad"}
        if name == "normal":
            # nought is 128 here and (offset / factor =) 127.5 in the network: the difference goes into the bias
            factor, offset = (float(self._weights[one].item()) for one in ("factor", "offset"))
            bias = bias + weights.sum(axis=(1, 2, 3)) * (128 * factor - offset)
            weights = _over_squares(weights)
            told |= {"kernel_shape": [2, 2], "strides": [1, 1]}
        step = np.maximum(np.abs(weights).max(axis=(1, 2, 3)), 1e-8) / 127
        of_input = self._scales[name][0]
        whole = np.clip(np.rint(weights / step[:, None, None, None]), -127, 127).astype(np.int8)
        most = 2**31 - 1
        offsets = np.clip(np.rint(bias / (step * of_input)), -most, most).astype(np.int32)
        inputs = [
            self._real(name),
            self._spread(f"{out}_w", whole, step),
            self._spread(f"{out}_b", offsets, step * of_input),
        ]
        self._add("Conv", inputs, f"{out}_real", **told)
        self._whole(f"{out}_real", out, values)

    def _spread(self, name: str, whole: NDArray[Any], step: NDArray[Any]) -> str:
        """Add weights of whole numbers with a step for each channel."""
        inputs = [
            self._kept(name, whole),
            self._kept(f"{name}_step", step.astype(np.float32)),
            self._kept(f"{name}_nought", np.zeros(len(step), whole.dtype)),
        ]
        return self._add("DequantizeLinear", inputs, f"{name}_real", axis=0)

    def _whole(self, real: str, out: str, values: Range) -> None:
        """Add what rounds a tensor to whole numbers."""
        step = (values[1] - values[0]) / 255
        self._scales[out] = step, round(-values[0] / step)
        self._add("QuantizeLinear", [real, *self._step(out, self._scales[out])], out)

    def _real(self, name: str) -> str:
        return self._add(
            "DequantizeLinear", [name, *self._step(name, self._scales[name])], f"{name}_for_{len(self.nodes)}"
        )

    def _step(self, name: str, scale: tuple[float, int]) -> list[str]:
        return [
            self._kept(f"{name}_step", np.float32(scale[0])),
            self._kept(f"{name}_nought", np.uint8(scale[1])),
        ]

    def _kept(self, name: str, values: Any) -> str:
        if all(one.name != name for one in self.constants):
            self.constants.append(numpy_helper.from_array(np.asarray(values), name))
        return name

    def _copied(self, node: onnx.NodeProto) -> None:
        for name in node.input:
            if name in self._weights:
                self._kept(name, self._weights[name])
        self.nodes.append(node)

    def _add(self, operation: str, inputs: list[str], out: str, **attributes: Any) -> str:
        self.nodes.append(helper.make_node(operation, inputs, [out], **attributes))
        return out

    def _model(self) -> onnx.ModelProto:
        graph = helper.make_graph(
            self.nodes,
            "coco_ssd_quick",
            [helper.make_tensor_value_info("image", TensorProto.UINT8, [1, "rows", SIDE // 2, 12])],
            [
                helper.make_tensor_value_info("boxes", TensorProto.FLOAT, [1, "anchors", 4]),
                helper.make_tensor_value_info("scores", TensorProto.FLOAT, [1, "anchors", len(KEPT)]),
            ],
            self.constants,
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 15)], producer_name="unjai")
        model.ir_version = 8
        model.doc_string = f"{self._source.doc_string}; in whole numbers of eight bits"
        names = ",".join(COCO_90[number] for number in KEPT)
        heights = ",".join(str(height) for height in HEIGHTS)
        helper.set_model_props(model, {"unjai.heights": heights, "unjai.names": names})
        onnx.checker.check_model(model, full_check=True)
        return model


def _over_squares(weights: NDArray[Any]) -> NDArray[Any]:
    """Return a kernel of 3 × 3 at every second pixel as one of 2 × 2 over squares of pixels."""
    kinds, colours = weights.shape[:2]
    wide = np.zeros((kinds, colours, 4, 4), weights.dtype)
    wide[:, :, :3, :3] = weights
    squares = wide.reshape(kinds, colours, 2, 2, 2, 2)  # square's row, row in it, square's column, column in it
    return squares.transpose(0, 3, 5, 1, 2, 4).reshape(kinds, 4 * colours, 2, 2)


def measured(model: onnx.ModelProto, pictures: Iterable[Path]) -> dict[str, Range]:
    """Return between what values the tensors lie that no Relu6 bounds, over photographs."""
    bounded = {node.input[0] for node in model.graph.node if node.op_type == "Clip"}
    told = [
        node.output[0]
        for node in model.graph.node
        if node.op_type == "Conv" or (node.op_type == "Add" and "MobilenetV2" in node.output[0])
    ]
    told = [name for name in told if name not in bounded and "Predictor" not in name]
    seen = onnx.ModelProto()
    seen.CopyFrom(model)
    seen.graph.output.extend(helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in told)
    session = onnxruntime.InferenceSession(seen.SerializeToString(), providers=["CPUExecutionProvider"])
    every = [
        [(float(one.min()), float(one.max())) for one in session.run(told, {"image": planes})]
        for picture in pictures
        for planes in _views(picture)
    ]
    low, high = np.quantile(every, _RARE, axis=0)[:, 0], np.quantile(every, 1 - _RARE, axis=0)[:, 1]
    return {name: (round(float(a), 2), round(float(b), 2)) for name, a, b in zip(told, low, high, strict=True)}


def _views(picture: Path) -> Iterator[NDArray[np.float32]]:
    """Yield a photograph whole, and the middle of a large one at its own size; nothing of what is no photograph."""
    image = cv2.imread(str(picture))
    if image is None or min(image.shape[:2]) < SIDE * 2 // 3:
        return
    high, wide = image.shape[:2]
    factor = SIDE / max(high, wide)
    small = cv2.resize(image, (round(wide * factor), round(high * factor)), interpolation=cv2.INTER_AREA)
    whole = np.full((SIDE, SIDE, 3), 127, np.uint8)
    whole[: small.shape[0], : small.shape[1]] = small
    views = [whole]
    if min(high, wide) >= SIDE * 4 // 3:
        y, x = (high - SIDE) // 2, (wide - SIDE) // 2
        views.append(np.asarray(image[y : y + SIDE, x : x + SIDE], np.uint8))
    for view in views:
        yield np.ascontiguousarray(view[..., ::-1].transpose(2, 0, 1)[None], np.float32)


def main() -> None:
    """Make the file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, default=MODEL)
    parser.add_argument("--out", type=Path, default=OUT)
    parser.add_argument("--measure", type=Path, nargs="+", metavar="PICTURE", help="write the table of ranges anew")
    given = parser.parse_args()
    source = folded(given.model.read_bytes())
    if given.measure:
        table = measured(source, sorted(given.measure))
        RANGES.write_text(json.dumps(table, indent=0) + "\n")
        sys.stdout.write(f"{RANGES.name}: {len(table)} tensors\n")
    ranges = {name: (low, high) for name, (low, high) in json.loads(RANGES.read_text()).items()}
    write(Quick(source, ranges).made(), given.out)


if __name__ == "__main__":
    main()
