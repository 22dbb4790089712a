"""What is in a picture: an ONNX model behind one port, whatever its style."""

from unjai.vision.detector.config import ModelConfig, Style
from unjai.vision.detector.detector import Detection, Detector

__all__ = ["Detection", "Detector", "ModelConfig", "Style"]
