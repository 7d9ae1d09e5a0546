"""In which numbers a model computes and is kept."""

from typing import Literal

Dtype = Literal["auto", "float32", "bfloat16", "float16"]
Quantisation = Literal["int8", "int4"]
