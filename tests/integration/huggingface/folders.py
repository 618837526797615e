"""Folders with a model in them, as people and other programs make them."""

from pathlib import Path

from adapters.huggingface.chat_format import CHATML
from adapters.huggingface.silence import silence
from adapters.huggingface.tiny_model import build_network, build_tokenizer
from domain.hero import ChatTemplate, Hero, Source
from tests.heroes import a_hero


def a_folder(
    where: Path, *, template: str | None = CHATML, seed: int = 5, padding: int = 0
) -> Path:
    tokenizer = build_tokenizer()
    tokenizer.chat_template = template
    with silence():
        build_network(seed, len(tokenizer) + padding, 256).save_pretrained(where)
        tokenizer.save_pretrained(where)
    return where


def in_folder(where: Path, template: ChatTemplate = ChatTemplate.CHATML) -> Hero:
    return a_hero(source=Source.FOLDER, name=str(where), template=template)
