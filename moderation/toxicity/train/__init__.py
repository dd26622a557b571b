"""Making the default model: the sources, the generated families, the loop, and the step that ships the result."""
