from collections.abc import Collection, Sequence
from dataclasses import replace

import pytest

from adapters.memory.hero_catalog import MemoryHeroCatalog
from adapters.memory.model_loader import MemoryModelLoader
from application.ports.hero_catalog import HeroExistsError, HeroFileError
from application.ports.model_loader import Description, ModelUnavailableError
from application.use_cases.add_hero import AddHero
from domain.hero import BaseModel, ChatTemplate, Hero, Source
from tests.heroes import a_hero

FOUND = replace(a_hero(name="models/scribe").model, source=Source.FOLDER)


class AskedLoader(MemoryModelLoader):
    """Remembers what it was asked to describe."""

    def __init__(self, *, described: Collection[Description]) -> None:
        super().__init__(described=described)
        self.asked: list[BaseModel] = []

    def describe(self, model: BaseModel, *, fetch: bool) -> Description:
        self.asked.append(model)
        return super().describe(model, fetch=fetch)


def add_hero(heroes: Sequence[Hero] = (), found: BaseModel = FOUND) -> AddHero:
    description = Description(model=found, chat_template=ChatTemplate.MODEL)
    return AddHero(
        heroes=MemoryHeroCatalog(heroes), models=MemoryModelLoader(described=[description])
    )


def test_a_hero_is_what_its_models_files_say() -> None:
    add = add_hero()
    hero = add.execute("scribe", Source.FOLDER, "models/scribe", name="The Scribe")
    assert hero == add.heroes.get("scribe")
    assert (hero.id, hero.name, hero.model) == ("scribe", "The Scribe", FOUND)
    assert hero.chat_template is ChatTemplate.MODEL
    assert hero.own


def test_a_gguf_is_named_by_its_folder_and_its_file() -> None:
    pinned = replace(
        FOUND, source=Source.GGUF, name="/models/scribe", file="a.gguf", sha256="0" * 64
    )
    loader = AskedLoader(described=[Description(model=pinned, chat_template=ChatTemplate.MODEL)])
    add = AddHero(heroes=MemoryHeroCatalog([]), models=loader)
    hero = add.execute("scribe", Source.GGUF, "/models/scribe/a.gguf")
    (asked,) = loader.asked
    assert (asked.name, asked.file, asked.sha256) == ("/models/scribe", "a.gguf", "")
    assert hero.model == pinned
    assert hero.description == "Qwen3ForCausalLM from /models/scribe/a.gguf."


def test_a_hero_without_a_name_has_its_id() -> None:
    assert add_hero().execute("scribe", Source.FOLDER, "models/scribe").name == "scribe"


@pytest.mark.parametrize(
    ("context", "defaults"),
    [(256, {"hyperparams.max_length": 256}), (2048, {}), (8192, {})],
)
def test_rows_are_no_longer_than_the_model_can_read(context: int, defaults: dict[str, int]) -> None:
    add = add_hero(found=replace(FOUND, context_length=context))
    hero = add.execute("scribe", Source.FOLDER, "models/scribe")
    assert dict(hero.training_defaults) == defaults


def test_a_dry_run_keeps_nothing() -> None:
    add = add_hero()
    hero = add.execute("scribe", Source.FOLDER, "models/scribe", dry_run=True)
    assert hero.model == FOUND
    assert list(add.heroes.ids()) == []


@pytest.mark.parametrize("dry_run", [False, True])
def test_an_id_that_is_taken_is_refused_before_the_model_is_looked_at(*, dry_run: bool) -> None:
    add = add_hero([a_hero("scribe")])
    with pytest.raises(HeroExistsError):
        add.execute("scribe", Source.FOLDER, "nowhere", dry_run=dry_run)


@pytest.mark.parametrize("hero_id", ["../scribe", "", "_scribe", ".scribe", "a/b", "a\n"])
def test_an_id_that_could_not_name_a_file_is_refused(hero_id: str) -> None:
    with pytest.raises(HeroFileError):
        add_hero().execute(hero_id, Source.FOLDER, "models/scribe", dry_run=True)


def test_a_model_that_is_not_there_adds_nothing() -> None:
    add = add_hero()
    with pytest.raises(ModelUnavailableError):
        add.execute("scribe", Source.HUB, "nowhere")
    assert list(add.heroes.ids()) == []
