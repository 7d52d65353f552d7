"""The weekly digest (《群众之声》): what residents wrote in a week, for leaders, as a page and as a document."""
