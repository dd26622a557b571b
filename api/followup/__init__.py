"""Followup: what comes after the first answer: a new text, an appeal, a withdrawal, erasure, messages, holds."""
