"""Where models are fitted: the only place that imports scikit-learn, and no process that serves people imports it."""
