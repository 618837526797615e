"""What is said in one example."""

from domain.conversation import Conversation, Message, Role, ask


def test_the_prompt_and_the_answer_are_the_whole() -> None:
    asked = (Message(Role.SYSTEM, "be kind"), Message(Role.USER, "hello"))
    said = Conversation((*asked, Message(Role.ASSISTANT, "hi")), tools="[{}]")
    assert said.prompt == Conversation(asked, tools="[{}]")
    assert said.answer == "hi"


def test_a_question_alone_is_a_conversation_without_an_answer() -> None:
    assert ask("why?") == Conversation((Message(Role.USER, "why?"),))
