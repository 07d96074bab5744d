"""The score of pictures made worse step by step."""
