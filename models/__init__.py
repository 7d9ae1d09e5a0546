"""The vision-language model: prompts, adapters and the engine that runs it."""
