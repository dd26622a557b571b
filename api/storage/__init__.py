"""Storage: the tables, the database behind them, ids and time."""
