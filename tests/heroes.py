"""Heroes for tests: the one built on the spot, small enough to train in a second."""

from domain.hero import BaseModel, ChatTemplate, Hero, Source


def a_hero(
    hero_id: str = "baby-mage",
    *,
    source: Source = Source.BUILT,
    name: str = "tiny-qwen3",
    template: ChatTemplate = ChatTemplate.CHATML,
    context: int = 256,
    seed: int = 0,
) -> Hero:
    return Hero(
        id=hero_id,
        name="Baby Mage",
        description="Learns fast.",
        model=BaseModel(
            source=source,
            name=name,
            family="qwen3",
            architecture="Qwen3ForCausalLM",
            vocab_size=495,
            context_length=context,
            parameters=155_008,
            seed=seed,
        ),
        chat_template=template,
    )
