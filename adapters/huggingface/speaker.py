"""A network answers texts."""

import time
from collections.abc import Sequence
from itertools import takewhile

import torch
from transformers import GenerationConfig

from adapters.huggingface.loaded_model import LoadedModel, context_of
from adapters.huggingface.precision import multiplying_in
from adapters.huggingface.processors.described import processors_for
from domain.preview import Answer, Unmeasured
from domain.profiles.processors import ProcessorSpec
from domain.settings.settings import Settings


class Speaker:
    """Greedy at temperature 0, sampled by the job's seed above it."""

    def __init__(
        self, model: LoadedModel, settings: Settings, processors: Sequence[ProcessorSpec] = ()
    ) -> None:
        self._network, self._tokenizer = model.network.eval(), model.tokenizer
        self._stops = model.stops
        self._products = model.products
        self._monitoring, self._seed = settings.monitoring, settings.hyperparams.seed
        self._processors = processors
        # What a model brings of its own, such as a penalty on repetition, is not what it learned.
        self._network.generation_config = GenerationConfig()

    def answer(self, texts: Sequence[str]) -> list[Answer | Unmeasured]:
        """Answer texts together where they have the same room; one without room gets no answer."""
        prompts = [self._tokenizer.encode(text, add_special_tokens=False) for text in texts]
        context = context_of(self._network)
        rooms = [min(self._monitoring.preview_max_tokens, context - len(ids)) for ids in prompts]
        outcomes: list[Answer | Unmeasured] = [
            Unmeasured(f"the prompt has {len(ids)} tokens, the context holds {context}")
            for ids in prompts
        ]
        for room in sorted({room for room in rooms if room > 0}):
            places = [place for place, other in enumerate(rooms) if other == room]
            answers = self._generate([prompts[place] for place in places], room)
            for place, answer in zip(places, answers, strict=True):
                outcomes[place] = answer
        return outcomes

    def _generate(self, prompts: Sequence[list[int]], room: int) -> list[Answer]:
        """Fill up on the left, so that every answer begins at the same place."""
        began = time.perf_counter()
        longest = max(map(len, prompts))
        fillers = [longest - len(ids) for ids in prompts]
        padding = self._tokenizer.pad_token_id
        ids = [[padding] * fill + ids for fill, ids in zip(fillers, prompts, strict=True)]
        mask = [[0] * fill + [1] * (longest - fill) for fill in fillers]
        processors = processors_for(self._processors, self._tokenizer, longest, self._stops[0])
        products = multiplying_in(self._products, self._network.device)
        with torch.inference_mode(), torch.random.fork_rng(), products:
            torch.manual_seed(self._seed)
            said = self._network.generate(
                input_ids=torch.tensor(ids, device=self._network.device),
                attention_mask=torch.tensor(mask, device=self._network.device),
                generation_config=self._manner(room),
                logits_processor=processors,
            )
        seconds = (time.perf_counter() - began) / len(prompts)
        return [self._heard(row, seconds) for row in said[:, longest:].tolist()]

    def _manner(self, room: int) -> GenerationConfig:
        temperature = self._monitoring.preview_temperature
        sampling = {"temperature": temperature, "top_k": 0, "top_p": 1.0} if temperature else {}
        return GenerationConfig(
            max_new_tokens=room,
            do_sample=bool(temperature),
            eos_token_id=list(self._stops),
            pad_token_id=self._tokenizer.pad_token_id,
            **sampling,
        )

    def _heard(self, ids: list[int], seconds: float) -> Answer:
        said = list(takewhile(lambda one: one not in self._stops, ids))
        ended = len(said) < len(ids)
        return Answer(
            text=self._tokenizer.decode(said, skip_special_tokens=True),
            tokens=len(said) + ended,
            seconds=seconds,
            cut=not ended,
        )
