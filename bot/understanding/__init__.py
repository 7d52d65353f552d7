"""The services behind ``dialogs.understanding``: sentence embeddings, trained models and where they are kept."""
