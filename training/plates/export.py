"""Write the taught net as ONNX, with its calibration inside: `python -m training.plates.export RUN [--out FILE]`.

Weights are kept in half precision and widened when the model is loaded, so it computes in single precision everywhere.
The calibration is fitted here, on new plates of known and unseen faces and on what is no plate (`calibrate`).
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import nn

from training.plates import calibrate
from training.plates.net import Net
from unjai.vision.plates.net import FILE, NOTE, OUTPUTS
from unjai.vision.plates.sheet import HEIGHT, WIDTH

_HALF_FROM = 256
LARGEST_BYTES = 10_000_000


def exported(net: Net) -> onnx.ModelProto:
    """Return the graph; the batch is open."""
    net.eval()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "net.onnx"
        torch.onnx.export(
            _Plain(net),
            (torch.zeros(2, HEIGHT, WIDTH),),
            str(file),
            input_names=["sheets"],
            output_names=list(OUTPUTS),
            dynamic_axes={name: {0: "n"} for name in ("sheets", *OUTPUTS)},
            opset_version=17,
            dynamo=False,
        )
        model = onnx.load(str(file))
    net.eval()
    return halved(model)


class _Plain(nn.Module):
    """The net with a plain tuple as its outcome."""

    def __init__(self, net: Net) -> None:
        super().__init__()
        self.net = net

    def forward(self, sheets: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """Return the four heads' logits."""
        return tuple(self.net(sheets))


def halved(model: onnx.ModelProto) -> onnx.ModelProto:
    """Keep large tensors in half precision, each widened by a Cast that is folded when the model is loaded."""
    casts, kept = [], []
    for tensor in model.graph.initializer:
        values = numpy_helper.to_array(tensor)
        if values.dtype == np.float32 and values.size >= _HALF_FROM:
            kept.append(numpy_helper.from_array(values.astype(np.float16), f"{tensor.name}_half"))
            casts.append(helper.make_node("Cast", [f"{tensor.name}_half"], [tensor.name], to=TensorProto.FLOAT))
        else:
            kept.append(tensor)
    del model.graph.initializer[:]
    model.graph.initializer.extend(kept)
    nodes = list(model.graph.node)
    del model.graph.node[:]
    model.graph.node.extend(casts + nodes)
    onnx.checker.check_model(model)
    return model


def written(model: onnx.ModelProto, note: dict[str, object], out: Path) -> None:
    """Write a model with its note. Exits where it is larger than the repository may carry."""
    del model.metadata_props[:]
    helper.set_model_props(model, {NOTE: json.dumps(note, ensure_ascii=False)})
    model.producer_name, model.producer_version, model.doc_string = "unjai training/plates", "", ""
    body = model.SerializeToString()
    if len(body) > LARGEST_BYTES:
        raise SystemExit(f"the model has {len(body)} bytes")
    draft = out.with_suffix(".draft")
    draft.write_bytes(body)
    draft.replace(out)


def main() -> None:
    """Export, compare with the net, calibrate, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=Path)
    parser.add_argument("--out", type=Path, default=FILE)
    parser.add_argument("--plates", type=int, default=calibrate.PLATES)
    given = parser.parse_args()
    torch.set_num_threads(1)
    kept = torch.load(given.run / "last.pt", weights_only=True)
    net = Net()
    net.load_state_dict(kept["mean"])
    model = exported(net)
    note: dict[str, object] = {"samples": kept["samples"], "cpu_min": round(kept["cpu_s"] / 60, 1)}
    written(model, note, given.out)
    calibration, told = calibrate.fitted(given.out, given.plates)
    note["calibration"] = calibration
    written(model, note, given.out)
    views, of_views = calibrate.fitted_views(given.out, given.plates)
    note["calibration"] = {**calibration, "views": views}
    written(model, note, given.out)
    told |= of_views
    sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main()
