"""What everyone owes who says what a job would run on."""

import random
from dataclasses import replace

import pytest

from application.crowding import Crowding
from application.ports.engine_probe import BrokenEngineError, EngineFacts, EngineProbe
from domain.settings.model import Attention, Precision

ANY = Crowding(1, 1, 1.0)


class EngineProbeContract:
    """Subclasses give a probe, and one of an engine on which nothing runs."""

    @pytest.fixture
    def probe(self) -> EngineProbe:
        raise NotImplementedError

    @pytest.fixture
    def broken(self) -> EngineProbe:
        raise NotImplementedError

    @pytest.fixture
    def facts(self, probe: EngineProbe) -> EngineFacts:
        return probe.facts()

    def test_the_engine_is_always_described_alike(
        self, probe: EngineProbe, facts: EngineFacts
    ) -> None:
        again = probe.facts()
        assert replace(again, crowding=ANY) == replace(facts, crowding=ANY)
        assert again.crowding.threads == facts.crowding.threads

    def test_every_thread_has_a_core_that_may_be_used(self, facts: EngineFacts) -> None:
        crowding = facts.crowding
        assert 1 <= crowding.threads <= crowding.cores <= facts.allowed
        assert crowding.threads <= facts.preferred
        assert crowding.idle <= crowding.cores

    def test_each_attention_is_tried_once_and_one_passes(self, facts: EngineFacts) -> None:
        tried = [each.attention for each in facts.attentions]
        assert len(set(tried)) == len(tried)
        assert Attention.AUTO not in tried
        assert "" in {each.refusal for each in facts.attentions}

    def test_the_number_format_is_one_that_can_be_wished_for(self, facts: EngineFacts) -> None:
        assert facts.dtype in set(Precision)
        assert facts.bfloat16 or facts.dtype == Precision.FLOAT32

    def test_random_numbers_are_afterwards_what_they_were(self, probe: EngineProbe) -> None:
        random.seed(1)
        before = random.getstate()
        probe.facts()
        assert random.getstate() == before

    def test_an_engine_on_which_nothing_runs_is_refused_with_what_to_do(
        self, broken: EngineProbe
    ) -> None:
        with pytest.raises(BrokenEngineError):
            broken.facts()
