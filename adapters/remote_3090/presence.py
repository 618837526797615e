"""Whether the preview server is there at all."""

import asyncio

from adapters.remote_3090.server import Server, ServerError
from domain.settings.monitoring import Monitoring

_LONGEST_SECONDS = 3.0


def server_problem(monitoring: Monitoring) -> str:
    """Ask the server what it serves; give what went wrong, '' if it answers."""
    return asyncio.run(_problem(monitoring))


async def _problem(monitoring: Monitoring) -> str:
    deadline = min(_LONGEST_SECONDS, monitoring.remote_3090_timeout)
    try:
        async with Server(
            monitoring.remote_3090_host, monitoring.remote_3090_port, deadline
        ) as server:
            served = await server.models()
    except ServerError as error:
        return str(error)
    except Exception as error:  # noqa: BLE001 - a host that is no host, for example
        return f"{type(error).__name__}: {error}"
    wanted = monitoring.remote_3090_model_id
    if wanted and wanted not in served:
        return f"the server does not serve '{wanted}' but {', '.join(served) or 'nothing'}"
    return ""
