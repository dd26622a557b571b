"""The detectors, a module each; ``registry`` lists them in running order."""
