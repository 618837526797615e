"""The promises of PreviewBackend."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest

from application.ports.preview_backend import PreviewBackend, PreviewRequest
from domain.preview import Answer, Unmeasured
from domain.profiles.processors import TokenPenalty

Ask = Callable[[tuple[str, ...], int], PreviewRequest]
"""Makes the request for questions, with the most tokens of an answer."""

ROOM = 16


class PreviewBackendContract:
    @pytest.fixture
    def backend(self) -> PreviewBackend:
        raise NotImplementedError

    @pytest.fixture
    def ask(self) -> Ask:
        raise NotImplementedError

    @pytest.fixture
    def answers(self) -> Mapping[str, str]:
        """What the checkpoint says to at least two questions, each under ROOM and over 2 tokens."""
        raise NotImplementedError

    @pytest.fixture
    def broken(self) -> tuple[PreviewBackend, PreviewRequest]:
        """A backend and a request of two prompts of which nothing can come."""
        raise NotImplementedError

    def test_each_prompt_has_the_checkpoints_own_answer_in_its_place(
        self, backend: PreviewBackend, ask: Ask, answers: Mapping[str, str]
    ) -> None:
        outcomes = backend.answer(ask(tuple(answers), ROOM))
        assert [o.text for o in outcomes if isinstance(o, Answer)] == list(answers.values())
        assert not any(o.cut for o in outcomes if isinstance(o, Answer))
        backwards = tuple(reversed(answers))
        said = backend.answer(ask(backwards, ROOM))
        assert [o.text for o in said if isinstance(o, Answer)] == list(answers.values())[::-1]

    def test_an_answer_that_had_not_ended_is_marked_as_cut(
        self, backend: PreviewBackend, ask: Ask, answers: Mapping[str, str]
    ) -> None:
        outcomes = backend.answer(ask(tuple(answers), 2))
        assert len(outcomes) == len(answers)
        for outcome, whole in zip(outcomes, answers.values(), strict=True):
            assert isinstance(outcome, Answer)
            assert outcome.cut
            assert outcome.tokens == 2
            assert whole.startswith(outcome.text)

    def test_tokens_are_counted_and_take_time(
        self, backend: PreviewBackend, ask: Ask, answers: Mapping[str, str]
    ) -> None:
        for outcome in backend.answer(ask(tuple(answers), ROOM)):
            assert isinstance(outcome, Answer)
            assert 2 < outcome.tokens <= ROOM
            assert outcome.seconds >= 0

    def test_no_prompts_have_no_outcomes(self, backend: PreviewBackend, ask: Ask) -> None:
        assert list(backend.answer(ask((), ROOM))) == []

    def test_whatever_goes_wrong_is_an_outcome_with_its_cause(
        self, broken: tuple[PreviewBackend, PreviewRequest]
    ) -> None:
        backend, request = broken
        outcomes = backend.answer(request)
        assert len(outcomes) == 2
        assert all(isinstance(outcome, Unmeasured) and outcome.cause for outcome in outcomes)

    def test_processors_act_on_each_answer_or_on_none(
        self, backend: PreviewBackend, ask: Ask, answers: Mapping[str, str]
    ) -> None:
        first = tuple(sorted({answer[0] for answer in answers.values()}))
        request = replace(ask(tuple(answers), ROOM), processors=(TokenPenalty(first, 1e4),))
        outcomes = backend.answer(request)
        acted = [o.text[:1] not in first for o in outcomes if isinstance(o, Answer)]
        assert acted == [backend.heeds_processors] * len(answers)

    def test_a_backend_has_a_name(self, backend: PreviewBackend) -> None:
        assert backend.name
