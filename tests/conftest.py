"""How hard Hypothesis tries (HYPOTHESIS_PROFILE=ci for longer), and which signals are heard."""

import os
import signal

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

# What starts the tests in the background, or by nohup, leaves these ignored, and guild heeds that.
for number, handler in {
    signal.SIGINT: signal.default_int_handler,
    signal.SIGHUP: signal.SIG_DFL,
}.items():
    if signal.getsignal(number) is signal.SIG_IGN:
        signal.signal(number, handler)
