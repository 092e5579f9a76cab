"""The version, as the Agent and pip see it; the same as in Cargo.toml."""

__version__ = "0.1.0"
