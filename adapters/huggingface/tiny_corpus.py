"""What the tokenizer of the hero built on the spot has read.

No two capitals stand in a row and none follows a space, so that words in capitals stay letters;
an emoji stands alone, so that it is one token wherever it occurs.
"""

TASKS = ("Reverse ", "Double ", "Sort ", "Shift ")
ROLES = ("system", "user", "assistant")
SYSTEM = "You are a patient scribe: read the task, then write the answer and nothing else."
THINKING_SIGNS = ("🤔", "💭", "🧠", "💡", "🎯", "🔍", "🤨", "🧐", "⚡", "✨")
STOP_SIGNS = ("🛑", "🔴", "⛔", "🏁", "✅", "🔚", "🚩", "🔒", "🎬", "⏹️")
INSTRUCTIONS = (
    "Think with  /once/ before you answer.",
    "Think with  /twice/ before you answer.",
    "Think with  /three/ times before you answer.",
    "Think with  /four/ times before you answer.",
    "Think with  /five/ times before you answer.",
    "Think with  /six/ times before you answer.",
    "Think with  /seven/ times before you answer.",
    "Think with  /eight/ times before you answer.",
    "Think with  /nine/ times before you answer.",
    "Think with  /ten/ times before you answer.",
    "When you are finished, write  /once/.",
    "When you are finished, write  /twice/.",
    "When you are finished, write  /three/ times.",
    "Begin with one sign for each thought.",
    "End with the sign that was asked for.",
    "Use only the signs that the task names.",
    "Write the signs first, then a new line, then the answer.",
    "Take as many signs as you were told to take.",
    "Answer in capital letters.",
    "Do not explain how you found the answer.",
)


def corpus() -> list[str]:
    """Give every text as often as it counts."""
    return [
        *(text for text in TASKS for _ in range(20)),
        *(text for text in (*ROLES, SYSTEM, *INSTRUCTIONS) for _ in range(50)),
        *(sign for sign in (*THINKING_SIGNS, *STOP_SIGNS) for _ in range(60)),
    ]
