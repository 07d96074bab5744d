"""Long runs of a real server, outside of the tests: prompts by the hundred, kills, requests that nobody would send."""
