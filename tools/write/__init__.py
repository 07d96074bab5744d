"""What is written from the code: archive, locales, pictures, tables."""
