"""A stand-in for the Datadog Agent, as far as a check that sends logs can see it; see README.md.

Facts about the Agent are named where they are imitated; README.md says where they were read.
"""
