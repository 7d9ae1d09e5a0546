"""A model behind an OpenAI-compatible server, as the protocol has it. Torch is not imported."""
