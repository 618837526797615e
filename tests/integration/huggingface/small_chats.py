"""Small chat templates that do what big ones do, and what is trained under them."""

from adapters.huggingface.chat_format import CHATML
from adapters.huggingface.encoder import HuggingFaceChatEncoder
from adapters.huggingface.tiny_model import build_tokenizer
from domain.conversation import Conversation, Example, Message, Role
from domain.rows import BadRow
from tests.contracts.chat_encoder import encoded

TOKENIZER = build_tokenizer()
END, HEADER = "<|im_end|>", "<|im_start|>assistant\n"

# Cleans up what is said, as most templates of Llama's family do.
STRIPPING = CHATML.replace("message['content']", "message['content'] | trim")
# Writes an empty thought into the last answer only, as the templates of Qwen3 do.
THINKING = (
    "{% for message in messages %}{{ '<|im_start|>' + message.role + '\\n' }}"
    "{% if message.role == 'assistant' and loop.last %}"
    "{{ '<think>\\n\\n</think>\\n\\n' }}{% endif %}"
    "{{ message.content + '<|im_end|>\\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
)
DEFAULT_SYSTEM = (
    "{% if messages[0].role != 'system' %}"
    "{{ '<|im_start|>system\\nYou help.<|im_end|>\\n' }}{% endif %}" + CHATML
)
GENERATION = (
    "{% for message in messages %}{% if message.role == 'assistant' %}"
    "{{ '<|im_start|>assistant\\n' }}{% generation %}"
    "{{ message.content + '<|im_end|>\\n' }}{% endgeneration %}"
    "{% else %}{{ '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>\\n' }}"
    "{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
)
DEAF = "{% set messages = messages[1:] %}" + CHATML
SHOUTING = CHATML.replace("message['content']", "message['content'] | upper")
FORGETTING = CHATML.replace("message['content']", "message['content'].split('</think>')[-1]")
ENDLESS = CHATML.replace("'<|im_end|>'", "'<|end|>'")
WITHOUT_HEADER = CHATML.split("{% if add_generation_prompt %}")[0]
CHOOSY = "{{ raise_exception('roles must alternate') }}"


def encoder_of(template: str) -> HuggingFaceChatEncoder:
    tokenizer = build_tokenizer()
    tokenizer.chat_template = template
    return HuggingFaceChatEncoder(tokenizer)


def talk(*turns: str, system: str = "") -> Conversation:
    """User and assistant in turn."""
    roles = (Role.USER, Role.ASSISTANT) * len(turns)
    said = tuple(Message(role, text) for role, text in zip(roles, turns, strict=False))
    return Conversation((Message(Role.SYSTEM, system), *said) if system else said)


def trained_texts(encoder: HuggingFaceChatEncoder, conversation: Conversation) -> list[str]:
    """Decode what the labels hold, token by token."""
    (row,) = encoded(encoder, conversation)
    return [TOKENIZER.decode(row.ids[span.start : span.end]) for span in row.trained]


def problem(encoder: HuggingFaceChatEncoder, example: Example) -> str:
    (bad,) = encoder.encode([(9, example)])
    assert isinstance(bad, BadRow), bad
    assert bad.number == 9
    return bad.problem
