"""What pages tell with: the papers' claims, our rows beside them, tables, figures and kept runs."""

__all__: list[str] = []
