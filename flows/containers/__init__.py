"""Opens what raw files are packed in: compressed files, archives and web archives, one inside another."""
