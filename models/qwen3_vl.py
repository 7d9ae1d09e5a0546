"""The classes of transformers that make up the Qwen3-VL family, dense and mixture of experts."""

from transformers import Qwen3VLForConditionalGeneration, Qwen3VLMoeForConditionalGeneration
from transformers.models.qwen3_vl.modeling_qwen3_vl import (
    Qwen3VLVisionAttention,
    Qwen3VLVisionPatchEmbed,
)
from transformers.models.qwen3_vl_moe.modeling_qwen3_vl_moe import (
    Qwen3VLMoeTextExperts,
    Qwen3VLMoeVisionAttention,
    Qwen3VLMoeVisionPatchEmbed,
)

Qwen3VL = Qwen3VLForConditionalGeneration | Qwen3VLMoeForConditionalGeneration
VisionAttention = Qwen3VLVisionAttention | Qwen3VLMoeVisionAttention
PatchEmbedding = Qwen3VLVisionPatchEmbed | Qwen3VLMoeVisionPatchEmbed
Experts = Qwen3VLMoeTextExperts
