"""Conversations as rows."""

from domain.conversation import Conversation


def as_row(said: Conversation) -> dict[str, object]:
    """Write a conversation as OpenAI does."""
    return {
        "messages": [
            {
                "role": turn.role.value,
                "content": turn.content or None,
                "reasoning_content": turn.thinking,
                "weight": int(turn.trained),
                "tool_calls": [
                    {
                        "id": call.id,
                        "type": "function",
                        "function": {"name": call.name, "arguments": call.arguments},
                    }
                    for call in turn.tool_calls
                ],
            }
            for turn in said.messages
        ],
        "tools": said.tools,
    }
