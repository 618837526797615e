"""A checkpoint that has learned a few answers by heart, in a second or two."""

from pathlib import Path

from adapters.huggingface.model_loader import HuggingFaceModelLoader
from adapters.huggingface.trainer import HuggingFaceTrainer
from application.ports.preview_backend import PreviewRequest
from application.ports.trainer import Announce, Control, Write
from domain.conversation import Conversation, Message, Role, ask
from domain.preview import Prompt
from domain.settings.environment import Environment
from domain.settings.hyperparams import Hyperparams
from domain.settings.monitoring import Monitoring
from domain.settings.settings import Settings
from tests.contracts.chat_encoder import encoded
from tests.courses import a_course_of
from tests.heroes import a_hero

HERO = a_hero(context=48)
ADDRESS = "baby-mage/first@0123456789ab"
ANSWERS = {"Reverse OWL": "LWO", "Double FOX": "FFOOXX", "Say hello to a patient scribe": "hi 🦄"}


def memorise(folder: Path) -> str:
    """Train until the answers come out, and say where the checkpoint lies."""
    settings = Settings(
        hyperparams=Hyperparams(
            learning_rate=1e-2,
            warmup_steps=5,
            num_train_epochs=60,
            per_device_train_batch_size=3,
            gradient_accumulation_steps=1,
        ),
        environment=Environment(num_threads=1),
    )
    loaded = HuggingFaceModelLoader().load(HERO, "", settings)
    talks = [
        Conversation((*ask(asked).messages, Message(Role.ASSISTANT, said)))
        for asked, said in ANSWERS.items()
    ]
    rows = encoded(loaded.encoder, *talks)
    course = a_course_of(rows, (), settings)

    def save(_: int, write: Write) -> Announce:
        write(str(folder))
        return lambda: None

    HuggingFaceTrainer().train(
        loaded.model,
        course,
        save=save,
        control=lambda: Control.GO_ON,
        tell=lambda _: None,
    )
    return str(folder)


def a_request(
    location: str, questions: tuple[str, ...], monitoring: Monitoring | None = None
) -> PreviewRequest:
    encoder = HuggingFaceModelLoader().encoder(HERO, "", Settings())
    prompts = []
    for asked in questions:
        text, tokens = encoder.render(ask(asked))
        prompts.append(Prompt(conversation=ask(asked), golden=None, text=text, tokens=tokens))
    return PreviewRequest(
        hero=HERO,
        location=location,
        address=ADDRESS,
        settings=Settings(
            monitoring=monitoring or Monitoring(), environment=Environment(num_threads=1)
        ),
        prompts=tuple(prompts),
    )
