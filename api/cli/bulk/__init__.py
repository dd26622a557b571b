"""Many orders at once: files are cut into parts, workers answer part after part, and what is finished stays finished."""
