"""The JSON Schema of a settings file, from the fields of the settings themselves."""

import inspect
from dataclasses import fields
from typing import Any

from adapters.yaml_config.checking import leaf_schema
from domain.settings.settings import Settings

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def settings_schema() -> dict[str, Any]:
    """Give the schema: sections, leaves with type, range, default, unit and help."""
    settings = Settings()
    sections = {
        section.name: {
            "type": "object",
            "description": inspect.getdoc(type(getattr(settings, section.name))),
            "additionalProperties": False,
            "properties": {
                leaf.name: leaf_schema(f"{section.name}.{leaf.name}")
                for leaf in fields(getattr(settings, section.name))
            },
        }
        for section in fields(settings)
    }
    return {
        "$schema": DIALECT,
        "title": "guild.yaml",
        "type": "object",
        "additionalProperties": False,
        "properties": sections,
    }
