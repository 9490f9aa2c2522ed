"""The engine's own version; it changes whenever the same rules could give other bytes."""

ENGINE_VERSION = "1"
