"""A storm: an Agent, a vendor and an intake, and everything that can happen to them, by seed."""
