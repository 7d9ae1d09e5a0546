"""What every test runs under: no network, one thread, no time limit on a property."""

import os

from hypothesis import settings

os.environ["HF_HUB_OFFLINE"] = "1"  # noqa: TID251 - read when huggingface_hub is imported
os.environ["OMP_NUM_THREADS"] = "1"  # noqa: TID251 - read when torch is imported

settings.register_profile("foveal", deadline=None)  # a busy machine must not fail a property
settings.load_profile("foveal")
