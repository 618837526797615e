from dataclasses import replace

import pytest

from domain.result import Ending
from entrypoints.cli.endings import result_facts
from tests.builders import a_result


@pytest.mark.parametrize("ending", sorted({*Ending} - {Ending.STOPPED}))
def test_every_ending_of_a_completed_job_has_words(ending: Ending) -> None:
    assert result_facts(a_result(ending=ending))["ended"]


def test_an_early_end_names_the_setting_that_brought_it() -> None:
    facts = result_facts(a_result(ending=Ending.EARLY_STOPPED))
    assert "early_stopping_patience" in str(facts["ended"])


def test_the_best_checkpoint_is_shown_where_it_is_not_the_last() -> None:
    result = replace(a_result(), best_step=4, best_val_loss=1.5)
    assert result_facts(result)["best"] == "step 4, validation loss 1.5000"
    assert "best" not in result_facts(a_result())
