"""The vision-language model: prompts, adapters and the engine that runs it."""

from logging import ERROR, getLogger

# transformers imports torchao wherever it is installed; that import lists, for every command, the
# kernels of devices that are not there.
for name in ("torchao", "torch.utils._pytree"):
    getLogger(name).setLevel(ERROR)
