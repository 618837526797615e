import os
import stat
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from adapters.yaml_config.hero_catalog import YamlHeroCatalog
from application.ports.hero_catalog import HeroFileError, HeroNotFoundError
from domain.hero import Hero, Source
from tests.contracts.hero_catalog import CatalogOf, HeroCatalogContract, a_hero

MINIMAL = """\
id: baby-mage
name: Baby Mage
description: small
model:
  source: built
  name: tiny
  family: qwen3
  architecture: Qwen3ForCausalLM
  vocab_size: 512
  context_length: 256
  parameters: 1000
"""


def write(folder: Path, hero: Hero) -> None:
    defaults: dict[str, dict[str, object]] = {}
    for key, value in hero.training_defaults.items():
        section, _, leaf = key.partition(".")
        defaults.setdefault(section, {})[leaf] = value
    facts = {
        "id": hero.id,
        "name": hero.name,
        "description": hero.description,
        "model": {
            name: str(getattr(hero.model, name)) if name == "source" else getattr(hero.model, name)
            for name in hero.model.__slots__
        },
        "chat": {"template": str(hero.chat_template)},
        "training_defaults": defaults,
        "display": dict(hero.display),
        "notes": hero.notes,
    }
    folder.mkdir(exist_ok=True)
    with (folder / f"{hero.id}.yaml").open("w", encoding="utf-8") as stream:
        YAML(typ="safe", pure=True).dump(facts, stream)


@pytest.fixture
def shipped(tmp_path: Path) -> Path:
    return tmp_path / "shipped"


@pytest.fixture
def own(tmp_path: Path) -> Path:
    (tmp_path / "own").mkdir()
    return tmp_path / "own"


@pytest.fixture
def catalog(shipped: Path, own: Path) -> YamlHeroCatalog:
    return YamlHeroCatalog(shipped, own)


class TestYamlHeroCatalog(HeroCatalogContract):
    @pytest.fixture
    def catalog_of(self, shipped: Path, own: Path) -> CatalogOf:
        def make(heroes: Sequence[Hero]) -> YamlHeroCatalog:
            for hero, folder in zip(heroes, [shipped, own, shipped], strict=False):
                write(folder, hero)
            return YamlHeroCatalog(shipped, own)

        return make


def test_a_hero_says_which_file_it_comes_from(catalog: YamlHeroCatalog, shipped: Path) -> None:
    write(shipped, a_hero())
    assert catalog.get("baby-mage").origin == str(shipped / "baby-mage.yaml")


def test_the_halls_own_hero_comes_over_the_shipped_one(
    catalog: YamlHeroCatalog, shipped: Path, own: Path
) -> None:
    write(shipped, a_hero())
    write(own, a_hero(name="Mine"))
    assert catalog.get("baby-mage").name == "Mine"
    assert [hero.name for hero in catalog.find()] == ["Mine"]


def test_other_files_are_passed_over(catalog: YamlHeroCatalog, own: Path) -> None:
    for name in ("_template.yaml", ".hidden.yaml", "notes.md", "hero.yml"):
        (own / name).write_text("nonsense: [")
    assert list(catalog.find()) == []
    with pytest.raises(HeroNotFoundError):
        catalog.get("_template")


def test_most_of_a_hero_can_be_left_out(catalog: YamlHeroCatalog, own: Path) -> None:
    (own / "baby-mage.yaml").write_text(MINIMAL)
    hero = catalog.get("baby-mage")
    assert hero.model.source is Source.BUILT
    assert hero.model.seed == 0
    assert (dict(hero.training_defaults), dict(hero.display), hero.notes) == ({}, {}, "")


@pytest.mark.parametrize(
    ("change", "told", "meant"),
    [
        (("vocab_size", "vocabsize"), (9, "model.vocabsize"), "vocab_size"),
        (("description: small", "descripton: small"), (3, "descripton"), "description"),
        (("family: qwen3", "family: qwen3\n  zzz: 1"), (8, "model.zzz"), ""),
        (("model:", "chat: {templat: chatml}\nmodel:"), (4, "chat.templat"), "template"),
    ],
)
def test_an_unknown_key_is_refused_with_its_line_and_what_may_be_meant(
    catalog: YamlHeroCatalog,
    own: Path,
    change: tuple[str, str],
    told: tuple[int, str],
    meant: str,
) -> None:
    file = own / "baby-mage.yaml"
    file.write_text(MINIMAL.replace(*change))
    with pytest.raises(HeroFileError) as refused:
        catalog.get("baby-mage")
    line, key = told
    assert str(refused.value) == f"{file}:{line}: a hero has no '{key}'"
    assert refused.value.fix == ((f"did you mean {meant}?",) if meant else ())


@pytest.mark.parametrize(
    ("change", "line", "message"),
    [
        (("source: built", "source: bought"), 5, "model.source"),
        (("512", "0"), 9, "model.vocab_size"),
        (("512", "'512'"), 9, "model.vocab_size"),
        (("512", "true"), 9, "model.vocab_size"),
        (("256", "1e3"), 10, "model.context_length"),
        (("small", "3"), 3, "description"),
        (("name: tiny", "name: ''"), 6, "model.name"),
        (("  parameters: 1000\n", ""), 4, "'model.parameters' is missing"),
        (("id: baby-mage\n", ""), 1, "'id' is missing"),
        (("id: baby-mage", "id: ../baby"), 1, "id"),
        (("id: baby-mage", "id: other"), 1, "the id is 'other'"),
        (("model:", "display: {color: 3}\nmodel:"), 4, "display.color"),
        (("model:", "training_defaults: 3\nmodel:"), 4, "training_defaults"),
        (("model:", "model: {}\nmodel:"), 5, "'model' is there twice"),
        (("name: Baby Mage", "name: [Baby"), 3, "expected"),
    ],
)
def test_a_bad_value_is_refused_with_its_line(
    catalog: YamlHeroCatalog, own: Path, change: tuple[str, str], line: int, message: str
) -> None:
    file = own / "baby-mage.yaml"
    file.write_text(MINIMAL.replace(*change, 1))
    with pytest.raises(HeroFileError) as refused:
        catalog.get("baby-mage")
    assert str(refused.value).startswith(f"{file}:{line}: ")
    assert message in str(refused.value)


@pytest.mark.parametrize(
    ("defaults", "told", "help_with"),
    [
        ("hyperparams:\n    lr: 1e-3", (14, "'hyperparams.lr'"), "hyperparams.learning_rate"),
        ("hyperparams:\n    learning_rate: 3", (14, "learning_rate cannot be 3"), "at most 1"),
        ("hyperparams: 3", (13, "hyperparams is a section"), "below"),
    ],
)
def test_training_defaults_are_checked_like_all_settings(
    catalog: YamlHeroCatalog, own: Path, defaults: str, told: tuple[int, str], help_with: str
) -> None:
    file = own / "baby-mage.yaml"
    file.write_text(f"{MINIMAL}training_defaults:\n  {defaults}\n")
    with pytest.raises(HeroFileError) as refused:
        catalog.get("baby-mage")
    line, message = told
    assert f"{file}:{line}" in str(refused.value)
    assert message in str(refused.value)
    assert help_with in refused.value.why + "".join(refused.value.fix)


def test_a_broken_file_of_one_hero_does_not_hide_another(
    catalog: YamlHeroCatalog, own: Path
) -> None:
    (own / "broken.yaml").write_text("id: [")
    write(own, a_hero())
    assert catalog.get("baby-mage").name == "Baby Mage"
    with pytest.raises(HeroFileError, match="broken"):
        catalog.find()


def test_a_broken_file_still_has_an_id(catalog: YamlHeroCatalog, own: Path) -> None:
    (own / "broken.yaml").write_text("id: [")
    assert list(catalog.ids()) == ["broken"]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
@example("\x85")
@example("\x1f\x1f\x1f\x85" + "\U00010000" * 6 + "0 0")
@example("a\u2028b")
@example("grüße 🦄")
@example("\ufeffyes\r\n# no\t")
def test_any_text_that_is_kept_comes_back(catalog: YamlHeroCatalog, own: Path, text: str) -> None:
    defaults = {"profile.system_prompt": text}
    catalog.keep(replace(a_hero(), name=text, notes=text, training_defaults=defaults))
    found = catalog.get("baby-mage")
    (own / "baby-mage.yaml").unlink()
    assert (found.name, found.notes) == (text, text)
    assert found.training_defaults == defaults


@pytest.mark.parametrize(
    ("hero", "fault"),
    [
        (a_hero("../baby-mage"), "id"),
        (replace(a_hero(), name=""), "name"),
        (replace(a_hero(), model=replace(a_hero().model, vocab_size=0)), "model.vocab_size"),
        (replace(a_hero(), model=replace(a_hero().model, source=Source.GGUF)), "model"),
    ],
)
def test_what_could_not_be_read_again_is_not_written(
    catalog: YamlHeroCatalog, tmp_path: Path, hero: Hero, fault: str
) -> None:
    with pytest.raises(HeroFileError, match=f"^{fault}: "):
        catalog.keep(hero)
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_a_folder_that_cannot_be_written_to_is_a_refusal(shipped: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(HeroFileError, match="cannot be written"):
        YamlHeroCatalog(shipped, tmp_path / "file" / "heroes").keep(a_hero())


def test_a_correction_changes_its_values_and_not_a_letter_besides(
    catalog: YamlHeroCatalog, own: Path
) -> None:
    text = (
        MINIMAL.replace("name: Baby Mage", 'name: "Baby Mage"   # quoted')
        .replace("vocab_size: 512", "vocab_size: 512  # rows")
        .replace("model:", "\n# Where it begins.\nmodel:")
        + "training_defaults:\n    hyperparams:\n        learning_rate: 4e-4\n"
        + "notes: |\n  One.\n\n  Two: # no comment.\n"
    )
    file = own / "baby-mage.yaml"
    file.write_text(text)
    model = catalog.get("baby-mage").model
    catalog.correct("baby-mage", replace(model, vocab_size=600, family="yes: no"))
    changed = text.replace("512  # rows", "600  # rows").replace(
        "family: qwen3", 'family: "yes: no"'
    )
    assert file.read_text() == changed
    assert catalog.get("baby-mage").model.family == "yes: no"
    assert [path.name for path in own.iterdir()] == ["baby-mage.yaml"]


@pytest.mark.parametrize(
    ("source", "more", "message"),
    [
        ("gguf", "", "needs 'file' and 'sha256'"),
        ("gguf", "  file: a.gguf\n", "needs 'file' and 'sha256'"),
        ("gguf", "  file: a.gguf\n  sha256: abc\n", "model.sha256"),
        ("hub", "  file: a.gguf\n", "are for a model from a GGUF"),
    ],
)
def test_a_gguf_is_pinned_by_its_digest_and_nothing_else_is(
    catalog: YamlHeroCatalog, own: Path, source: str, more: str, message: str
) -> None:
    (own / "baby-mage.yaml").write_text(MINIMAL.replace("built", source) + more)
    with pytest.raises(HeroFileError) as refused:
        catalog.get("baby-mage")
    assert message in str(refused.value)


def test_a_pinned_gguf_is_read(catalog: YamlHeroCatalog, own: Path) -> None:
    pinned = f"  file: a.gguf\n  sha256: {'0a' * 32}\n"
    (own / "baby-mage.yaml").write_text(MINIMAL.replace("built", "gguf") + pinned)
    model = catalog.get("baby-mage").model
    assert (model.source, model.file, model.sha256) == (Source.GGUF, "a.gguf", "0a" * 32)


def test_a_hero_is_on_disk_when_it_is_kept_and_when_it_is_corrected(
    catalog: YamlHeroCatalog, own: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settled: list[tuple[bool, list[str]]] = []

    def fsync(descriptor: int) -> None:
        is_folder = stat.S_ISDIR(os.fstat(descriptor).st_mode)
        settled.append((is_folder, [path.name for path in own.glob("[!.]*")]))

    monkeypatch.setattr(os, "fsync", fsync)
    catalog.keep(a_hero())
    assert settled == [(False, []), (True, ["baby-mage.yaml"])]
    settled.clear()
    catalog.correct("baby-mage", replace(a_hero().model, vocab_size=600))
    assert [is_folder for is_folder, _ in settled] == [False, True]
