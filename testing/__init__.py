"""What tests, benchmarks and tools share; not shipped."""
