"""What `winnow verify` checks: files, rows against each other, texts and relations, and rows against raw bytes."""
