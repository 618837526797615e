"""Models, tokenizers and training on torch and transformers."""

import os

# torch reads this once, at its first tensor: large ones get huge pages where the kernel has some.
os.environ.setdefault("THP_MEM_ALLOC_ENABLE", "1")
