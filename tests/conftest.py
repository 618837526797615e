"""How hard Hypothesis tries: HYPOTHESIS_PROFILE=ci for longer."""

import os

from hypothesis import settings

settings.register_profile(
    "quick",
    # The same examples each time, so that a failure is due to the change at hand; `ci` draws anew.
    derandomize=True,
    max_examples=25,
    stateful_step_count=15,
    deadline=None,
)
settings.register_profile("ci", max_examples=150, stateful_step_count=30, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))
